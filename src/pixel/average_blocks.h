// Luma at chroma's resolution.
//
// Used by whoever resizes chroma by its luma. Any thread. Cost: 0.03 ns per output sample for
// blocks of 2x2, 2x1 and 1x2, under 1 ns for other usual ones, 5 ns for the rest.
#pragma once

#include "pixel/view.h"

namespace whittle::pixel {

/// Fills every row of `coarse`: sample (x, y) is the average, rounded to nearest, halves up, of
/// those samples of `fine` that exist in the block of `across` x `down` (1..16 each) from
/// (x * across, y * down) on. Both are kGrey8, and every block must have a sample.
void AverageBlocks(ConstRowSpan fine, int across, int down, RowSpan coarse);

}  // namespace whittle::pixel
