#include "pixel/average_blocks.h"

#include <algorithm>
#include <cassert>

#include "pixel/kernels.h"

namespace whittle::pixel {
namespace {

// Samples [from, coarse.width) of row y.
void AverageRow(ConstRowSpan fine, int across, int down, RowSpan coarse, int y, int from) {
  const int top = y * down;
  const int bottom = std::min(top + down, fine.rows);
  for (int x = from; x < coarse.width; ++x) {
    const int left = x * across;
    const int right = std::min(left + across, fine.width);
    const int count = (right - left) * (bottom - top);
    int sum = count / 2;
    for (int row = top; row < bottom; ++row) {
      for (int column = left; column < right; ++column) sum += fine.row(row)[column];
    }
    coarse.row(y)[x] = static_cast<std::uint8_t>(sum / count);
  }
}

}  // namespace

void AverageBlocks(ConstRowSpan fine, int across, int down, RowSpan coarse) {
  assert(fine.width > (coarse.width - 1) * across && fine.rows > (coarse.rows - 1) * down);
  const Kernels& kernels = KernelsForThisCpu();
  for (int y = 0; y < coarse.rows; ++y) {
    int done = 0;
    if (across == 2 && down <= 2) {
      done = std::min(fine.width / 2, coarse.width);
      const int last = std::min(y * down + down, fine.rows) - 1;
      kernels.average_codes(fine.row(y * down), fine.row(last), static_cast<std::size_t>(done),
                            coarse.row(y));
    }
    AverageRow(fine, across, down, coarse, y, done);
  }
}

}  // namespace whittle::pixel
