#include "codec/registry.h"
#include "tests/codec/sample_rows.h"
#include "tests/fuzz/seeds.h"

namespace whittle::test {

std::vector<Bytes> FuzzSeeds() {
  using pixel::PixelFormat;
  const codec::Codec& jxl = *codec::ByName("jxl");
  std::vector<Bytes> seeds;
  for (const auto format : {PixelFormat::kGrey8, PixelFormat::kRgb8, PixelFormat::kRgba16}) {
    for (const bool lossless : {false, true}) {
      for (const int effort : {0, 5}) {
        const auto rows = codec::SamplesOf(Photo(23, 18), format);
        auto file = codec::EncodeSamples(
            jxl, rows, {.effort = effort, .lossless = lossless, .xmp = AsBytes("<x/>")});
        seeds.push_back(*std::move(file));
      }
    }
  }
  return seeds;
}

}  // namespace whittle::test
