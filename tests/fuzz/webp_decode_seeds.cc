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
  const pixel::PixelFormat format =
      picture.channels == 4 ? pixel::PixelFormat::kRgba8 : pixel::PixelFormat::kRgb8;
  return {picture.samples.data(), static_cast<std::size_t>(kWidth * picture.channels), kWidth,
          kHeight, format};
}

Bytes Still(const Picture& picture, codec::EncodeSpec spec) {
  spec.format = RowsOf(picture).format;
  const auto sink = *codec::ByName("webp")->create(spec);
  if (!sink->Write(RowsOf(picture))) return {};
  return *sink->Finish();
}

Bytes Animation(int channels, codec::EncodeSpec spec) {
  spec.format = RowsOf(Photo(kWidth, kHeight, channels)).format;
  const auto sink = *codec::ByName("webp")->create_frames(spec);
  for (unsigned seed = 1; seed <= 3; ++seed) {
    const Picture picture = Photo(kWidth, kHeight, channels, seed);
    if (!sink->Write({.canvas = RowsOf(picture), .duration = 50})) return {};
  }
  return *sink->Finish();
}

}  // namespace

std::vector<Bytes> FuzzSeeds() {
  std::vector<Bytes> seeds;
  for (const bool lossless : {false, true}) {
    for (const int channels : {3, 4}) {
      const codec::EncodeSpec plain{.width = kWidth, .height = kHeight, .lossless = lossless};
      codec::EncodeSpec extended = plain;
      extended.icc = AsBytes("profile");
      extended.exif = AsBytes(kExif);
      extended.xmp = AsBytes("<x/>");
      seeds.push_back(Still(Photo(kWidth, kHeight, channels), plain));
      seeds.push_back(Still(Noise(kWidth, kHeight, channels), extended));
      seeds.push_back(Animation(channels, plain));
    }
  }
  // Cut amid the picture or a frame, behind it, and whole with a container that says otherwise.
  for (std::size_t i = 0, whole = seeds.size(); i < whole; ++i) {
    const Bytes copy = Bytes::CopyOf(seeds[i].view());
    const ByteView file = copy.view();
    for (const std::size_t size : {file.size() * 2 / 3, file.size() - 5}) {
      seeds.push_back(Bytes::CopyOf(file.first(size)));
    }
    seeds.push_back(Bytes::CopyOf(file));
    seeds.back().data()[4] ^= 0x10;
  }
  return seeds;
}

}  // namespace whittle::test
