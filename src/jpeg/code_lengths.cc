#include "jpeg/code_lengths.h"

#include <algorithm>
#include <cstddef>

namespace whittle::jpeg {
namespace {

constexpr std::size_t kLongest = 16;  // bits
constexpr std::size_t kMost = 257;    // all symbols, and one that takes the code of all ones

struct Leaf {
  std::uint64_t count;
  std::size_t symbol;
};

}  // namespace

// Package-merge (L. Larmore, D. Hirschberg, 1990): a list for each bit of length, made of all
// leaves and of the pairs of the list before, by weight. The cheapest 2n - 2 of the last list make
// the code: a leaf's length is the number of lists it was taken from.
HuffmanSpec OptimalCode(const SymbolCounts& counts) {
  std::array<Leaf, kMost> leaves{};
  std::size_t n = 0;
  leaves[n++] = {0, counts.size()};  // never occurs, so it gets the last of the longest codes
  for (std::size_t symbol = 0; symbol < counts.size(); ++symbol) {
    if (counts[symbol] > 0) leaves[n++] = {counts[symbol], symbol};
  }
  HuffmanSpec spec;
  if (n == 1) return spec;
  std::sort(leaves.begin() + 1, leaves.begin() + static_cast<std::ptrdiff_t>(n),
            [](const Leaf& a, const Leaf& b) {
              return a.count != b.count ? a.count < b.count : a.symbol > b.symbol;
            });

  std::array<std::array<bool, 2 * kMost>, kLongest> is_leaf{};
  std::array<std::uint64_t, 2 * kMost> list{}, next{};
  std::size_t size = 0;
  for (auto& leaf_at : is_leaf) {
    const std::size_t pairs = size / 2;
    std::size_t leaf = 0, pair = 0;
    for (size = 0; leaf < n || pair < pairs; ++size) {
      const bool take_leaf =
          pair == pairs || (leaf < n && leaves[leaf].count <= list[2 * pair] + list[2 * pair + 1]);
      leaf_at[size] = take_leaf;
      next[size] = take_leaf ? leaves[leaf].count : list[2 * pair] + list[2 * pair + 1];
      ++(take_leaf ? leaf : pair);
    }
    std::swap(list, next);
  }

  std::array<std::uint8_t, kMost> lengths{};
  std::size_t taken = 2 * n - 2;
  for (std::size_t level = kLongest; level-- > 0 && taken > 0;) {
    const auto& row = is_leaf[level];
    const auto from_leaves = static_cast<std::size_t>(
        std::count(row.begin(), row.begin() + static_cast<std::ptrdiff_t>(taken), true));
    for (std::size_t i = 0; i < from_leaves; ++i) ++lengths[i];
    taken = 2 * (taken - from_leaves);
  }

  std::size_t k = 0;
  for (std::size_t length = 1; length <= kLongest; ++length) {
    for (std::size_t i = n; i-- > 1;) {  // the most frequent first; leaf 0 is the free code
      if (lengths[i] != length) continue;
      ++spec.counts[length - 1];
      spec.symbols[k++] = static_cast<std::uint8_t>(leaves[i].symbol);
    }
  }
  return spec;
}

}  // namespace whittle::jpeg
