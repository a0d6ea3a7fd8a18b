#include "color/cmyk.h"

#include <cassert>

namespace whittle::color {
namespace {

// a * b / 255, rounded; exact for all bytes.
std::uint8_t Times(int a, int b) {
  const int product = a * b + 128;
  return static_cast<std::uint8_t>((product + (product >> 8)) >> 8);
}

// Light that one ink lets through is dimmed by black; a product, unlike 1 - min(1, C + K), never
// clips shadows, and it is what browsers show for such pictures.
void ConvertNaively(const std::uint8_t* cmyk, std::uint8_t* rgb, int pixels) {
  for (int x = 0; x < pixels; ++x, cmyk += 4, rgb += 3) {
    const int light = 255 - cmyk[3];
    for (int i = 0; i < 3; ++i) rgb[i] = Times(255 - cmyk[i], light);
  }
}

}  // namespace

CmykToRgb::CmykToRgb(ByteView icc) : transform_(IccToSrgb::Make(icc, pixel::PixelFormat::kCmyk8)) {}

CmykToRgb::CmykToRgb(ByteView icc, TransformCache& cache)
    : transform_(icc.empty() ? nullptr : cache.Get(icc, pixel::PixelFormat::kCmyk8)) {}

void CmykToRgb::Convert(pixel::ConstRowSpan from, pixel::RowSpan to) const {
  assert(from.format == pixel::PixelFormat::kCmyk8 && to.format == pixel::PixelFormat::kRgb8);
  assert(from.width == to.width && from.rows == to.rows);
  if (transform_ != nullptr) return transform_->Convert(from, to);
  for (int y = 0; y < from.rows; ++y) ConvertNaively(from.row(y), to.row(y), from.width);
}

}  // namespace whittle::color
