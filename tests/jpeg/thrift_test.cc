// Which small coefficients go.
#include "jpeg/thrift.h"

#include <gtest/gtest.h>

#include <array>
#include <vector>

namespace whittle::jpeg {
namespace {

// One block whose coefficient at `place` has `parts`, beside those at `others`, which are large.
struct OneBlock {
  std::array<std::int16_t, kBlockSize> coefficients{}, parts{};
  std::uint64_t nonzero = 0, large = 0, weak = 0;

  void Put(std::size_t k, int sixteenths) {
    const int level = (std::abs(sixteenths) + 8) / 16;
    coefficients[k] = static_cast<std::int16_t>(sixteenths < 0 ? -level : level);
    parts[k] = static_cast<std::int16_t>(sixteenths);
    const std::uint64_t bit = std::uint64_t{1} << k;
    if (level > 0) nonzero |= bit;
    if (level > 1) large |= bit;
    if (level == 1 && std::abs(sixteenths) < 13) weak |= bit;
  }
  bool Keeps(std::size_t k) {
    SpareBits({coefficients.data(), &nonzero, &large}, {parts.data(), &weak}, 1);
    EXPECT_EQ(nonzero >> k & 1, coefficients[k] != 0 ? 1U : 0U);
    return coefficients[k] != 0;
  }
};

TEST(Thrift, DropsWhatStandsAloneFarOut) {
  OneBlock far;
  far.Put(40, -12);
  EXPECT_FALSE(far.Keeps(40));
}

TEST(Thrift, KeepsWhatIsNearlyWhole) {
  OneBlock far;
  far.Put(40, 13);
  EXPECT_TRUE(far.Keeps(40));
}

TEST(Thrift, KeepsWhatCostsLittle) {
  OneBlock dense;
  for (std::size_t k = 1; k <= 5; ++k) dense.Put(k, k == 3 ? 9 : 40);
  EXPECT_TRUE(dense.Keeps(3));
  OneBlock weaker = dense;
  weaker.Put(9, 9);  // after three zeros
  EXPECT_FALSE(weaker.Keeps(9));
}

TEST(Thrift, LeavesDcAlone) {
  OneBlock block;
  block.Put(0, 8);
  EXPECT_TRUE(block.Keeps(0));
}

TEST(Thrift, WorksAtTheLastCoefficient) {
  OneBlock block;
  block.Put(63, 8);
  EXPECT_FALSE(block.Keeps(63));
  OneBlock both;
  both.Put(62, 400);
  both.Put(63, 12);
  EXPECT_TRUE(both.Keeps(63));
}

}  // namespace
}  // namespace whittle::jpeg
