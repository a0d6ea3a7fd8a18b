// The quantisation tables that a quality stands for.
//
// Pure functions, any thread.
#pragma once

#include <array>
#include <cstdint>

#include "jpeg/block.h"

namespace whittle::jpeg {

/// Steps of 1..255 in the block's own order (row by row).
using QuantTable = std::array<std::uint8_t, kBlockSize>;
/// For luma, Cb and Cr.
using QuantTables = std::array<QuantTable, 3>;

/// `quality` is 1..100, fractions included; higher never gives a larger step. 100 is all ones.
QuantTables TablesFor(double quality);

}  // namespace whittle::jpeg
