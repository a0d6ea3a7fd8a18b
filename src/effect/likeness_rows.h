// The kernels of Likeness: local means, variances and what differs between two rows.
//
// Single precision, in a fixed order without fused operations, so that every instruction set gives
// the same sums. Any thread. Cost: about 3 ns a value for both with AVX2.
#pragma once

#include <array>
#include <cstddef>

namespace whittle::effect {

/// Rows and columns that the window reaches to each side of a sample: 7 by 7 in all.
inline constexpr int kReach = 3;
inline constexpr std::size_t kWindow = 2 * kReach + 1;

/// Values that rows must have beyond their last one, all 0; and before their first.
inline constexpr std::size_t kRowMargin = 16;

/// Window sums down the columns of a, b, a * a, b * b and a * b.
using ColumnSums = std::array<float*, 5>;

/// What one row adds: sums over its values of the dissimilarity d = 1 - SSIM, of its fourth power,
/// and of those of edges that came (ring) and went (blur).
struct RowDifference {
  double d = 0, d4 = 0, ring4 = 0, blur4 = 0;
};

/// Fills sums[.][0, count), and zeros up to the next multiple of kRowMargin. `a` and `b` are
/// kWindow rows each.
void SumColumns(const float* const* a, const float* const* b, std::size_t count,
                const ColumnSums& sums);

/// Adds to `to` what the middle rows `a` and `b` differ by, given their column sums.
void DifferRow(const float* a, const float* b, const ColumnSums& sums, std::size_t count,
               RowDifference& to);

}  // namespace whittle::effect
