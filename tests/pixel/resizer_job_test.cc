// The resizer as a worker meets it: job after job, batches of any size, memory, refusals.
#include <gtest/gtest.h>

#include <algorithm>
#include <limits>
#include <optional>
#include <random>
#include <tuple>

#include "pixel/resizer.h"
#include "tests/pixel/reference.h"

namespace whittle::pixel::test {
namespace {

using whittle::test::Noise;
using whittle::test::Photo;

TEST(Resizer, BatchSizesDoNotMatter) {
  std::mt19937 random(5);
  Resizer resizer;
  for (const auto& [w, h, dw, dh] : {std::tuple{60, 200, 20, 61},
                                     {60, 200, 20, 3},
                                     {60, 90, 50, 80},
                                     {7, 5, 9, 90},
                                     {61, 203, 7, 25},
                                     {60, 201, 2, 5},
                                     {60, 3000, 2, 90},
                                     {33, 501, 11, 100}}) {
    const Geometry g = Geometry::Whole(w, h, dw, dh);
    const Picture picture = Photo(w, h);
    const Picture expected = RunResizer(picture, g);
    for (int largest : {1, 2, 3, 8, 64}) {
      const auto batch = [&] {
        return 1 + static_cast<int>(random() % static_cast<unsigned>(largest));
      };
      EXPECT_EQ(RunResizer(resizer, picture, g, Light::kLinear, batch).samples, expected.samples);
    }
  }
}

TEST(Resizer, ForgetsAnUnfinishedJob) {
  Resizer resizer;
  const Picture large = Noise(300, 200);
  const Geometry first = Geometry::Whole(300, 200, 100, 70);
  ASSERT_TRUE(resizer.Configure({first, PixelFormat::kRgb8, Light::kLinear}));
  EXPECT_EQ(resizer.Push({large.samples.data(), 900, 300, 31, PixelFormat::kRgb8}), 31);
  const Picture small = Photo(50, 40, 1);
  const Geometry second = Geometry::Whole(50, 40, 20, 20);
  EXPECT_EQ(RunResizer(resizer, small, second).samples, RunResizer(small, second).samples);
}

TEST(Resizer, HoldsWhatItSaid) {
  for (const Geometry& g :
       {Geometry::Whole(2000, 1333, 500, 333), Geometry::Whole(10, 10, 700, 900),
        Geometry::Whole(6000, 4000, 800, 533), Geometry::Whole(2001, 1333, 60, 40),
        Geometry::Whole(65500, 3, 10, 2), Geometry::Whole(1, 1, 1, 1)}) {
    for (const PixelFormat format : {PixelFormat::kGrey8, PixelFormat::kRgb8}) {
      const ResizeSpec spec{g, format, Light::kLinear};
      Resizer resizer;
      EXPECT_EQ(resizer.buffer_bytes(), 0U);
      ASSERT_TRUE(resizer.Configure(spec));
      EXPECT_LE(resizer.buffer_bytes(), Resizer::BytesNeeded(spec));
      EXPECT_GE(resizer.buffer_bytes(), Resizer::BytesNeeded(spec) / 10 * 9);
      resizer.Release();
      EXPECT_EQ(resizer.buffer_bytes(), 0U);
    }
  }
}

TEST(Resizer, MemoryDoesNotGrowWithHeightBesideTheWeights) {
  const auto bytes = [](int height) {
    return Resizer::BytesNeeded({Geometry::Whole(4000, height, 400, height / 10)});
  };
  EXPECT_LT(bytes(60000) - bytes(1000), 59000U * 20);
  EXPECT_LT(bytes(60000), 6'000'000U);
}

TEST(Resizer, RefusesImpossibleJobs) {
  Resizer resizer;
  const auto kind = [&](const ResizeSpec& spec) {
    const auto configured = resizer.Configure(spec);
    return configured ? std::nullopt : std::optional(configured.error().kind);
  };
  EXPECT_EQ(kind({Geometry::Whole(Filter::kMaxSide + 1, 1, 1, 1)}), ErrorKind::kTooLarge);
  EXPECT_EQ(kind({Geometry::Whole(1, 1, 1, Filter::kMaxSide + 1)}), ErrorKind::kTooLarge);
  EXPECT_EQ(kind({Geometry::Whole(0, 1, 1, 1)}), ErrorKind::kInternal);
  EXPECT_EQ(kind({Geometry::Whole(1, 1, 1, 0)}), ErrorKind::kInternal);
  EXPECT_EQ(kind({Geometry::Whole(4, 4, 2, 2), PixelFormat::kCmyk8}), ErrorKind::kInternal);
  Geometry outside = Geometry::Whole(4, 4, 2, 2);
  outside.right = 5.3;  // the last centre is at 3.975
  EXPECT_EQ(kind({outside}), std::nullopt);
  outside.right = 5.4;  // at 4.05, outside of the source
  EXPECT_EQ(kind({outside}), ErrorKind::kInternal);
  outside.right = std::numeric_limits<double>::quiet_NaN();
  EXPECT_EQ(kind({outside}), ErrorKind::kInternal);
  EXPECT_EQ(Resizer::BytesNeeded({outside}), 0U);
}

}  // namespace
}  // namespace whittle::pixel::test
