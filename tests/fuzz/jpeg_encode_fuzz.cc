// Bytes to a small picture of any size, layout, quality and preset; the file must decode without a
// word of complaint, and to the size it was made with.
#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <vector>

#include "jpeg/encoder.h"
#include "tests/support/jpeg_coefficients.h"
#include "tests/support/pictures.h"

namespace whittle {
namespace {

void Expect(bool condition) {
  if (!condition) std::abort();
}

// The picture's bytes, again and again.
class Plane {
 public:
  Plane(ByteView seed, int width, int height, std::size_t from) : width_(width), height_(height) {
    samples_.resize(static_cast<std::size_t>(width) * static_cast<std::size_t>(height), 128);
    for (std::size_t i = 0; i < samples_.size() && !seed.empty(); ++i) {
      samples_[i] = seed[(from + i) % seed.size()];
    }
  }
  pixel::ConstRowSpan Rows(int from, int count) const {
    const auto stride = static_cast<std::size_t>(width_);
    return {samples_.data() + static_cast<std::size_t>(from) * stride, stride, width_,
            std::min(count, height_ - from), pixel::PixelFormat::kGrey8};
  }

 private:
  int width_, height_;
  std::vector<std::uint8_t> samples_;
};

Bytes EncodedFrom(const jpeg::Picture& picture, ByteView content) {
  const int shrink = picture.layout == jpeg::Layout::k420 ? 2 : 1;
  const int width = (picture.width + shrink - 1) / shrink;
  const int height = (picture.height + shrink - 1) / shrink;
  const Plane luma(content, picture.width, picture.height, 0);
  const Plane cb(content, width, height, 1), cr(content, width, height, content.size() / 2);
  jpeg::Encoder encoder(picture);
  for (int y = 0; y < picture.height; y += jpeg::Encoder::kBandRows) {
    const int rows = jpeg::Encoder::kBandRows;
    encoder.Write({luma.Rows(y, rows), cb.Rows(y / shrink, rows / shrink),
                   cr.Rows(y / shrink, rows / shrink)});
  }
  return encoder.Finish();
}

}  // namespace
}  // namespace whittle

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace whittle;
  if (size < 4) return 0;
  const int third = data[2] / 3;
  const jpeg::Picture picture{.width = data[0] % 80 + 1,
                              .height = data[1] % 80 + 1,
                              .layout = static_cast<jpeg::Layout>(data[2] % 3),
                              .quality = data[3] % 100 + 1 - third / 128.0,
                              .preset = static_cast<Preset>(third % 3)};
  const Bytes file = EncodedFrom(picture, ByteView(data, size).subspan(4));
  const auto components = test::ReadCoefficients(file.view());
  Expect(components[0].width == (picture.width + 7) / 8);
  Expect(components[0].height == (picture.height + 7) / 8);
  Expect(test::DecodeJpeg(file.view()).width == picture.width);
  return 0;
}
