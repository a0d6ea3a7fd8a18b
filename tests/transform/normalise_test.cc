// Parameters that say the same must become the same, and those that do not must stay apart.
#include <gtest/gtest.h>

#include <vector>

#include "whittle/transform.h"

namespace whittle {
namespace {

using Params = Transform::Params;

Params Made(const Params& params) {
  const auto transform = Transform::Make(params);
  EXPECT_TRUE(transform) << (transform ? "" : transform.error().text);
  return transform ? transform->params() : Params();
}

TEST(Normalise, FoldsDprIntoTheLengths) {
  const Params made = Made({.width = 101, .height = 0, .dpr = 1.5, .pad = {.top = 1, .left = 10}});
  EXPECT_EQ(made, Made({.width = 152, .height = 0, .pad = {.top = 2, .left = 15}}));
  EXPECT_EQ(Made({.width = 1, .height = 3, .dpr = 0.1}), Made({.width = 1, .height = 1}))
      << "a side that was asked for must not become free";
  EXPECT_EQ(Made({.width = 8192, .height = 1, .dpr = 1}).width, 8192U);
  for (const Params& beyond : {Params{.width = 8192, .height = 1, .dpr = 1.01},
                               {.width = 1, .height = 4097, .dpr = 2},
                               {.width = 1, .dpr = 10, .pad = {.right = 820}}}) {
    const auto transform = Transform::Make(beyond);
    ASSERT_FALSE(transform);
    EXPECT_EQ(transform.error().text, "invalid dpr");
  }
}

TEST(Normalise, ForgetsWhatTheFitDoesNotUse) {
  const Params box{.width = 10, .height = 20};
  EXPECT_EQ(Made({.width = 10, .height = 20, .position = Position::kTop}), box);
  EXPECT_EQ(Made({.width = 10, .height = 20, .focal = {0.1, 0.2}}), box);
  const auto with = [](Fit fit, Position position) {
    return Made({.width = 10, .height = 20, .fit = fit, .position = position, .focal = {0.1, 0.2}});
  };
  for (const Fit fit : {Fit::kInside, Fit::kFill, Fit::kOutside}) {
    EXPECT_EQ(with(fit, Position::kTop), with(fit, Position::kCentre));
    EXPECT_EQ(with(fit, Position::kFocal), with(fit, Position::kCentre));
  }
  EXPECT_NE(with(Fit::kCover, Position::kTop), with(Fit::kCover, Position::kCentre));
  EXPECT_NE(with(Fit::kCover, Position::kEntropy), with(Fit::kCover, Position::kCentre));
  EXPECT_EQ(with(Fit::kCover, Position::kFocal).focal[0], 0.1);
  EXPECT_EQ(with(Fit::kCover, Position::kTop).focal[0], 0.5);
  EXPECT_NE(with(Fit::kContain, Position::kTop), with(Fit::kContain, Position::kCentre));
  EXPECT_EQ(with(Fit::kContain, Position::kAttention), with(Fit::kContain, Position::kCentre));
  EXPECT_EQ(Made({.width = 10, .fit = Fit::kCover, .position = Position::kTop}),
            Made({.width = 10}));
  EXPECT_EQ(Made({.height = 10, .fit = Fit::kOutside}), Made({.height = 10}));
  EXPECT_NE(Made({.width = 10, .fit = Fit::kFill}), Made({.width = 10}));
}

// A picture of three by two numbered pixels, turned as the parameters say.
std::vector<std::vector<int>> Turned(const Params& params) {
  std::vector<std::vector<int>> picture = {{1, 2, 3}, {4, 5, 6}};
  for (int turn = 0; turn < params.rotate; turn += 90) {
    std::vector<std::vector<int>> turned(picture[0].size(), std::vector<int>(picture.size()));
    for (std::size_t y = 0; y < picture.size(); ++y) {
      for (std::size_t x = 0; x < picture[0].size(); ++x) {
        turned[x][picture.size() - 1 - y] = picture[y][x];
      }
    }
    picture = turned;
  }
  if (params.flip) picture = {picture.rbegin(), picture.rend()};
  for (auto& row : picture) {
    if (params.flop) row = {row.rbegin(), row.rend()};
  }
  return picture;
}

TEST(Normalise, KeepsOneOfTheWaysToTurn) {
  std::vector<Params> all;
  for (const int rotate : {0, 90, 180, 270}) {
    for (const bool flip : {false, true}) {
      for (const bool flop : {false, true}) {
        all.push_back({.width = 9, .rotate = rotate, .flip = flip, .flop = flop});
      }
    }
  }
  for (const Params& one : all) {
    EXPECT_EQ(Turned(Made(one)), Turned(one));
    for (const Params& other : all) {
      EXPECT_EQ(Made(one) == Made(other), Turned(one) == Turned(other));
    }
  }
}

TEST(Normalise, BringsNumbersToTheirSteps) {
  const Params made = Made({.width = 9,
                            .height = 9,
                            .fit = Fit::kCover,
                            .position = Position::kFocal,
                            .focal = {0.12345, 0.9996},
                            .trim = 10.004,
                            .blur = 0.30499,
                            .sharpen = {{1.005001, 0.014}},
                            .brightness = 1.00049,
                            .hue = 359.999,
                            .gamma = 2.20009,
                            .quality = 80.004});
  EXPECT_EQ(made.focal[0], 0.123);
  EXPECT_EQ(made.focal[1], 1);
  EXPECT_EQ(made.trim, 10);
  EXPECT_EQ(made.blur, 0.3);
  EXPECT_EQ((*made.sharpen)[0], 1.01);
  EXPECT_EQ((*made.sharpen)[1], 0.01);
  EXPECT_EQ(made.brightness, 1);
  EXPECT_EQ(made.hue, 0);
  EXPECT_EQ(made.gamma, 2.2);
  EXPECT_EQ(made.quality, 80);
}

TEST(Normalise, ForgetsColoursThatNothingShows) {
  const Params plain = Made({.width = 9});
  EXPECT_EQ(Made({.width = 9, .hue = 360}), plain);
  EXPECT_EQ(Made({.width = 9, .background = Colour{9, 9, 9, 0}}), plain);
  EXPECT_EQ(Made({.width = 9, .tint = Colour{9, 9, 9, 1}}),
            Made({.width = 9, .tint = Colour{9, 9, 9}}));
  EXPECT_EQ(Made({.width = 9, .tint = Colour{9, 9, 9, 0}}), plain);
  const Colour red{255, 0, 0};
  EXPECT_EQ(Made({.width = 9, .background = red, .flatten = red}),
            Made({.width = 9, .background = red}));
  EXPECT_NE(Made({.width = 9, .background = Colour{255, 0, 0, 99}, .flatten = red}),
            Made({.width = 9, .background = Colour{255, 0, 0, 99}}));
  EXPECT_EQ(Made({.width = 9, .flatten = red, .format = Format::kPng}),
            Made({.width = 9, .format = Format::kPng}));
  EXPECT_NE(Made({.width = 9, .flatten = red, .format = Format::kJpeg}),
            Made({.width = 9, .format = Format::kJpeg}));
}

TEST(Normalise, KeepsOffersInOrderWithoutGapsAndOnlyWhereTheyMatter) {
  const auto offers = [](std::array<std::optional<Format>, 3> given) {
    return Made({.width = 9, .offers = given}).offers;
  };
  using Offers = std::array<std::optional<Format>, 3>;
  EXPECT_EQ(offers({std::nullopt, Format::kWebp, Format::kAvif}),
            Offers({Format::kWebp, Format::kAvif}));
  EXPECT_EQ(offers({Format::kWebp, Format::kWebp, Format::kAvif}),
            Offers({Format::kWebp, Format::kAvif}));
  EXPECT_EQ(Made({.width = 9, .format = Format::kJpeg, .offers = {Format::kWebp}}),
            Made({.width = 9, .format = Format::kJpeg}));
}

TEST(Normalise, ForgetsWhatAnotherParameterOverrides) {
  EXPECT_EQ(Made({.width = 9, .box_blur = true, .blur = 2}), Made({.width = 9, .blur = 2}));
  EXPECT_EQ(Made({.width = 9, .auto_target = 60}), Made({.width = 9}));
  EXPECT_NE(Made({.width = 9, .quality = 33, .auto_quality = true}),
            Made({.width = 9, .auto_quality = true}))
      << "of animations";
}

TEST(Normalise, OnceIsEnough) {
  const Params made = Made({.width = 77,
                            .height = 55,
                            .dpr = 1.33,
                            .fit = Fit::kCover,
                            .position = Position::kFocal,
                            .focal = {0.3333, 0.6666},
                            .rotate = 270,
                            .flip = true,
                            .hue = 359.996});
  EXPECT_EQ(Made(made), made);
}

}  // namespace
}  // namespace whittle
