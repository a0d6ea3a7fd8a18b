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
  std::vector<std::int16_t> coefficients;
  std::vector<std::uint64_t> nonzero, large;
  bool operator==(const Result&) const = default;
};

Result Transformed(const std::vector<std::uint8_t>& samples, std::size_t blocks,
                   const Quantiser& quantiser) {
  const std::size_t room = blocks + kBlockGroup - 1;
  Result result{std::vector<std::int16_t>(room * kBlockSize), std::vector<std::uint64_t>(room),
                std::vector<std::uint64_t>(room)};
  FdctForThisCpu().transform(
      samples.data(), samples.size() / kBlockSide, blocks, quantiser,
      {result.coefficients.data(), result.nonzero.data(), result.large.data()});
  result.coefficients.resize(blocks * kBlockSize);
  result.nonzero.resize(blocks);
  result.large.resize(blocks);
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
  const double u = static_cast<double>(kZigzag[k] % 8), v = static_cast<double>(kZigzag[k] / 8);
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

// Factors 16 times too large show the fraction: what is rounded is at most 0.002 from the truth.
TEST(Fdct, IsExactToAFiveHundredth) {
  QuantTable ones;
  ones.fill(1);
  Quantiser quantiser = QuantiserOf(ones);
  for (float& factor : quantiser.factors) factor *= 16;
  double worst = 0;
  for (unsigned seed = 0; seed < 20; ++seed) {
    const auto samples = Samples(7, seed);
    const Result result = Transformed(samples, 7, quantiser);
    for (std::size_t i = 0; i < 7 * kBlockSize; ++i) {
      const double exact = 16 * Exact(samples, i / kBlockSize, i % kBlockSize);
      worst = std::max(worst, std::abs(result.coefficients[i] - exact));
    }
  }
  EXPECT_LT(worst, 0.5 + 16 * 0.002);
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
