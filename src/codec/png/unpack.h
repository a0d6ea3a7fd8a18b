// From a PNG's packed rows (1 to 16 bits, palette, one transparent colour) to rows of a
// PixelFormat.
//
// For the png_*.cc files only. One belongs to one picture; Unpack is const. Cost: a copy, or one
// table entry for each pixel. Samples pass as they are coded: what they mean is in Header.colour.
#pragma once

#include <array>
#include <cstdint>

#include "codec/png/file.h"
#include "pixel/view.h"

namespace whittle::codec {

/// True where some pixel may be transparent: an alpha channel, a transparent colour, or a palette
/// with an entry that is not opaque.
bool PngHasAlpha(const PngFile& png);

/// What Unpack gives.
pixel::PixelFormat PngFormatOf(const PngFile& png);

class PngUnpacker {
 public:
  explicit PngUnpacker(const PngFile& png);
  /// One row of `width` pixels.
  void Unpack(const std::uint8_t* packed, std::uint8_t* row, std::size_t width) const;

 private:
  enum class Way : std::uint8_t { kCopy, kSwap, kTable, kKey8, kKey16 };
  void FillTable(const PngFile& png);

  Way way_ = Way::kCopy;
  int depth_;
  std::size_t samples_;      // of a packed pixel
  std::size_t pixel_bytes_;  // of an unpacked one
  std::array<std::uint16_t, 3> key_{};
  std::array<std::array<std::uint8_t, 4>, 256> table_{};
};

}  // namespace whittle::codec
