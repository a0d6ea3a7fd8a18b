#include "pixel/reducer.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <tuple>

#include "tests/pixel/reference.h"

namespace whittle::pixel::test {
namespace {

using whittle::test::Compare;
using whittle::test::Noise;
using whittle::test::Photo;

int Halvings(int src_width, int src_height, int dst_width, int dst_height,
             Light light = Light::kLinear) {
  const Geometry g = Geometry::Whole(src_width, src_height, dst_width, dst_height);
  return HalvingsFor(g.horizontal(), g.vertical(), light);
}

TEST(Reducer, HalvesWhatLeavesEnoughToTheFilters) {
  EXPECT_EQ(Halvings(100, 100, 100, 100), 0);
  EXPECT_EQ(Halvings(100, 100, 300, 300), 0);
  EXPECT_EQ(Halvings(399, 399, 100, 100), 0);
  EXPECT_EQ(Halvings(400, 400, 100, 100), 1);
  EXPECT_EQ(Halvings(1599, 1599, 100, 100), 1);
  EXPECT_EQ(Halvings(1600, 1600, 100, 100), 2);
  EXPECT_EQ(Halvings(3199, 3199, 100, 100), 2);
  EXPECT_EQ(Halvings(3200, 3200, 100, 100), 3);
  EXPECT_EQ(Halvings(100000, 100000, 1, 1), 3);
  EXPECT_EQ(Halvings(65500, 1, 10, 1), 0) << "both sides or none";
  EXPECT_EQ(Halvings(359, 359, 100, 100, Light::kGamma), 0);
  EXPECT_EQ(Halvings(360, 360, 100, 100, Light::kGamma), 1);
  EXPECT_EQ(Halvings(720, 720, 100, 100, Light::kGamma), 2);
  EXPECT_EQ(Halvings(1440, 1440, 100, 100, Light::kGamma), 3);
  EXPECT_EQ(Halvings(1200, 400, 100, 100), 1);
}

TEST(Reducer, HalvedAxisKnowsWhatThePictureCovers) {
  const Axis whole = Halved({.src = 403, .dst = 10, .from = 0, .to = 403}, 3);
  EXPECT_EQ(whole, (Axis{.src = 51, .dst = 10, .from = 0, .to = 50.375, .box = 8, .last = 0.375}));
  const Axis part = Halved({.src = 64, .dst = 5, .from = 3, .to = 29}, 1);
  EXPECT_EQ(part, (Axis{.src = 32, .dst = 5, .from = 1.5, .to = 14.5, .box = 2, .last = 1}));
  const Axis same = {.src = 7, .dst = 5, .from = 1, .to = 6};
  EXPECT_EQ(Halved(same, 0), same);
}

// From 1x1 on, with every number of halvings, against the plain model and on all targets.
TEST(Reducer, SmallSizesEqualTheModel) {
  for (int width = 1; width <= 31; ++width) {
    for (const int height : {1, 2, 4, 5, 7, 12, 16, 17, 25, 29, 31}) {
      SCOPED_TRACE(testing::Message() << width << "x" << height);
      const Geometry g = Geometry::Whole(width, height, (width + 7) / 8, (height + 7) / 8);
      const Geometry one = Geometry::Whole(width, height, 1, 1);
      const Picture picture = Noise(width, height, 3, static_cast<unsigned>(width * 100 + height));
      const Picture grey = Noise(width, height, 1, static_cast<unsigned>(width * 100 + height));
      const Picture expected = FixedPointResize(picture, g);
      const Picture expected_one = FixedPointResize(grey, one, Light::kGamma);
      OnEveryTarget([&](const std::string&) {
        EXPECT_EQ(RunResizer(picture, g).samples, expected.samples);
        EXPECT_EQ(RunResizer(grey, one, Light::kGamma).samples, expected_one.samples);
      });
    }
  }
}

// What halving costs against Lanczos3 over all samples: little where there is no finest detail,
// also at the ends of odd sizes.
TEST(Reducer, ComesNearToTheResizeWithoutIt) {
  for (const auto& [w, h, dw, dh] : {std::tuple{400, 300, 100, 75},
                                     {411, 307, 100, 75},
                                     {403, 397, 50, 49},
                                     {999, 777, 80, 61},
                                     {1001, 1003, 40, 41}}) {
    const Geometry g = Geometry::Whole(w, h, dw, dh);
    for (const Light light : {Light::kLinear, Light::kGamma}) {
      SCOPED_TRACE(testing::Message() << w << "x" << h);
      ASSERT_GT(Halvings(w, h, dw, dh), 0);
      const Picture photo = Photo(w, h, 1);
      const auto difference = Compare(RunResizer(photo, g, light), ExactResize(photo, g, light));
      EXPECT_LE(difference.mean, 0.1);
      EXPECT_LE(difference.max, 3);
    }
  }
}

}  // namespace
}  // namespace whittle::pixel::test
