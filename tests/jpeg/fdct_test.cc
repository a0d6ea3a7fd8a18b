// The transform before quantisation matters: against its definition in double precision.
#include "jpeg/fdct.h"

#include <gtest/gtest.h>

#include <cmath>
#include <numbers>
#include <random>
#include <vector>

#include "base/checked.h"
#include "pixel/simd.h"

namespace whittle::jpeg {
namespace {

struct Result {
  std::vector<std::int16_t> coefficients, parts;
  std::vector<std::uint64_t> nonzero, large, weak;
  bool operator==(const Result&) const = default;
};

Result Transformed(const std::vector<std::uint8_t>& samples, std::size_t blocks,
                   const Quantiser& quantiser) {
  const std::size_t room = blocks + kBlockGroup - 1;
  const std::vector<std::int16_t> values(room * kBlockSize);
  const std::vector<std::uint64_t> masks(room);
  Result result{values, values, masks, masks, masks};
  FdctForThisCpu().transform(
      samples.data(), samples.size() / kBlockSide, blocks, quantiser,
      {result.coefficients.data(), result.nonzero.data(), result.large.data()},
      {result.parts.data(), result.weak.data()});
  for (auto* of_blocks : {&result.coefficients, &result.parts}) {
    of_blocks->resize(blocks * kBlockSize);
  }
  for (auto* of_blocks : {&result.nonzero, &result.large, &result.weak}) of_blocks->resize(blocks);
  return result;
}

std::vector<std::uint8_t> Samples(std::size_t blocks, unsigned seed) {
  std::mt19937 random(seed);
  std::vector<std::uint8_t> samples(RoundUp(blocks, kBlockGroup) * kBlockSize);
  for (auto& sample : samples) {
    sample = seed % 2 == 0 ? static_cast<std::uint8_t>(random()) : (random() % 2 == 0 ? 0 : 255);
  }
  return samples;
}

double Exact(const std::vector<std::uint8_t>& samples, std::size_t block, std::size_t k) {
  const std::size_t stride = samples.size() / kBlockSide;
  const int column = kZigzag[k] % 8, row = kZigzag[k] / 8;
  const double u = column, v = row;
  double sum = 0;
  for (std::size_t y = 0; y < 8; ++y) {
    for (std::size_t x = 0; x < 8; ++x) {
      sum += (samples[y * stride + block * 8 + x] - 128) *
             std::cos(static_cast<double>(2 * x + 1) * u * std::numbers::pi / 16) *
             std::cos(static_cast<double>(2 * y + 1) * v * std::numbers::pi / 16);
    }
  }
  return sum / 4 * (u == 0 ? std::sqrt(0.5) : 1) * (v == 0 ? std::sqrt(0.5) : 1);
}

// The parts of a step are cut off, so each stands for values from its own to the next one's.
TEST(Fdct, IsExactToAFiveHundredth) {
  QuantTable ones;
  ones.fill(1);
  double worst = 0;
  for (unsigned seed = 0; seed < 20; ++seed) {
    const auto samples = Samples(7, seed);
    const Result result = Transformed(samples, 7, QuantiserOf(ones));
    for (std::size_t i = 0; i < 7 * kBlockSize; ++i) {
      const double exact = Exact(samples, i / kBlockSize, i % kBlockSize);
      const double nearest_part = exact + std::copysign(0.5 / kParts, -exact);
      worst = std::max(worst, std::abs(result.parts[i] / double{kParts} - nearest_part));
      ASSERT_NEAR(result.coefficients[i], exact, 0.502);
    }
  }
  EXPECT_LT(worst, 0.5 / kParts + 0.002);
}

TEST(Fdct, MarksWhatIsNotZeroAndWhatIsLarge) {
  QuantTable table;
  table.fill(60);
  const Result result = Transformed(Samples(9, 2), 9, QuantiserOf(table));
  for (std::size_t block = 0; block < 9; ++block) {
    for (std::size_t k = 0; k < kBlockSize; ++k) {
      const int value = result.coefficients[block * kBlockSize + k];
      EXPECT_EQ(result.nonzero[block] >> k & 1, value != 0 ? 1U : 0U);
      EXPECT_EQ(result.large[block] >> k & 1, std::abs(value) > 1 ? 1U : 0U);
      const int parts = std::abs(result.parts[block * kBlockSize + k]);
      EXPECT_EQ(result.weak[block] >> k & 1, parts >= 8 && parts < 13 ? 1U : 0U);
    }
  }
}

TEST(Fdct, IsTheSameOnEveryTarget) {
  for (const int step : {1, 3, 17, 255}) {
    QuantTable table;
    table.fill(static_cast<std::uint8_t>(step));
    const Quantiser quantiser = QuantiserOf(table);
    for (std::size_t blocks = 1; blocks <= 9; ++blocks) {
      const auto samples = Samples(blocks, static_cast<unsigned>(blocks));
      const Result best = Transformed(samples, blocks, quantiser);
      for (const std::string& target : pixel::SimdTargets()) {
        ASSERT_TRUE(pixel::ForceSimdTarget(target));
        EXPECT_EQ(Transformed(samples, blocks, quantiser), best) << target;
      }
      ASSERT_TRUE(pixel::ForceSimdTarget("auto"));
    }
  }
}

}  // namespace
}  // namespace whittle::jpeg
