#include "whittle/transform.h"

#include <gtest/gtest.h>

#include <limits>
#include <set>
#include <string>
#include <utility>

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

// A caller in C++ can say what no URL can.
TEST(Transform, RefusesWhatIsOutOfRangeByName) {
  constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
  const std::pair<Transform::Params, std::string> cases[] = {
      {{.width = 1, .dpr = kNan}, "dpr"},
      {{.width = 1, .fit = static_cast<Fit>(9)}, "fit"},
      {{.width = 1, .position = static_cast<Position>(99)}, "position"},
      {{.width = 1, .position = Position::kFocal, .focal = {kNan, 0}}, "position"},
      {{.width = 1, .focal = {0, 1.1}}, "position"},
      {{.width = 1, .kernel = static_cast<Kernel>(99)}, "kernel"},
      {{.width = 1, .crop = Rectangle{0, 0, 0, 1}}, "crop"},
      {{.width = 1, .crop = Rectangle{0xFFFFFFFF, 0, 1, 1}}, "crop"},
      {{.width = 1, .trim = kNan}, "trim"},
      {{.width = 1, .pad = {.left = 8193}}, "pad"},
      {{.width = 1, .rotate = 91}, "rotate"},
      {{.width = 1, .blur = kNan}, "blur"},
      {{.width = 1, .sharpen = {{1, kNan}}}, "sharpen"},
      {{.width = 1, .brightness = kNan}, "brightness"},
      {{.width = 1, .contrast = kNan}, "contrast"},
      {{.width = 1, .saturation = -kNan}, "saturation"},
      {{.width = 1, .hue = kNan}, "hue"},
      {{.width = 1, .gamma = kNan}, "gamma"},
      {{.width = 1, .format = static_cast<Format>(99)}, "format"},
      {{.width = 1, .offers = {static_cast<Format>(99)}}, "format"},
      {{.width = 1, .effort = -1}, "effort"},
      {{.width = 1, .subsampling = static_cast<ChromaSubsampling>(99)}, "subsampling"},
      {{.width = 1, .colours = 257}, "colours"},
      {{.width = 1, .preset = static_cast<Preset>(99)}, "preset"},
      {{.width = 1, .max_bytes = (1ULL << 40) + 1}, "max_bytes"},
      {{.width = 1, .keep = static_cast<Keep>(99)}, "keep"},
      {{.width = 1, .profile = static_cast<Profile>(99)}, "profile"},
  };
  for (const auto& [params, name] : cases) {
    const auto transform = Transform::Make(params);
    ASSERT_FALSE(transform) << name;
    EXPECT_EQ(transform.error().kind, ErrorKind::kBadRequest);
    EXPECT_EQ(transform.error().text, "invalid " + name);
  }
}

TEST(Transform, CanonicalTextNamesWhatIsNotAsUsual) {
  const auto canonical = [](const Transform::Params& p) { return Transform::Make(p)->Canonical(); };
  EXPECT_EQ(canonical({.width = 8, .auto_quality = true}), "8x0,qauto80.00,default");
  EXPECT_EQ(canonical({.width = 8, .quality = 70, .auto_quality = true, .auto_target = 65}),
            "8x0,qauto70.00,default&auto_target=65");
  EXPECT_EQ(canonical({.width = 8, .height = 9, .fit = Fit::kCover, .background = Colour{1, 2, 3}}),
            "8x9,q80.00,default&fit=cover&background=010203");
  EXPECT_EQ(canonical({.width = 8, .flatten = {255, 255, 255}}),
            "8x0,q80.00,default&flatten=ffffff");
  EXPECT_EQ(canonical({.width = 8, .offers = {Format::kAvif, Format::kWebp}}),
            "8x0,q80.00,default&offer=avif&offer=webp");
  EXPECT_NE(canonical({.width = 8, .offers = {Format::kAvif, Format::kWebp}}),
            canonical({.width = 8, .offers = {Format::kWebp, Format::kAvif}}));
}

// They come from settings and header fields, and decide bytes as well as any parameter does.
TEST(Transform, CanonicalTextTellsApartWhatHasNoParameter) {
  const auto canonical = [](Transform::Params params) {
    params.width = 10;
    return Transform::Make(params)->Canonical();
  };
  const std::string usual = canonical({});
  std::set<std::string> texts = {usual};
  const auto is_new = [&](const Transform::Params& params) {
    return texts.insert(canonical(params)).second;
  };
  EXPECT_TRUE(is_new({.flatten = {255, 255, 255}}));
  EXPECT_TRUE(is_new({.flatten = {255, 255, 254}}));
  for (const double quality : {40.0, 50.0, 50.01}) {
    EXPECT_TRUE(is_new({.webp_quality = quality})) << quality;
    EXPECT_TRUE(is_new({.avif_quality = quality})) << quality;
    EXPECT_TRUE(is_new({.webp_quality = quality, .avif_quality = quality})) << quality;
  }
  EXPECT_TRUE(is_new({.auto_quality = true}));
  EXPECT_TRUE(is_new({.auto_quality = true, .auto_target = 70}));
  EXPECT_TRUE(is_new({.auto_quality = true, .auto_target = 70.01}));
  EXPECT_TRUE(is_new({.offers = {Format::kWebp}}));
  EXPECT_TRUE(is_new({.offers = {Format::kAvif}}));
  EXPECT_TRUE(is_new({.offers = {Format::kAvif, Format::kWebp}}));
  EXPECT_TRUE(is_new({.offers = {Format::kWebp, Format::kAvif}}));
  EXPECT_TRUE(is_new({.shows_truncated = false}));
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
