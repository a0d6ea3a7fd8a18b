#include "whittle/transform.h"

#include <gtest/gtest.h>

#include <limits>

namespace whittle {
namespace {

TEST(Transform, RefusesSidesThatAreBothFreeOrTooLarge) {
  EXPECT_TRUE(Transform::Make({.width = 0, .height = 8192}));
  EXPECT_TRUE(Transform::Make({.width = 8192, .height = 0}));
  for (const Transform::Params& bad : {Transform::Params{.width = 0, .height = 0},
                                       {.width = 8193, .height = 1},
                                       {.width = 1, .height = 8193},
                                       {.width = 4294967295U, .height = 4294967295U}}) {
    const auto transform = Transform::Make(bad);
    ASSERT_FALSE(transform);
    EXPECT_EQ(transform.error().kind, ErrorKind::kBadRequest);
    EXPECT_EQ(transform.error().text, "invalid dimensions");
  }
}

TEST(Transform, RefusesQualitiesOutOfRange) {
  for (double bad : {0.0, 0.99, 100.01, -1.0, std::numeric_limits<double>::quiet_NaN(),
                     std::numeric_limits<double>::infinity()}) {
    EXPECT_FALSE(Transform::Make({.width = 1, .height = 1, .quality = bad})) << bad;
  }
  EXPECT_TRUE(Transform::Make({.width = 1, .height = 1, .quality = 1}));
  EXPECT_TRUE(Transform::Make({.width = 1, .height = 1, .quality = 100}));
}

TEST(Transform, CanonicalTextIsEqualExactlyForEqualTransforms) {
  const Transform::Params base{.width = 800, .height = 600};
  const auto canonical = [](const Transform::Params& p) { return Transform::Make(p)->Canonical(); };
  EXPECT_EQ(canonical(base), "800x600,q80.00,default");
  EXPECT_EQ(canonical({.width = 800, .height = 600, .quality = 80.001}), canonical(base));
  EXPECT_NE(canonical({.width = 80, .height = 600}), canonical(base));
  EXPECT_NE(canonical({.width = 800, .height = 60}), canonical(base));
  EXPECT_NE(canonical({.width = 800, .height = 600, .quality = 80.5}), canonical(base));
  EXPECT_NE(canonical({.width = 800, .height = 600, .preset = Preset::kFast}), canonical(base));
  EXPECT_NE(canonical({.width = 800, .height = 600, .preset = Preset::kSmall}), canonical(base));
}

}  // namespace
}  // namespace whittle
