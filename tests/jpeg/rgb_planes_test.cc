// RGB to planes, against the formulas in double precision.
#include "jpeg/rgb_planes.h"

#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <cstdlib>
#include <string>
#include <vector>

#include "pixel/simd.h"
#include "tests/support/pictures.h"

namespace whittle::jpeg {
namespace {

using Planes = std::array<std::vector<std::uint8_t>, 3>;

Planes Split(const std::vector<std::uint8_t>& rgb) {
  const std::size_t width = rgb.size() / 3;
  Planes planes;
  for (auto& plane : planes) plane.resize(width);
  SplitRgb(rgb.data(), width, planes[0].data(), planes[1].data(), planes[2].data());
  return planes;
}

TEST(RgbPlanes, FollowJfif) {
  const std::vector<std::uint8_t> rgb = test::Noise(1000, 1, 3).samples;
  const Planes planes = Split(rgb);
  for (std::size_t x = 0; x < 1000; ++x) {
    const double r = rgb[3 * x], g = rgb[3 * x + 1], b = rgb[3 * x + 2];
    const double y = 0.299 * r + 0.587 * g + 0.114 * b;
    EXPECT_NEAR(planes[0][x], y, 0.51);
    EXPECT_NEAR(planes[1][x], (b - y) / 1.772 + 128, 0.51);
    EXPECT_NEAR(planes[2][x], (r - y) / 1.402 + 128, 0.51);
  }
}

TEST(RgbPlanes, KeepGreysAndExtremes) {
  for (int value = 0; value < 256; ++value) {
    const Planes planes = Split(std::vector<std::uint8_t>(3, static_cast<std::uint8_t>(value)));
    EXPECT_EQ(planes[0][0], value);
    EXPECT_EQ(planes[1][0], 128);
    EXPECT_EQ(planes[2][0], 128);
  }
  EXPECT_EQ(Split({0, 0, 255})[1][0], 255);
  EXPECT_EQ(Split({255, 0, 0})[2][0], 255);
  EXPECT_EQ(Split({255, 255, 0})[1][0], 0);
  EXPECT_EQ(Split({0, 255, 255})[2][0], 0);
}

TEST(RgbPlanes, HalveByAverage) {
  for (const std::size_t width : {1U, 2U, 3U, 31U, 64U, 129U, 1000U}) {
    const auto upper = test::Noise(static_cast<int>(width), 1, 1, 1).samples;
    const auto lower = test::Noise(static_cast<int>(width), 1, 1, 2).samples;
    std::vector<std::uint8_t> half((width + 1) / 2);
    HalveRows(upper.data(), lower.data(), width, half.data());
    for (std::size_t x = 0; x < half.size(); ++x) {
      const std::size_t right = std::min(2 * x + 1, width - 1);
      const double mean = (upper[2 * x] + upper[right] + lower[2 * x] + lower[right]) / 4.0;
      EXPECT_NEAR(half[x], mean, 0.5) << x;
    }
  }
}

TEST(RgbPlanes, AreTheSameOnEveryTarget) {
  const std::vector<std::uint8_t> rgb = test::Noise(777, 1, 3).samples;
  const Planes best = Split(rgb);
  std::vector<std::uint8_t> best_half(389);
  HalveRows(best[1].data(), best[2].data(), 777, best_half.data());
  for (const std::string& target : pixel::SimdTargets()) {
    ASSERT_TRUE(pixel::ForceSimdTarget(target));
    EXPECT_EQ(Split(rgb), best) << target;
    std::vector<std::uint8_t> half(389);
    HalveRows(best[1].data(), best[2].data(), 777, half.data());
    EXPECT_EQ(half, best_half) << target;
  }
  ASSERT_TRUE(pixel::ForceSimdTarget("auto"));
}

}  // namespace
}  // namespace whittle::jpeg
