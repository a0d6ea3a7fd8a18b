#include "pixel/filter.h"

#include <gtest/gtest.h>

#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <numbers>
#include <vector>

namespace whittle::pixel {
namespace {

// Weights of output sample i by source sample, from 0 to src (rounded up to a pair).
std::vector<int> Weights(const Filter& filter, const Axis& axis, int i) {
  std::vector<int> weights(static_cast<std::size_t>(axis.src + 1) / 2 * 2, 0);
  const Filter::Window window = filter.window(i);
  for (int p = 0; p < window.pairs; ++p) {
    const auto pair = static_cast<std::uint32_t>(filter.weights(i)[p]);
    const auto at = static_cast<std::size_t>(2 * (window.begin + p));
    weights.at(at) = static_cast<std::int16_t>(pair & 0xFFFF);
    weights.at(at + 1) = static_cast<std::int16_t>(pair >> 16);
  }
  return weights;
}

double Lanczos3(double x) {
  if (x == 0) return 1;
  if (std::abs(x) >= 3) return 0;
  const double t = std::numbers::pi * x;
  return 3 * std::sin(t) * std::sin(t / 3) / (t * t);
}

const std::vector<Axis>& Axes() {
  static const std::vector<Axis> kAxes = {{1, 1, 0, 1},
                                          {1, 17, 0, 1},
                                          {2, 1, 0, 2},
                                          {5, 4, 0, 5},
                                          {2000, 500, 0, 2000},
                                          {1333, 333, 0, 1333},
                                          {97, 31, 0, 97},
                                          {1000, 25, 0, 1000},
                                          {3000, 10, 0, 3000},
                                          {65500, 10, 0, 65500},
                                          {64, 64, 0, 64},
                                          {10, 333, 0, 10},
                                          {300, 77, 10.3, 99.6},
                                          {131072, 1, 0, 131072},
                                          {640, 20, 0, 640},
                                          {100, 7, 99.5, 100},
                                          {50, 24, 0.01, 49.99},
                                          {101, 50, 0, 101},
                                          {7, 3, 0, 7},
                                          {131072, 131072, 0, 131072},
                                          // Intervals that pass an end by half an output sample.
                                          {255, 39, 0, 255 * 78 / 77.0},
                                          {51, 4, 0, 51 * 8 / 7.0},
                                          {255, 39, 255 - 255 * 78 / 77.0, 255},
                                          {2, 1, 0, 4},
                                          {3, 2, 0, 4},
                                          {20, 11, 0, 220 * 2 / 21.0},
                                          {4000, 26, 0, 4000 * 52 / 51.0},
                                          {1, 1, 0, 2},
                                          // Averages, and a last one that is only part of one.
                                          {1000, 500, 0, 1000, 2},
                                          {1001, 400, 0, 1000.5, 2, 0.5},
                                          {51, 10, 0, 50.375, 8, 0.375},
                                          {16, 1, 0, 16, 8},
                                          {3, 1, 0, 2.125, 8, 0.125},
                                          {300, 60, 10.25, 290, 4},
                                          {40, 8, 0, 40 * 16 / 15.0, 4}};
  return kAxes;
}

TEST(Filter, WeightsSumToOneAndFit) {
  for (const Axis& axis : Axes()) {
    Filter filter;
    ASSERT_TRUE(filter.Configure(axis));
    ASSERT_EQ(filter.size(), axis.dst);
    const int step = axis.dst > 1000 ? axis.dst / 50 : 1;
    for (int i = 0; i < axis.dst; i += step) {
      SCOPED_TRACE(testing::Message() << axis.src << " to " << axis.dst << " at " << i);
      std::int64_t sum = 0, absolute = 0, positive = 0;
      for (const int weight : Weights(filter, axis, i)) {
        sum += weight;
        absolute += std::abs(weight);
        positive += std::max(weight, 0);
        // 16 taps at full range must not overflow 32 bits before early rounding.
        if (filter.early_bits() > 0) EXPECT_LT(std::abs(weight), 4000);
      }
      EXPECT_EQ(sum, std::int64_t{1} << filter.bits());
      // Whole windows fit 32 bits, and white next to black does not clip between the passes.
      EXPECT_LT((absolute >> filter.early_bits()) * 32768, std::int64_t{1} << 31);
      EXPECT_LT(static_cast<double>(positive), std::ldexp(1.38, filter.bits()));
      const Filter::Window window = filter.window(i);
      EXPECT_GE(window.begin, 0);
      EXPECT_LE(2 * window.end(), axis.src + 1);
      EXPECT_LE(window.pairs, Filter::MaxPairs(axis));
    }
    EXPECT_LE(filter.bytes(), Filter::BytesNeeded(axis));
  }
}

TEST(Filter, WeightsFollowLanczos3) {
  for (const Axis& axis : Axes()) {
    if (axis.src > 5000 || axis.box > 1) continue;
    Filter filter;
    ASSERT_TRUE(filter.Configure(axis));
    for (int i = 0; i < axis.dst; ++i) {
      const double widen = std::max(1.0, axis.scale());
      const double centre = axis.from + (i + 0.5) * axis.scale();
      double sum = 0;
      for (int j = 0; j < axis.src; ++j) sum += Lanczos3((j + 0.5 - centre) / widen);
      const std::vector<int> weights = Weights(filter, axis, i);
      double exact = 0;
      int running = 0;
      for (int j = 0; j < axis.src; ++j) {
        const double weight = std::ldexp(Lanczos3((j + 0.5 - centre) / widen) / sum, filter.bits());
        EXPECT_NEAR(weights[static_cast<std::size_t>(j)], weight, 1.51);
        exact += weight;
        running += weights[static_cast<std::size_t>(j)];
        EXPECT_NEAR(running, exact, 1.51) << "so a step edge is right";
      }
    }
  }
}

// The averages of a parabola are weighed to what its values at the samples' centres are.
TEST(Filter, UndoesTheBlurOfAverages) {
  for (const int box : {2, 4, 8}) {
    const Axis plain = {200, 60, 0, 200};
    Axis averages = plain;
    averages.box = box;
    Filter exact, filter;
    ASSERT_TRUE(exact.Configure(plain));
    ASSERT_TRUE(filter.Configure(averages));
    for (int i = 5; i < 55; ++i) {
      const std::vector<int> weights = Weights(exact, plain, i);
      const std::vector<int> sharper = Weights(filter, averages, i);
      double expected = 0, sum = 0, uncorrected = 0;
      for (int j = 0; j < plain.src; ++j) {
        const double from_centre = j + 0.5 - (i + 0.5) * plain.scale();
        double average = 0;
        for (int k = 0; k < box; ++k) {
          const double x = from_centre + (k + 0.5) / box - 0.5;
          average += x * x / box;
        }
        const auto at = static_cast<std::size_t>(j);
        expected += std::ldexp(weights[at] * from_centre * from_centre, -exact.bits());
        uncorrected += std::ldexp(weights[at] * average, -exact.bits());
        sum += std::ldexp(sharper[at] * average, -filter.bits());
      }
      EXPECT_GT(uncorrected - expected, 0.06);
      EXPECT_NEAR(sum, expected, 0.015);
    }
  }
}

TEST(Filter, ForgetsTheAxisBefore) {
  const Axis first = {100, 33, 0, 100}, second = {100, 33, 0, 99};
  Filter filter, fresh;
  ASSERT_TRUE(filter.Configure(first));
  ASSERT_TRUE(filter.Configure(second));
  ASSERT_TRUE(fresh.Configure(second));
  EXPECT_EQ(Weights(filter, second, 20), Weights(fresh, second, 20));
  filter.Release();
  ASSERT_TRUE(filter.Configure(second));
  EXPECT_EQ(Weights(filter, second, 20), Weights(fresh, second, 20));
}

TEST(Filter, MirrorsExactly) {
  for (const Axis& axis : Axes()) {
    if (axis.src > 5000 || axis.from != axis.src - axis.to) continue;
    Filter filter;
    ASSERT_TRUE(filter.Configure(axis));
    for (int i = 0; i < axis.dst; ++i) {
      std::vector<int> weights = Weights(filter, axis, i);
      std::vector<int> mirrored = Weights(filter, axis, axis.dst - 1 - i);
      weights.resize(static_cast<std::size_t>(axis.src));
      mirrored.resize(static_cast<std::size_t>(axis.src));
      std::reverse(mirrored.begin(), mirrored.end());
      EXPECT_EQ(weights, mirrored) << axis.src << " to " << axis.dst << " at " << i;
    }
  }
}

void ExpectWindowsInOrder(const Axis& axis) {
  Filter filter;
  ASSERT_TRUE(filter.Configure(axis));
  for (int i = 0; i < axis.dst; ++i) {
    ASSERT_LE(filter.window(i).pairs, Filter::MaxPairs(axis));
    if (i == 0) continue;
    ASSERT_GE(filter.window(i).begin, filter.window(i - 1).begin) << axis.src << " " << axis.dst;
    ASSERT_GE(filter.window(i).end(), filter.window(i - 1).end()) << axis.src << " " << axis.dst;
  }
}

TEST(Filter, WindowsMoveForwardOnly) {
  for (const Axis& axis : Axes()) ExpectWindowsInOrder(axis);
  // Among these are all small ratios, where centres meet and windows are shortest.
  for (int src = 1; src <= 60; ++src) {
    for (int dst = 1; dst <= 150; ++dst) ExpectWindowsInOrder({src, dst, 0, double(src)});
  }
}

}  // namespace
}  // namespace whittle::pixel
