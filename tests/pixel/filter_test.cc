#include "pixel/filter.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <vector>

#include "tests/pixel/reference.h"

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

const std::vector<Axis>& LanczosAxes() {
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

// Those, with every kernel; averages go with Lanczos3 only.
const std::vector<Axis>& Axes() {
  static const std::vector<Axis> kAxes = [] {
    std::vector<Axis> axes;
    for (Axis axis : LanczosAxes()) {
      for (const Kernel kernel : test::kKernels) {
        axis.kernel = kernel;
        if (axis.box == 1 || kernel == Kernel::kLanczos3) axes.push_back(axis);
      }
    }
    return axes;
  }();
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

TEST(Filter, WeightsFollowTheKernel) {
  for (const Axis& axis : Axes()) {
    if (axis.src > 5000 || axis.box > 1) continue;
    SCOPED_TRACE(testing::Message()
                 << axis.src << " to " << axis.dst << ", kernel " << static_cast<int>(axis.kernel));
    Filter filter;
    ASSERT_TRUE(filter.Configure(axis));
    for (int i = 0; i < axis.dst; ++i) {
      const std::vector<int> weights = Weights(filter, axis, i);
      std::vector<double> taps(weights.size());
      for (const test::Tap& tap : test::ExactTaps(axis, i)) {
        taps[static_cast<std::size_t>(tap.at)] = std::ldexp(tap.weight, filter.bits());
      }
      double exact = 0;
      int running = 0;
      for (std::size_t j = 0; j < taps.size(); ++j) {
        EXPECT_NEAR(weights[j], taps[j], 1.51);
        exact += taps[j];
        running += weights[j];
        EXPECT_NEAR(running, exact, 1.51) << "so a step edge is right";
      }
    }
  }
}

TEST(Filter, RadiusIsWhereTheKernelEnds) {
  for (const Kernel kernel : test::kKernels) {
    EXPECT_NEAR(test::KernelValue(kernel, RadiusOf(kernel) + 1e-9), 0, 1e-6);
    EXPECT_GT(std::abs(test::KernelValue(kernel, RadiusOf(kernel) - 0.01)), 1e-8);
  }
}

TEST(Filter, NearestTakesTheSampleAtTheCentre) {
  Filter filter;
  const Axis axis = {10, 4, 0, 10, 1, 1, Kernel::kNearest};  // centres 1.25, 3.75, 6.25, 8.75
  ASSERT_TRUE(filter.Configure(axis));
  const int expected[] = {1, 3, 6, 8};
  for (int i = 0; i < 4; ++i) {
    const std::vector<int> weights = Weights(filter, axis, i);
    for (int j = 0; j < 10; ++j) {
      EXPECT_EQ(weights[static_cast<std::size_t>(j)], j == expected[i] ? 1 << 14 : 0);
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
    if (axis.src > 5000 || !IsSymmetric(axis)) continue;
    Filter filter;
    ASSERT_TRUE(filter.Configure(axis));
    for (int i = 0; i < axis.dst; ++i) {
      std::vector<int> weights = Weights(filter, axis, i);
      std::vector<int> mirrored = Weights(filter, axis, axis.dst - 1 - i);
      weights.resize(static_cast<std::size_t>(axis.src));
      mirrored.resize(static_cast<std::size_t>(axis.src));
      std::ranges::reverse(mirrored);
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
  for (const Kernel kernel : test::kKernels) {
    for (int src = 1; src <= 60; ++src) {
      for (int dst = 1; dst <= 150; ++dst) {
        ExpectWindowsInOrder({src, dst, 0, double(src), 1, 1, kernel});
      }
    }
  }
}

}  // namespace
}  // namespace whittle::pixel
