// Huffman tables: the codes of a known one, and tables that cannot be.
#include "jpeg/huffman.h"

#include <gtest/gtest.h>

#include <set>

#include "jpeg/block.h"

namespace whittle::jpeg {
namespace {

TEST(Zigzag, IsTheStandardsOrder) {
  const std::set<int> all(kZigzag.begin(), kZigzag.end());
  EXPECT_EQ(all.size(), kBlockSize);
  const std::array<int, 10> first = {0, 1, 8, 16, 9, 2, 3, 10, 17, 24};
  for (std::size_t k = 0; k < first.size(); ++k) EXPECT_EQ(kZigzag[k], first[k]);
  EXPECT_EQ(kZigzag[62], 62);
  EXPECT_EQ(kZigzag[61], 55);
}

// The luminance DC table of T.81, K.3.
TEST(Huffman, GivesTheStandardsCodes) {
  const HuffmanSpec spec = {.counts = {0, 1, 5, 1, 1, 1, 1, 1, 1},
                            .symbols = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11}};
  const auto codes = CodesOf(spec);
  ASSERT_TRUE(codes);
  EXPECT_EQ((*codes)[0].bits, 0b00);
  EXPECT_EQ((*codes)[0].length, 2);
  EXPECT_EQ((*codes)[5].bits, 0b110);
  EXPECT_EQ((*codes)[11].bits, 0b111111110);
  EXPECT_EQ((*codes)[11].length, 9);
  EXPECT_EQ((*codes)[12].length, 0);
}

TEST(Huffman, RefusesImpossibleTables) {
  EXPECT_TRUE(CodesOf({}));
  EXPECT_TRUE(CodesOf({.counts = {2}, .symbols = {1, 2}}));
  EXPECT_FALSE(CodesOf({.counts = {3}, .symbols = {1, 2, 3}}));
  EXPECT_FALSE(CodesOf({.counts = {2, 1}, .symbols = {1, 2, 3}}));
  EXPECT_FALSE(CodesOf({.counts = {0, 2}, .symbols = {7, 7}}));
  EXPECT_FALSE(CodesOf({.counts = {0, 0, 0, 0, 0, 0, 0, 0, 255, 255}, .symbols = {}}));
}

}  // namespace
}  // namespace whittle::jpeg
