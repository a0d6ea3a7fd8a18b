#include <string_view>

#include "tests/fuzz/seeds.h"

namespace whittle::test {

std::vector<Bytes> FuzzSeeds() {
  std::vector<Bytes> seeds;
  for (const std::string_view head :
       {"GET /resize/800/600/albums/a%20b.jpg@webp?fit=cover&q=auto&flip HTTP/1.1\r\nHost: "
        "x\r\nConnection: close\r\n"
        "Accept: image/avif,image/webp;q=0.9,*/*;q=0.8\r\n\r\n",
        "HEAD http://example.com/resize/0/9/p.jpg HTTP/1.1\r\nHost: example.com\r\n"
        "If-None-Match: \"a\", W/\"b\", *\r\nIf-Modified-Since: Fri, 20 Nov 2026 19:00:00 "
        "GMT\r\n\r\n",
        "OPTIONS * HTTP/1.0\r\nX-Request-Id: a-b_c.1\r\n\r\n",
        "\r\nGET /health HTTP/1.1\r\nHost:\r\nContent-Length: 0\r\n\r\n",
        "w=30&dpr=2&fit=contain&position=right%20top&pad=1,2,3,4&bg=%23fff8&crop=1,2,3,4&trim&blur",
        "focal=.3,0.4&fit=cover&sharpen=1,2&rotate=90&flip&flop=1&greyscale&hue=360&tint=red&"
        "max_bytes=30KiB&palette&subsampling=4:2:0&progressive=0&keep=all&profile=srgb",
        "format=auto\nimage/webp;q=0, image/avif;q=0.5;v=1, image/png, image/*"}) {
    seeds.push_back(Bytes::CopyOf(AsBytes(head)));
  }
  return seeds;
}

}  // namespace whittle::test
