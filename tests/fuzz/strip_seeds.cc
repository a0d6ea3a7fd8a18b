#include "codec/registry.h"
#include "tests/fuzz/seeds.h"
#include "tests/support/pictures.h"

namespace whittle::test {
namespace {

constexpr int kWidth = 23;
constexpr int kHeight = 18;
// Orientation 5, in a TIFF structure of one entry.
constexpr std::string_view kExif{"II*\0\x08\0\0\0\x01\0\x12\x01\x03\0\x01\0\0\0\x05\0\0\0\0\0\0\0",
                                 26};

pixel::ConstRowSpan RowsOf(const Picture& picture) {
  return {picture.samples.data(), std::size_t{kWidth} * 3, kWidth, kHeight,
          pixel::PixelFormat::kRgb8};
}

}  // namespace

// Of every format that can be stripped and written: a still with all that can be embedded, and an
// animation.
std::vector<Bytes> FuzzSeeds() {
  std::vector<Bytes> seeds;
  for (const codec::Codec* codec : codec::All()) {
    if (codec->strip == nullptr || codec->create == nullptr) continue;
    const Picture photo = Photo(kWidth, kHeight);
    const codec::EncodeSpec spec{.width = kWidth,
                                 .height = kHeight,
                                 .icc = AsBytes("profile"),
                                 .exif = AsBytes(kExif),
                                 .xmp = AsBytes("<x/>")};
    const auto still = *codec->create(spec);
    if (still->Write(RowsOf(photo))) seeds.push_back(*still->Finish());
    if (codec->create_frames == nullptr) continue;
    const auto frames = *codec->create_frames(spec);
    for (int i = 0; i < 2; ++i) {
      if (!frames->Write({.canvas = RowsOf(photo), .duration = 50})) return {};
    }
    seeds.push_back(*frames->Finish());
  }
  return seeds;
}

}  // namespace whittle::test
