#include "tests/codec/avif_files.h"
#include "tests/fuzz/seeds.h"

namespace whittle::test {

std::vector<Bytes> FuzzSeeds() {
  using codec::AvifOptions;
  const std::string exif("II*\0\x08\0\0\0\0\0\0\0\0\0", 14);
  std::vector<Bytes> seeds;
  for (const AvifOptions& options :
       {AvifOptions{.planes = AVIF_PIXEL_FORMAT_YUV420, .irot = 1, .imir = 0},
        {.depth = 10, .planes = AVIF_PIXEL_FORMAT_YUV422, .clap = avifCropRect{2, 2, 10, 10}},
        {.planes = AVIF_PIXEL_FORMAT_YUV400, .exif = exif, .xmp = "<x/>"},
        {.premultiplied = true, .icc = "profile"},
        {.frames = 2},
        {.cells = 2}}) {
    for (const auto format : {pixel::PixelFormat::kRgb8, pixel::PixelFormat::kRgba8}) {
      const int side = options.cells > 1 ? 64 : 23;
      seeds.push_back(codec::MakeAvif(codec::SamplesOf(Photo(side, side), format), options));
    }
  }
  return seeds;
}

}  // namespace whittle::test
