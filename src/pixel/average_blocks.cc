#include "pixel/average_blocks.h"

#include <algorithm>
#include <array>
#include <cassert>
#include <cstddef>
#include <cstdint>

#include "pixel/kernels.h"

namespace whittle::pixel {
namespace {

// Each of these fills samples [0, returned) of row y with averages of whole blocks.
using WholeBlocks = int (*)(ConstRowSpan fine, RowSpan coarse, int y);

// The samplings that cameras write.
int Halves(ConstRowSpan fine, int down, RowSpan coarse, int y) {
  const int count = std::min(fine.width / 2, coarse.width);
  KernelsForThisCpu().average_codes(fine.row(y * down), fine.row(y * down + down - 1),
                                    static_cast<std::size_t>(count), coarse.row(y));
  return count;
}
int Blocks2x1(ConstRowSpan fine, RowSpan coarse, int y) { return Halves(fine, 1, coarse, y); }
int Blocks2x2(ConstRowSpan fine, RowSpan coarse, int y) { return Halves(fine, 2, coarse, y); }

// Sizes that the compiler knows make the loops short and the division a shift.
template <int kAcross, int kDown>
int Blocks(ConstRowSpan fine, RowSpan coarse, int y) {
  constexpr int kCount = kAcross * kDown;
  const int count = std::min(fine.width / kAcross, coarse.width);
  std::array<const std::uint8_t*, kDown> rows{};
  for (int row = 0; row < kDown; ++row) {
    rows[static_cast<std::size_t>(row)] = fine.row(y * kDown + row);
  }
  std::uint8_t* to = coarse.row(y);
  for (int x = 0; x < count; ++x) {
    int sum = kCount / 2;
    for (const std::uint8_t* row : rows) {
      for (int i = 0; i < kAcross; ++i) sum += row[x * kAcross + i];
    }
    to[x] = static_cast<std::uint8_t>(sum / kCount);
  }
  return count;
}

WholeBlocks WholeBlocksFor(int across, int down) {
  switch (16 * across + down) {
    case 0x12:
      return Blocks<1, 2>;
    case 0x14:
      return Blocks<1, 4>;
    case 0x21:
      return Blocks2x1;
    case 0x22:
      return Blocks2x2;
    case 0x41:
      return Blocks<4, 1>;
    case 0x42:
      return Blocks<4, 2>;
  }
  return nullptr;
}

// Samples [from, coarse.width) of row y, from as much as there is of each block.
void AverageRest(ConstRowSpan fine, int across, int down, RowSpan coarse, int y, int from) {
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
  const WholeBlocks whole = WholeBlocksFor(across, down);
  for (int y = 0; y < coarse.rows; ++y) {
    const bool complete = whole != nullptr && (y + 1) * down <= fine.rows;
    const int done = complete ? whole(fine, coarse, y) : 0;
    AverageRest(fine, across, down, coarse, y, done);
  }
}

}  // namespace whittle::pixel
