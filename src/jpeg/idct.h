// The inverse DCT with dequantisation, several blocks side by side, as a kernel per instruction
// set.
//
// It is libjpeg's accurate integer transform ("islow": Loeffler, Ligtenberg and Moschytz, 1989,
// with 13-bit constants), byte for byte. Pure functions, any thread; which instructions are used is
// chosen as in pixel/simd.h.
//
// Layout. Neighbouring blocks form groups of `lanes` blocks. A group holds row 0 of all its blocks,
// then row 1 and so on: the c-th coefficient of row r of block b is (r * lanes + b) * 8 + c. So a
// vector holds one row of each block, and all steps work on each block by itself.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "jpeg/block.h"

namespace whittle::jpeg {

/// Blocks in a group at most.
inline constexpr std::size_t kMaxLanes = 4;

/// The dequantisation table of a component, row by row, each row `lanes` times.
using LaneQuant = std::array<std::int16_t, kBlockSize * kMaxLanes>;

/// A row of blocks of one component.
struct BlockRow {
  std::int16_t* coefficients;   ///< whole groups, 64-byte aligned; zero afterwards
  const std::uint8_t* extents;  ///< of each block, see EntropyDecoder::Decode
  std::size_t blocks;
  const LaneQuant* quant;  ///< 64-byte aligned
  std::uint8_t* samples;   ///< 8 rows, as wide as whole groups
  std::size_t stride;
};

struct IdctKernel {
  std::string_view target;  ///< as pixel::Kernels::target
  std::size_t lanes;        ///< 1, 2 or 4
  /// Coefficients to samples, which are as wide as whole groups. False when a block holds values so
  /// wild that libjpeg's own variants differ about them; then the samples mean nothing.
  bool (*transform)(const BlockRow& row);
};

/// The kernel for this CPU, or for the target that was forced.
const IdctKernel& IdctForThisCpu();

}  // namespace whittle::jpeg
