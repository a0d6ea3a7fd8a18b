// Optimal codes, held against a plain Huffman tree and against every possible set of lengths.
#include "jpeg/code_lengths.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <functional>
#include <limits>
#include <map>
#include <queue>
#include <random>
#include <vector>

namespace whittle::jpeg {
namespace {

std::uint64_t Bits(const SymbolCounts& counts, const HuffmanSpec& spec) {
  const auto codes = CodesOf(spec);
  if (!codes) throw std::runtime_error("no code");
  std::uint64_t bits = 0;
  for (std::size_t s = 0; s < counts.size(); ++s) {
    EXPECT_EQ((*codes)[s].length > 0, counts[s] > 0) << s;
    bits += std::uint64_t{counts[s]} * (*codes)[s].length;
  }
  return bits;
}

// No code consists of ones only, as Kraft's sum shows.
void ExpectAFreeCode(const HuffmanSpec& spec) {
  std::uint32_t sum = 0;
  for (std::size_t length = 1; length <= 16; ++length) {
    sum += std::uint32_t{spec.counts[length - 1]} << (16 - length);
  }
  EXPECT_LT(sum, 1U << 16);
}

// Total bits of Huffman's own tree, with one symbol more that never occurs. No limit of length.
std::uint64_t TreeBits(const SymbolCounts& counts) {
  std::priority_queue<std::uint64_t, std::vector<std::uint64_t>, std::greater<>> queue;
  queue.push(0);
  for (const std::uint32_t count : counts) {
    if (count > 0) queue.push(count);
  }
  std::uint64_t bits = 0;
  while (queue.size() > 1) {
    const std::uint64_t first = queue.top();
    queue.pop();
    const std::uint64_t pair = first + queue.top();
    queue.pop();
    queue.push(pair);
    bits += pair;
  }
  return bits;
}

TEST(OptimalCode, IsAsGoodAsATree) {
  std::mt19937 random(3);
  for (int round = 0; round < 200; ++round) {
    SymbolCounts counts{};
    const int symbols = 1 + round;
    for (int i = 0; i < symbols; ++i) counts[random() % 256] = 1 + random() % 1000;
    const HuffmanSpec spec = OptimalCode(counts);
    ExpectAFreeCode(spec);
    EXPECT_EQ(Bits(counts, spec), TreeBits(counts));
  }
}

// The least bits for counts in falling order and a symbol that never occurs, lengths up to 16:
// tries where each length ends.
std::uint64_t LeastBits(const std::vector<std::uint64_t>& counts) {
  const std::size_t n = counts.size();
  constexpr std::uint64_t kNever = std::numeric_limits<std::uint64_t>::max() / 2;
  std::vector<std::uint64_t> sums(n + 1);
  for (std::size_t i = n; i-- > 0;) sums[i] = sums[i + 1] + counts[i];
  std::map<std::array<std::uint64_t, 3>, std::uint64_t> known;
  // Bits that the others still get, where `free` codes of the length at hand are left for them.
  const std::function<std::uint64_t(std::size_t, std::uint64_t, std::uint64_t)> best =
      [&](std::size_t done, std::uint64_t free, std::uint64_t length) -> std::uint64_t {
    const std::uint64_t left = n - done + 1;  // the one that never occurs as well
    if (done == n && free > 0) return 0;
    if (length > 16 || free == 0) return kNever;
    free = std::min(free, left);
    const auto [entry, is_new] = known.try_emplace({done, free, length}, kNever);
    if (!is_new) return entry->second;
    std::uint64_t least = kNever;
    for (std::uint64_t take = 0; take <= std::min<std::uint64_t>(free, n - done); ++take) {
      const std::uint64_t rest = best(done + take, 2 * (free - take), length + 1);
      // All that are not yet coded get one bit longer.
      if (rest < kNever) least = std::min(least, sums[done + take] + rest);
    }
    known[{done, free, length}] = least;
    return least;
  };
  return sums[0] + best(0, 2, 1);
}

TEST(OptimalCode, IsTheBestOfAtMost16Bits) {
  // Fibonacci's numbers make the deepest trees.
  for (const std::size_t n : {std::size_t{17}, std::size_t{21}, std::size_t{30}}) {
    SymbolCounts counts{};
    std::vector<std::uint64_t> falling;
    std::uint32_t a = 1, b = 1;
    for (std::size_t i = 0; i < n; ++i) {
      counts[i] = a;
      falling.insert(falling.begin(), a);
      b += std::exchange(a, b);
    }
    const HuffmanSpec spec = OptimalCode(counts);
    ExpectAFreeCode(spec);
    EXPECT_EQ(Bits(counts, spec), LeastBits(falling)) << n;
  }
}

TEST(OptimalCode, HandlesTheExtremes) {
  EXPECT_EQ(OptimalCode({}).size(), 0);
  SymbolCounts one{};
  one[7] = 5;
  EXPECT_EQ(OptimalCode(one).counts[0], 1);
  SymbolCounts all;
  all.fill(std::numeric_limits<std::uint32_t>::max());
  const HuffmanSpec spec = OptimalCode(all);
  EXPECT_EQ(spec.size(), 256);
  ExpectAFreeCode(spec);
  EXPECT_TRUE(CodesOf(spec));
}

}  // namespace
}  // namespace whittle::jpeg
