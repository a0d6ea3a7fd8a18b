// Undoes PNG's five filters (PNG specification, 9) in place.
//
// For the png_*.cc files only. Any thread. Cost: about 0.3 ns a byte for Paeth, the dearest; each
// of its pixels waits for the one to its left.
#pragma once

#include <cstddef>
#include <cstdint>

namespace whittle::codec {

/// A pixel is at most 8 bytes, four samples of 16 bits.
inline constexpr std::size_t kMaxPngPixelBytes = 8;

/// Turns `row` (`bytes` long) back into samples. `prior` is the finished row above, zeros for the
/// first one; `pixel_bytes` is 1, 2, 3, 4, 6 or 8, and 1 for pixels of less than a byte. False when
/// there is no such filter.
bool UnfilterPngRow(int filter, std::uint8_t* row, const std::uint8_t* prior, std::size_t bytes,
                    std::size_t pixel_bytes);

}  // namespace whittle::codec
