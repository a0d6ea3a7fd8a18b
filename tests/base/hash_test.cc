#include "base/hash.h"

#include <gtest/gtest.h>

#include <string>

#include "base/checked.h"

namespace whittle {
namespace {

// The value of the empty input is published with XXH3, so a change of library or byte order shows.
TEST(HashOf, IsTheSameEverywhere) {
  EXPECT_EQ(ToHex(HashOf({})), "99aa06d3014798d86001c324468d497f");
}

TEST(HashOf, DependsOnSeedAndContent) {
  EXPECT_NE(HashOf(AsBytes("a")), HashOf(AsBytes("b")));
  EXPECT_NE(HashOf(AsBytes("a"), 0), HashOf(AsBytes("a"), 1));
}

TEST(Hasher, PiecesAreHashedAsTheWhole) {
  std::string text;
  for (int i = 0; i < 5000; ++i) text += static_cast<char>(i * 7);
  for (const std::size_t piece : {1U, 63U, 64U, 1024U, 4999U, 5000U}) {
    Hasher hasher(3);
    for (std::size_t at = 0; at < text.size(); at += piece) {
      hasher.Add(AsBytes(std::string_view(text).substr(at, piece)));
    }
    EXPECT_EQ(hasher.Get(), HashOf(AsBytes(text), 3)) << piece;
  }
  EXPECT_EQ(Hasher().Get(), HashOf({}));
}

TEST(Checked, SaysWhenANumberDoesNotFit) {
  EXPECT_EQ(CheckedMultiply<std::uint32_t>(65535, 65537), 4294967295U);
  EXPECT_EQ(CheckedMultiply<std::uint32_t>(65536, 65536), std::nullopt);
  EXPECT_EQ(SaturatingMultiply<std::uint64_t>(1ULL << 40, 1ULL << 40), ~0ULL);
  EXPECT_EQ(SaturatingAdd<std::uint64_t>(~0ULL, 1), ~0ULL);
  EXPECT_EQ(RoundUp<std::uint64_t>(65, 64), 128U);
  EXPECT_EQ(RoundUp<std::uint64_t>(64, 64), 64U);
}

}  // namespace
}  // namespace whittle
