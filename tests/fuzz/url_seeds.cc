#include <string_view>

#include "tests/fuzz/seeds.h"

namespace whittle::test {

std::vector<Bytes> FuzzSeeds() {
  std::vector<Bytes> seeds;
  for (const std::string_view text :
       {"https://user@ex\xC3\xA4mple.com:8443/a/../b/%2e%2E/%7e%c3?x=%20y#z", "http://0x7f.0.1:80/",
        "http://[::ffff:10.0.0.1]/a", "../c/./d?e", "//other.example./f",
        "*.example.com https://a.example:8443/media/, .b.example re:https://c[0-9]+/.*",
        "public, max-age=60, s-maxage=\"5\", no-cache=\"x, y\"", "W/\"abc\"",
        "Tue, 14 Nov 2023 22:13:20 GMT"}) {
    seeds.push_back(Bytes::CopyOf(AsBytes(text)));
  }
  return seeds;
}

}  // namespace whittle::test
