// What stands in for rows that a file has not got: the mean of the last row that it has.
//
// For decoders. Any thread, allocates a pixel.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "pixel/view.h"

namespace whittle::codec {

/// The mean of the first row of `rows`, which has one, channel by channel, rounded: one pixel.
std::vector<std::uint8_t> MeanPixel(pixel::ConstRowSpan rows);

/// Fills `rows` with `pixel`, which is of their format.
void FillRows(pixel::RowSpan rows, std::span<const std::uint8_t> pixel);

}  // namespace whittle::codec
