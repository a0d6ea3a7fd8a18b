#include "pipeline/geometry.h"

#include <gtest/gtest.h>

#include <cmath>
#include <ostream>
#include <random>

namespace whittle::pipeline {

void PrintTo(const Size& size, std::ostream* out) { *out << size.width << "x" << size.height; }

namespace {

Size Fit(Size source, std::uint32_t width, std::uint32_t height) {
  return FitInside(source, *Transform::Make({.width = width, .height = height}));
}

TEST(FitInside, KeepsTheAspect) {
  EXPECT_EQ(Fit({3000, 2000}, 800, 600), (Size{800, 533}));
  EXPECT_EQ(Fit({2000, 3000}, 800, 600), (Size{400, 600}));
  EXPECT_EQ(Fit({2000, 1333}, 500, 500), (Size{500, 333}));
  EXPECT_EQ(Fit({2725, 2225}, 500, 500), (Size{500, 408}));
}

TEST(FitInside, LeavesAFreeSideFree) {
  EXPECT_EQ(Fit({3000, 2000}, 300, 0), (Size{300, 200}));
  EXPECT_EQ(Fit({3000, 2000}, 0, 200), (Size{300, 200}));
  EXPECT_EQ(Fit({20, 18000}, 10, 0), (Size{10, 9000}));
}

TEST(FitInside, NeverEnlarges) {
  EXPECT_EQ(Fit({300, 200}, 800, 600), (Size{300, 200}));
  EXPECT_EQ(Fit({300, 200}, 0, 8192), (Size{300, 200}));
  EXPECT_EQ(Fit({300, 200}, 300, 600), (Size{300, 200}));
  EXPECT_EQ(Fit({1, 1}, 1, 1), (Size{1, 1}));
}

TEST(FitInside, KeepsAtLeastOnePixel) {
  EXPECT_EQ(Fit({10000, 1}, 100, 100), (Size{100, 1}));
  EXPECT_EQ(Fit({1, 65535}, 1, 100), (Size{1, 100}));
}

TEST(FitInside, RoundsHalvesUp) {
  EXPECT_EQ(Fit({1000, 5}, 500, 0), (Size{500, 3}));  // 2.5
  EXPECT_EQ(Fit({4, 3}, 2, 0), (Size{2, 2}));         // 1.5
}

TEST(FitInside, FillsTheBoxOnOneSideAndAgreesWithPlainArithmetic) {
  std::mt19937 random(7);
  for (int i = 0; i < 20000; ++i) {
    const auto below = [&random](std::uint32_t n) {
      return static_cast<std::uint32_t>(random() % n) + 1;
    };
    const Size source{below(65535), below(65535)};
    const std::uint32_t w = below(Transform::kMaxSide);
    const std::uint32_t h = below(Transform::kMaxSide);
    const Size fit = Fit(source, w, h);
    const double scale = std::min({1.0 * w / source.width, 1.0 * h / source.height, 1.0});
    EXPECT_NEAR(fit.width, std::max(1.0, source.width * scale), 0.5000001);
    EXPECT_NEAR(fit.height, std::max(1.0, source.height * scale), 0.5000001);
    EXPECT_TRUE(fit.width == w || fit.height == h || fit == source);
    EXPECT_TRUE(fit.width <= w && fit.height <= h);
  }
}

}  // namespace
}  // namespace whittle::pipeline
