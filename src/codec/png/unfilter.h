// Undoes PNG's five filters (PNG specification, 9) in place.
//
// For the png_*.cc files only. Any thread. Cost: about 0.3 ns a byte for Paeth, the dearest; each
// of its pixels waits for the one to its left.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace whittle::codec {

/// A pixel is at most 8 bytes, four samples of 16 bits.
inline constexpr std::size_t kMaxPngPixelBytes = 8;

/// Turns `row` (`bytes` long) back into samples. `prior` is the finished row above, zeros for the
/// first one; `pixel_bytes` is 1, 2, 3, 4, 6 or 8, and 1 for pixels of less than a byte. False when
/// there is no such filter.
bool UnfilterPngRow(int filter, std::uint8_t* row, const std::uint8_t* prior, std::size_t bytes,
                    std::size_t pixel_bytes);

/// Rows that UnfilterPaethRows does at a time.
inline constexpr std::size_t kPaethRows = 4;

/// As UnfilterPngRow for kPaethRows rows, `stride` bytes apart, all of which have filter 4 (Paeth):
/// a third of the time. False, and nothing done, for pixels of other than 3 or 4 bytes.
bool UnfilterPaethRows(std::uint8_t* rows, std::size_t stride, const std::uint8_t* prior,
                       std::size_t bytes, std::size_t pixel_bytes);

/// What gains by an instruction set, compiled for one: the same bytes on each.
struct PngUnfilter {
  std::string_view target;
  void (*up)(std::uint8_t* row, const std::uint8_t* prior, std::size_t bytes);
  bool (*paeth)(std::uint8_t* row, const std::uint8_t* prior, std::size_t bytes,
                std::size_t pixel_bytes);
  bool (*paeth_rows)(std::uint8_t* rows, std::size_t stride, const std::uint8_t* prior,
                     std::size_t bytes, std::size_t pixel_bytes);
};

/// For this CPU, or the target that was forced (pixel/simd.h).
const PngUnfilter& PngUnfilterForThisCpu();

}  // namespace whittle::codec
