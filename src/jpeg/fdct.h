// From samples to quantised coefficients: the forward DCT, division by the quantisation table and
// the zigzag order in one pass over a row of blocks.
//
// Used by the encoder only. The arithmetic is single precision in a fixed order without fused
// operations, so every instruction set gives the same coefficients; they
// are within 0.002 of an exact DCT. Cost: about 0.2 ns a sample with AVX-512.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "jpeg/block.h"
#include "jpeg/quant_tables.h"

namespace whittle::jpeg {

/// Blocks that the widest vectors take at once.
inline constexpr std::size_t kBlockGroup = 4;

/// Parts of a quantisation step in which the transform's result is known before it is rounded.
inline constexpr int kParts = 16;

/// A quantisation table as factors for the transform, column by column: parts of a step.
struct Quantiser {
  alignas(16) std::array<float, kBlockSize> factors;
};
Quantiser QuantiserOf(const QuantTable& table);

/// One block as the entropy coders want it.
struct Block {
  const std::int16_t* coefficients;  ///< kBlockSize in zigzag order
  std::uint64_t nonzero;             ///< bit k: coefficient k is not 0
  std::uint64_t large;               ///< bit k: its magnitude is above 1
};

/// A row of blocks to fill. Each array has room for kBlockGroup - 1 blocks more than are asked for,
/// whose content is then undefined.
struct BlockRow {
  std::int16_t* coefficients;
  std::uint64_t* nonzero;
  std::uint64_t* large;
};

/// What is known of a row of blocks beside its coefficients, with as much room as BlockRow.
struct Remainders {
  std::int16_t* parts;  ///< kBlockSize for each block in zigzag order: coefficients in kParts
  std::uint64_t* weak;  ///< bit k: coefficient k is 1 or -1 and was rounded up from below 13 parts
};

struct FdctKernels {
  std::string_view target;
  /// `blocks` blocks side by side; `samples` has 8 rows, `stride` bytes apart, each readable up to
  /// whole groups of kBlockGroup blocks.
  void (*transform)(const std::uint8_t* samples, std::size_t stride, std::size_t blocks,
                    const Quantiser& quantiser, const BlockRow& to, const Remainders& rest);
};

/// For this CPU, or the target that was forced (pixel/simd.h).
const FdctKernels& FdctForThisCpu();

}  // namespace whittle::jpeg
