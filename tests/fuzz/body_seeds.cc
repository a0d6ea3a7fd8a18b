#include <string_view>

#include "tests/fuzz/seeds.h"

namespace whittle::test {

std::vector<Bytes> FuzzSeeds() {
  std::vector<Bytes> seeds;
  for (const std::string_view input :
       {"5\r\nhello\r\n6;a=b;c=\"d\"\r\n world\r\n000\r\n\r\nGET / HTTP/1.1\r\n",
        "A\r\n0123456789\r\n0\r\nTrailer: x\r\nB: y\r\n\r\n",
        "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 17\r\nExpect: 100-continue\r\n\r\n",
        "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"}) {
    seeds.push_back(Bytes::CopyOf(AsBytes(input)));
  }
  return seeds;
}

}  // namespace whittle::test
