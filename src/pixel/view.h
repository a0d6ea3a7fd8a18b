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

/// Samples per pixel, interleaved, in display order; 8 bits each, or 16 in the machine's byte order
/// at even addresses. Colour is gamma-coded (sRGB or whatever the picture's profile says). Alpha
/// comes last and is straight: colour is not multiplied by it. CMYK: 255 is full ink.
enum class PixelFormat : std::uint8_t {
  kGrey8,
  kGreyA8,
  kRgb8,
  kRgba8,
  kGrey16,
  kGreyA16,
  kRgb16,
  kRgba16,
  kCmyk8,
};

/// Samples per pixel.
constexpr int Channels(PixelFormat format) {
  switch (format) {
    case PixelFormat::kGrey8:
    case PixelFormat::kGrey16:
      return 1;
    case PixelFormat::kGreyA8:
    case PixelFormat::kGreyA16:
      return 2;
    case PixelFormat::kRgb8:
    case PixelFormat::kRgb16:
      return 3;
    case PixelFormat::kRgba8:
    case PixelFormat::kRgba16:
    case PixelFormat::kCmyk8:
      return 4;
  }
  return 0;
}

/// True for samples of 16 bits.
constexpr bool IsWide(PixelFormat format) {
  return format >= PixelFormat::kGrey16 && format <= PixelFormat::kRgba16;
}
constexpr bool HasAlpha(PixelFormat format) {
  return format != PixelFormat::kCmyk8 && Channels(format) % 2 == 0;
}
constexpr bool IsGrey(PixelFormat format) { return Channels(format) <= 2; }
constexpr int PixelBytes(PixelFormat format) { return Channels(format) * (IsWide(format) ? 2 : 1); }

/// The format with these properties; never kCmyk8.
constexpr PixelFormat FormatWith(bool grey, bool alpha, bool wide) {
  return static_cast<PixelFormat>((grey ? 0 : 2) + (alpha ? 1 : 0) + (wide ? 4 : 0));
}
static_assert(FormatWith(true, true, true) == PixelFormat::kGreyA16);
static_assert(FormatWith(false, true, false) == PixelFormat::kRgba8);

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
    return static_cast<std::size_t>(width) * static_cast<std::size_t>(PixelBytes(format));
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
