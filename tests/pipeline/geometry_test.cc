#include "pipeline/geometry.h"

#include <gtest/gtest.h>

#include <cmath>
#include <ostream>
#include <random>

namespace whittle::pipeline {

void PrintTo(const Size& size, std::ostream* out) { *out << size.width << "x" << size.height; }
void PrintTo(const Area& area, std::ostream* out) {
  *out << "[" << area.left << ", " << area.right << ") x [" << area.top << ", " << area.bottom
       << ")";
}

namespace {

constexpr std::uint32_t kNoLimit = 1U << 31;

Size Fit(Size source, std::uint32_t width, std::uint32_t height) {
  const Transform transform = *Transform::Make({.width = width, .height = height});
  const auto layout = LayOut(Area::Of(source), transform, kNoLimit);
  EXPECT_EQ(layout->shown, Area::Of(source));
  EXPECT_EQ(layout->canvas, layout->picture);
  return layout->picture;
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

Layout Of(Size source, const Transform::Params& params, std::uint32_t max_side = kNoLimit) {
  const auto layout = LayOut(Area::Of(source), *Transform::Make(params), max_side);
  if (!layout) throw std::runtime_error(layout.error().text);
  return *layout;
}

TEST(LayOut, CoverFillsTheBoxAndCutsWhatPassesIt) {
  const Layout wide = Of({3000, 2000}, {.width = 100, .height = 100, .fit = Fit::kCover});
  EXPECT_EQ(wide.canvas, (Size{100, 100}));
  EXPECT_EQ(wide.shown, (Area{500, 0, 2500, 2000}));
  const Layout tall = Of({2000, 3000}, {.width = 200, .height = 100, .fit = Fit::kCover});
  EXPECT_EQ(tall.canvas, (Size{200, 100}));
  EXPECT_EQ(tall.shown, (Area{0, 1000, 2000, 2000}));
}

TEST(LayOut, CoverKeepsTheBoxesAspectWhereItMayNotEnlarge) {
  Transform::Params params{.width = 800, .height = 400, .fit = Fit::kCover};
  EXPECT_EQ(Of({300, 300}, params).canvas, (Size{300, 150}));
  params.enlarge = true;
  EXPECT_EQ(Of({300, 300}, params).canvas, (Size{800, 400}));
}

TEST(LayOut, PositionsSayWhatStays) {
  const auto shown = [](Position position) {
    return Of({300, 100}, {.width = 50, .height = 50, .fit = Fit::kCover, .position = position})
        .shown;
  };
  EXPECT_EQ(shown(Position::kCentre), (Area{100, 0, 200, 100}));
  EXPECT_EQ(shown(Position::kTop), (Area{100, 0, 200, 100}));
  EXPECT_EQ(shown(Position::kLeft), (Area{0, 0, 100, 100}));
  EXPECT_EQ(shown(Position::kRightBottom), (Area{200, 0, 300, 100}));
  const auto focal = [](double x) {
    return Of({300, 100}, {.width = 50,
                           .height = 50,
                           .fit = Fit::kCover,
                           .position = Position::kFocal,
                           .focal = {x, 0.5}})
        .shown;
  };
  EXPECT_EQ(focal(0.5), (Area{100, 0, 200, 100}));
  EXPECT_EQ(focal(0.4), (Area{70, 0, 170, 100}));
  EXPECT_EQ(focal(0), (Area{0, 0, 100, 100}));
  EXPECT_EQ(focal(1), (Area{200, 0, 300, 100}));
}

TEST(LayOut, PixelsDecideWithinACoveringPicture) {
  const Layout layout =
      Of({300, 100},
         {.width = 50, .height = 50, .fit = Fit::kCover, .position = Position::kAttention});
  EXPECT_EQ(layout.picture, (Size{150, 50}));
  EXPECT_EQ(layout.window, (Size{50, 50}));
  EXPECT_EQ(layout.canvas, (Size{50, 50}));
  EXPECT_EQ(layout.shown, Area::Of({300, 100}));
}

TEST(LayOut, ContainPadsToTheBox) {
  const Layout layout = Of({300, 100}, {.width = 60, .height = 60, .fit = Fit::kContain});
  EXPECT_EQ(layout.picture, (Size{60, 20}));
  EXPECT_EQ(layout.canvas, (Size{60, 60}));
  EXPECT_EQ(layout.left, 0U);
  EXPECT_EQ(layout.top, 20U);
  const Layout small =
      Of({30, 10},
         {.width = 60, .height = 60, .fit = Fit::kContain, .position = Position::kRightBottom});
  EXPECT_EQ(small.picture, (Size{30, 10}));
  EXPECT_EQ(small.left, 30U);
  EXPECT_EQ(small.top, 50U);
}

TEST(LayOut, FillStretchesAndOutsideCovers) {
  EXPECT_EQ(Of({300, 100}, {.width = 60, .height = 60, .fit = Fit::kFill}).canvas, (Size{60, 60}));
  EXPECT_EQ(Of({30, 100}, {.width = 60, .height = 60, .fit = Fit::kFill}).canvas, (Size{30, 60}));
  EXPECT_EQ(Of({300, 100}, {.width = 60, .height = 60, .fit = Fit::kOutside}).canvas,
            (Size{180, 60}));
  EXPECT_EQ(Of({300, 100}, {.width = 60, .fit = Fit::kFill}).canvas, (Size{60, 20}));
}

TEST(LayOut, EnlargesOnlyWhenAsked) {
  EXPECT_EQ(Of({30, 10}, {.width = 60, .enlarge = true}).canvas, (Size{60, 20}));
  EXPECT_EQ(Of({30, 10}, {.width = 60}).canvas, (Size{30, 10}));
}

TEST(LayOut, DprMultipliesBoxAndPadding) {
  const Layout layout =
      Of({3000, 1000},
         {.width = 100, .dpr = 2, .pad = {.top = 1, .right = 2, .bottom = 3, .left = 4}});
  EXPECT_EQ(layout.picture, (Size{200, 67}));
  EXPECT_EQ(layout.canvas, (Size{212, 75}));
  EXPECT_EQ(layout.left, 8U);
  EXPECT_EQ(layout.top, 2U);
}

TEST(LayOut, TheCropComesFirst) {
  Transform::Params params{.width = 50, .crop = Rectangle{100, 20, 100, 50}};
  EXPECT_EQ(Of({300, 100}, params).shown, (Area{100, 20, 200, 70}));
  EXPECT_EQ(Of({300, 100}, params).canvas, (Size{50, 25}));
  params.crop = Rectangle{250, 50, 100, 100};
  EXPECT_EQ(Of({300, 100}, params).shown, (Area{250, 50, 300, 100}));
  params.crop = Rectangle{300, 0, 100, 100};
  EXPECT_FALSE(LayOut(Area::Of({300, 100}), *Transform::Make(params), kNoLimit));
}

TEST(LayOut, KeepsToTheFormatsLongestSide) {
  EXPECT_EQ(Of({20, 18000}, {.width = 20}, 16383).canvas, (Size{18, 16383}));
  EXPECT_EQ(Of({20, 18000}, {.width = 20, .height = 8000, .fit = Fit::kOutside}, 16383).canvas,
            (Size{18, 16383}));
  const Transform padded = *Transform::Make({.width = 20, .pad = {.top = 10}});
  EXPECT_FALSE(LayOut(Area::Of({20, 18000}), padded, 16383));
}

}  // namespace
}  // namespace whittle::pipeline
