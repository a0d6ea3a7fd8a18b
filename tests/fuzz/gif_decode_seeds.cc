#include <string>

#include "tests/codec/gif_files.h"
#include "tests/fuzz/seeds.h"

namespace whittle::test {

std::vector<Bytes> FuzzSeeds() {
  std::vector<Bytes> seeds;
  for (const bool interlaced : {false, true}) {
    for (const int disposal : {1, 2, 3}) {
      codec::MadeGif gif{.width = 12,
                         .height = 9,
                         .palette = {{255, 0, 0}, {0, 255, 0}, {0, 0, 255}, {9, 9, 9}},
                         .repeats = 3};
      for (int i = 0; i < 3; ++i) {
        codec::MadeFrame frame{.left = i, .top = 2 * i, .width = 12, .height = 9 - i};
        for (int n = 0; n < 12 * (9 - i); ++n) {
          frame.indices.push_back(static_cast<std::uint8_t>((n * 7 + i) % 4));
        }
        frame.disposal = disposal;
        frame.transparent = i - 1;
        frame.interlaced = interlaced;
        if (i == 2) frame.palette = {{1, 2, 3}, {4, 5, 6}, {7, 8, 9}, {0, 0, 0}};
        gif.frames.push_back(frame);
      }
      const std::string whole = codec::Made(gif);
      // Cut amid the first frame, amid the last, and of nothing but its end.
      for (const std::size_t size :
           {whole.size(), whole.find(',') + 30, whole.size() - 9, whole.size() - 2}) {
        seeds.push_back(Bytes::CopyOf(AsBytes(whole).first(size)));
      }
      gif.width = gif.height = 5;  // the first frame enlarges it
      seeds.push_back(Bytes::CopyOf(AsBytes(codec::Made(gif))));
    }
  }
  return seeds;
}

}  // namespace whittle::test
