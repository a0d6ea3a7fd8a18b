#include "pipeline/turns.h"

#include <gtest/gtest.h>

#include "tests/support/pictures.h"

namespace whittle::pipeline {
namespace {

using test::Picture;

Picture Turned(const Picture& picture, int orientation) {
  return test::Upright(picture, orientation);
}

TEST(Turns, ComposedTurnsAsOneAfterTheOther) {
  const Picture picture = test::Noise(5, 3);
  for (int first = 1; first <= 8; ++first) {
    for (int then = 1; then <= 8; ++then) {
      const Picture wanted = Turned(Turned(picture, first), then);
      EXPECT_EQ(Turned(picture, Composed(first, then)).samples, wanted.samples)
          << first << " then " << then;
    }
  }
}

TEST(Turns, RotateFlipAndFlopAreWhatTheySay) {
  // 1 2      3 1
  // 3 4      4 2 after a quarter clockwise
  Picture picture = test::Blank(2, 2, 1);
  picture.samples = {1, 2, 3, 4};
  const auto asked = [&](Transform::Params params) {
    return Turned(picture, AskedTurn(params)).samples;
  };
  using Samples = std::vector<std::uint8_t>;
  EXPECT_EQ(asked({}), (Samples{1, 2, 3, 4}));
  EXPECT_EQ(asked({.rotate = 90}), (Samples{3, 1, 4, 2}));
  EXPECT_EQ(asked({.rotate = 180}), (Samples{4, 3, 2, 1}));
  EXPECT_EQ(asked({.rotate = 270}), (Samples{2, 4, 1, 3}));
  EXPECT_EQ(asked({.flip = true}), (Samples{3, 4, 1, 2}));
  EXPECT_EQ(asked({.flop = true}), (Samples{2, 1, 4, 3}));
  EXPECT_EQ(asked({.rotate = 90, .flip = true}), (Samples{4, 2, 3, 1}));
}

TEST(Turns, AreasGoWithThePicture) {
  constexpr int kWidth = 7;
  constexpr int kHeight = 4;
  const Size stored = {kWidth, kHeight};
  for (int orientation = 1; orientation <= 8; ++orientation) {
    Picture picture = test::Blank(kWidth, kHeight, 1);
    const Area area = {1, 2, 5, 3};
    for (int y = 2; y < 3; ++y) {
      for (int x = 1; x < 5; ++x) picture.at(x, y, 0) = 9;
    }
    const Picture shown = Turned(picture, orientation);
    const Area displayed = AsDisplayed(area, orientation, stored);
    for (int y = 0; y < shown.height; ++y) {
      for (int x = 0; x < shown.width; ++x) {
        const bool inside = x >= displayed.left && x < displayed.right && y >= displayed.top &&
                            y < displayed.bottom;
        EXPECT_EQ(shown.at(x, y, 0) == 9, inside) << orientation << ": " << x << "," << y;
      }
    }
    EXPECT_EQ(AsStored(displayed, orientation, stored), area) << orientation;
  }
}

}  // namespace
}  // namespace whittle::pipeline
