// Views of pixel rows that somebody else owns: a pointer, a stride and a shape.
//
// Everyone above `base` may use them. Trivially copyable, no allocation, no bounds checks beyond
// debug assertions. A RowSpan is a batch of consecutive rows (usually 8 to 16), the unit in which
// decoder, resizer and encoder hand pixels on: large enough to make a virtual call cheap, small
// enough to stay in the first-level cache.
#pragma once

#include <cassert>
#include <cstddef>
#include <cstdint>
#include <type_traits>

namespace whittle::pixel {

/// Samples of 8 bits, interleaved, in display order. Colour is gamma-coded (sRGB or whatever the
/// picture's profile says). CMYK: 255 is full ink.
enum class PixelFormat : std::uint8_t { kGray8, kRgb8, kCmyk8 };

/// Samples per pixel, which is also bytes per pixel.
constexpr int Channels(PixelFormat format) {
  switch (format) {
    case PixelFormat::kGray8:
      return 1;
    case PixelFormat::kRgb8:
      return 3;
    case PixelFormat::kCmyk8:
      return 4;
  }
  return 0;
}

template <class Byte>
struct BasicRowSpan {
  Byte* data = nullptr;
  std::size_t stride = 0;  ///< bytes from one row to the next
  int width = 0;           ///< pixels
  int rows = 0;
  PixelFormat format = PixelFormat::kRgb8;

  Byte* row(int y) const {
    assert(y >= 0 && y < rows);
    return data + static_cast<std::size_t>(y) * stride;
  }
  std::size_t row_bytes() const {
    return static_cast<std::size_t>(width) * static_cast<std::size_t>(Channels(format));
  }
  /// Rows [from, from + count) of this span.
  BasicRowSpan Slice(int from, int count) const {
    assert(from >= 0 && count >= 0 && from + count <= rows);
    return {data + static_cast<std::size_t>(from) * stride, stride, width, count, format};
  }
  operator BasicRowSpan<const Byte>() const  // NOLINT(google-explicit-constructor): adds const
    requires(!std::is_const_v<Byte>)
  {
    return {data, stride, width, rows, format};
  }
};

using RowSpan = BasicRowSpan<std::uint8_t>;
using ConstRowSpan = BasicRowSpan<const std::uint8_t>;

}  // namespace whittle::pixel
