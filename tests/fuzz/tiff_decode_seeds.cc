#include "tests/codec/tiff_files.h"
#include "tests/fuzz/seeds.h"

namespace whittle::test {

std::vector<Bytes> FuzzSeeds() {
  std::vector<Bytes> seeds;
  const codec::SampleAt ramp = [](int x, int y, int c) {
    return static_cast<std::uint64_t>((x * 5 + y * 3 + c) & 1);
  };
  const auto add = [&](const codec::MadeTiff& made) {
    seeds.push_back(Bytes::CopyOf(AsBytes(codec::Made(made, ramp))));
  };
  for (const int compression : {COMPRESSION_NONE, COMPRESSION_LZW, COMPRESSION_ADOBE_DEFLATE,
                                COMPRESSION_PACKBITS, COMPRESSION_ZSTD}) {
    for (const bool separate : {false, true}) {
      for (const int tile : {0, 16}) {
        add({.width = 21,
             .height = 18,
             .samples = 4,
             .compression = compression,
             .separate = separate,
             .tile_width = tile,
             .tile_height = tile,
             .extra = {EXTRASAMPLE_ASSOCALPHA},
             .mode = separate ? "wb8" : "wl"});
      }
    }
  }
  for (const int compression :
       {COMPRESSION_CCITTRLE, COMPRESSION_CCITTFAX3, COMPRESSION_CCITTFAX4}) {
    add({.width = 30,
         .height = 20,
         .samples = 1,
         .bits = 1,
         .photometric = PHOTOMETRIC_MINISWHITE,
         .compression = compression});
  }
  add({.width = 24,
       .height = 16,
       .photometric = PHOTOMETRIC_YCBCR,
       .compression = COMPRESSION_JPEG,
       .rows_per_strip = 8});
  add({.width = 24, .height = 16, .photometric = PHOTOMETRIC_YCBCR});
  add({.width = 9, .height = 9, .samples = 1, .bits = 12, .photometric = PHOTOMETRIC_MINISBLACK});
  // Cut: without their last strip or tile, and without all but the first.
  for (const int tile : {0, 16}) {
    for (const int photometric : {PHOTOMETRIC_RGB, PHOTOMETRIC_YCBCR}) {
      const codec::DataLast last = codec::MakeDataLast({.width = 21,
                                                        .height = 18,
                                                        .photometric = photometric,
                                                        .compression = COMPRESSION_LZW,
                                                        .tile_width = tile,
                                                        .tile_height = tile,
                                                        .mode = "wl"},
                                                       ramp);
      for (const std::size_t size : {last.file.size() - 1, last.ends[0]}) {
        seeds.push_back(Bytes::CopyOf(AsBytes(last.file).first(size)));
      }
    }
  }
  return seeds;
}

}  // namespace whittle::test
