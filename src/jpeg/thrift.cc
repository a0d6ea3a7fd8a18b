#include "jpeg/thrift.h"

#include <array>
#include <bit>
#include <cstdlib>

namespace whittle::jpeg {
namespace {

// Bits of a 1 or -1 after so many zeros, roughly, sign included.
constexpr std::array<int, kBlockSize> kBits = [] {
  constexpr std::array<int, 16> kShort = {3, 5, 6, 7, 7, 8, 8, 9, 9, 10, 10, 11, 11, 12, 12, 12};
  std::array<int, kBlockSize> bits{};
  for (std::size_t run = 0; run < bits.size(); ++run) {
    bits[run] = kShort[run % 16] + static_cast<int>(run / 16 * 8);
  }
  return bits;
}();

// Bits that are saved when coefficient k, one of `nonzero`, becomes 0: its own, less what the next
// one's longer run costs.
int Saved(std::uint64_t nonzero, std::size_t k) {
  const std::uint64_t before = (nonzero | 1) & ((std::uint64_t{1} << k) - 1);
  const auto run = k - static_cast<std::size_t>(std::bit_width(before));
  const std::uint64_t behind = nonzero >> k >> 1;
  if (behind == 0) return kBits[run];
  const auto next = static_cast<std::size_t>(std::countr_zero(behind));
  return kBits[run] + kBits[next] - kBits[run + 1 + next];
}

}  // namespace

// An error of one step is taken to weigh as much in every coefficient: the tables see to that.
// Dropping one of size a adds a^2 - (1 - a)^2 = 2a - 1 steps squared, which is bearable for 0.06 a
// bit, above the three bits that even the cheapest costs.
void SpareBits(const BlockRow& row, const Remainders& rest, std::size_t blocks) {
  for (std::size_t block = 0; block < blocks; ++block) {
    std::uint64_t& nonzero = row.nonzero[block];
    for (std::uint64_t left = rest.weak[block] & ~std::uint64_t{1}; left != 0; left &= left - 1) {
      const auto k = static_cast<std::size_t>(std::countr_zero(left));
      const std::size_t at = block * kBlockSize + k;
      const int above_half = std::abs(rest.parts[at]) - kParts / 2;  // 0..4
      if (2 * above_half < Saved(nonzero, k) - 3) {
        row.coefficients[at] = 0;
        nonzero &= ~(std::uint64_t{1} << k);
      }
    }
  }
}

}  // namespace whittle::jpeg
