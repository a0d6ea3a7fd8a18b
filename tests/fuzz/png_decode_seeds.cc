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
  for (std::size_t i = 0; i < 10; ++i) {  // less zlib's end, and half
    const ByteView whole = seeds[i].view();
    seeds.push_back(Bytes::CopyOf(whole.first(whole.size() - 20)));
    seeds.push_back(Bytes::CopyOf(whole.first(whole.size() / 2)));
  }
  const std::string cicp("\x09\x10\0\x01", 4);
  seeds.push_back(codec::WithChunk(seeds.front(), "cICP", cicp));
  const Bytes gama = codec::WithChunk(seeds.front(), "gAMA", codec::BigEndian32(100'000));
  seeds.push_back(codec::WithChunk(gama, "cHRM", std::string(32, '\x01')));
  seeds.push_back(codec::WithChunk(seeds.front(), "CgBI", "\x50", "IHDR"));
  // An animation of two frames, and one whose second is cut.
  const codec::MadePng frame{.width = 19, .height = 13, .piece = 9999};
  const std::string still(AsText(codec::MakePng(frame).view()));
  const std::size_t at = still.find("IDAT");
  const std::string data = still.substr(at + 4, still.find("IEND") - 4 - 4 - at - 4);
  const auto head = [](std::size_t sequence) {
    const std::string size = codec::BigEndian32(19) + codec::BigEndian32(13);
    return codec::ChunkOf("fcTL", codec::BigEndian32(sequence) + size + std::string(14, '\0'));
  };
  const std::string animated =
      still.substr(0, at - 4) +
      codec::ChunkOf("acTL", codec::BigEndian32(2) + std::string(4, '\0')) + head(0) +
      codec::ChunkOf("IDAT", data) + head(1) + codec::ChunkOf("fdAT", codec::BigEndian32(2) + data);
  seeds.push_back(Bytes::CopyOf(AsBytes(animated)));
  seeds.push_back(Bytes::CopyOf(AsBytes(animated).first(animated.size() - 30)));
  const std::string profile = std::string("icc\0\0", 5) + codec::Deflated(std::string(900, 'x'));
  seeds.push_back(codec::WithChunk(seeds.front(), "iCCP", profile));
  const std::string xmp =
      std::string("XML:com.adobe.xmp\0\x01\0\0\0", 22) + codec::Deflated("<xmp/>");
  seeds.push_back(codec::WithChunk(seeds.front(), "iTXt", xmp));
  return seeds;
}

}  // namespace whittle::test
