#include "tests/codec/png_files.h"
#include "tests/fuzz/seeds.h"

namespace whittle::test {

std::vector<Bytes> FuzzSeeds() {
  using codec::MadePng;
  std::vector<Bytes> seeds;
  for (const bool interlaced : {false, true}) {
    for (const MadePng& made :
         {MadePng{.colour = PNG_COLOR_TYPE_RGB, .trns = 1},
          MadePng{.depth = 16, .colour = PNG_COLOR_TYPE_RGB_ALPHA, .piece = 100},
          MadePng{.depth = 4, .colour = PNG_COLOR_TYPE_PALETTE, .trns = 5},
          MadePng{.depth = 1, .colour = PNG_COLOR_TYPE_GRAY},
          MadePng{.colour = PNG_COLOR_TYPE_GRAY_ALPHA}}) {
      MadePng one = made;
      one.interlaced = interlaced;
      seeds.push_back(codec::MakePng(one));
    }
  }
  const std::string profile = std::string("icc\0\0", 5) + codec::Deflated(std::string(900, 'x'));
  seeds.push_back(codec::WithChunk(seeds.front(), "iCCP", profile));
  const std::string xmp =
      std::string("XML:com.adobe.xmp\0\x01\0\0\0", 22) + codec::Deflated("<xmp/>");
  seeds.push_back(codec::WithChunk(seeds.front(), "iTXt", xmp));
  return seeds;
}

}  // namespace whittle::test
