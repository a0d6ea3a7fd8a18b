// RGB rows to luma and chroma, for pictures that do not come in planes.
//
// Used by the codec room. Integer arithmetic with stated rounding: every instruction set gives the
// same samples.
#pragma once

#include <cstddef>
#include <cstdint>

namespace whittle::jpeg {

/// One row of `width` RGB pixels as JFIF's full-range YCbCr (ITU-R BT.601's weights), each sample
/// rounded to nearest.
void SplitRgb(const std::uint8_t* rgb, std::size_t width, std::uint8_t* y, std::uint8_t* cb,
              std::uint8_t* cr);

/// The averages of 2x2 samples of two rows, rounded up and down by turns so that flat areas keep
/// their mean. An odd last column counts twice. Writes (width + 1) / 2 samples; `out` may be
/// `upper`.
void HalveRows(const std::uint8_t* upper, const std::uint8_t* lower, std::size_t width,
               std::uint8_t* out);

}  // namespace whittle::jpeg
