// From a TIFF's packed samples to rows of pixels.
//
// For the tiff_*.cc files only. One converter belongs to one job. Cost: a few operations a sample;
// 8 and 16 bits that are already what is wanted are copied.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <vector>

#include "codec/tiff/layout.h"

namespace whittle::codec {

class TiffSamples {
 public:
  TiffSamples(const TiffFile& file, const TiffLayout& layout);

  /// One row: `packed` has a pointer for each plane.
  void Convert(std::span<const std::uint8_t* const> packed, std::uint8_t* row);

 private:
  void Arrange(std::uint8_t* row) const;
  void PutPixel(const std::uint16_t* sample, std::uint16_t* pixel) const;

  const TiffLayout layout_;
  const bool copied_;                                 // rows stand there as they are wanted
  double black_ = 0, white_ = 1;                      // of floating samples
  std::vector<std::array<std::uint8_t, 3>> palette_;  // where there is one: of every index
  std::vector<std::uint16_t> samples_;                // of one row, together
};

}  // namespace whittle::codec
