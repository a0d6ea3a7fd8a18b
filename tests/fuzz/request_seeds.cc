#include <string_view>

#include "tests/fuzz/seeds.h"

namespace whittle::test {

std::vector<Bytes> FuzzSeeds() {
  std::vector<Bytes> seeds;
  for (const std::string_view head :
       {"GET /resize/800/600/albums/a%20b.jpg?v=2 HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n",
        "HEAD http://example.com/resize/0/9/p.jpg HTTP/1.1\r\nHost: example.com\r\n"
        "If-None-Match: \"a\", W/\"b\", *\r\nIf-Modified-Since: Fri, 20 Nov 2026 19:00:00 "
        "GMT\r\n\r\n",
        "OPTIONS * HTTP/1.0\r\nX-Request-Id: a-b_c.1\r\n\r\n",
        "\r\nGET /health HTTP/1.1\r\nHost:\r\nContent-Length: 0\r\n\r\n"}) {
    seeds.push_back(Bytes::CopyOf(AsBytes(head)));
  }
  return seeds;
}

}  // namespace whittle::test
