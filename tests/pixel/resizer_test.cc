#include "pixel/resizer.h"

#include <gtest/gtest.h>

#include <random>
#include <string>
#include <utility>
#include <vector>

#include "tests/pixel/reference.h"

namespace whittle::pixel::test {
namespace {

using whittle::test::Blank;
using whittle::test::Compare;
using whittle::test::Noise;
using whittle::test::Photo;

Picture Checkerboard(int width, int height, int channels) {
  Picture picture = Blank(width, height, channels);
  for (int y = 0; y < height; ++y) {
    for (int x = 0; x < width; ++x) {
      for (int c = 0; c < channels; ++c) picture.at(x, y, c) = (x + y + c) % 2 ? 255 : 0;
    }
  }
  return picture;
}

// Black beside white, with the edge at a different place in each channel.
Picture Step(int width, int height, int channels) {
  Picture picture = Blank(width, height, channels);
  for (int y = 0; y < height; ++y) {
    for (int x = 0; x < width; ++x) {
      for (int c = 0; c < channels; ++c) {
        picture.at(x, y, c) = x * 7 + y * 3 > (width * 7 + height * 3) * (c + 3) / 9 ? 255 : 0;
      }
    }
  }
  return picture;
}

// Near black with single bright samples: the lobes of bright ones decide the code of dark ones.
Picture Sparks(int width, int height, int channels) {
  Picture picture = Noise(width, height, channels, 7);
  for (auto& sample : picture.samples) sample = sample > 245 ? 255 : sample % 6;
  return picture;
}

std::vector<std::pair<std::string, Picture>> Pictures(int width, int height, int channels) {
  return {{"photo", Photo(width, height, channels)},
          {"noise", Noise(width, height, channels)},
          {"checkerboard", Checkerboard(width, height, channels)},
          {"step", Step(width, height, channels)},
          {"sparks", Sparks(width, height, channels)}};
}

// What the resizer is to come near to.
Picture Expected(const Picture& source, const Geometry& g, Light light) {
  return HalvedExactResize(source, g, light, HalvingsFor(g.horizontal(), g.vertical(), light));
}

// Compares every target with exact arithmetic, and each target with the first, on all pictures.
void ExpectRight(const Geometry& g, int channels, Light light = Light::kLinear) {
  SCOPED_TRACE(testing::Message() << g.src_width << "x" << g.src_height << " to " << g.dst_width
                                  << "x" << g.dst_height << ", channels " << channels);
  for (const auto& [name, picture] : Pictures(g.src_width, g.src_height, channels)) {
    SCOPED_TRACE(name);
    Picture first;
    OnEveryTarget([&, &source = picture](const std::string&) {
      const Picture result = RunResizer(source, g, light);
      if (first.samples.empty()) {
        first = result;
        EXPECT_LE(Compare(result, Expected(source, g, light)).max, 1);
      }
      EXPECT_EQ(Compare(result, first).max, 0);
    });
  }
}

TEST(Resizer, IsWithinOneOfExactAtAllScales) {
  for (const double scale : {1.01, 1.5, 2.0, 3.7, 8.0}) {
    const int width = 211, height = 160;
    ExpectRight(Geometry::Whole(width, height, static_cast<int>(width / scale),
                                static_cast<int>(height / scale)),
                3);
  }
  ExpectRight(Geometry::Whole(403, 320, 10, 8), 3);
  ExpectRight(Geometry::Whole(903, 600, 3, 2), 3);
}

TEST(Resizer, IsWithinOneOfExactAtOddWidths) {
  for (int width = 1; width <= 67; ++width) {
    ExpectRight(Geometry::Whole(width, 9, (width + 2) / 3, 4), 3);
    ExpectRight(Geometry::Whole(width, 5, width, 3), 1);
  }
}

TEST(Resizer, IsWithinOneOfExactForTinyPictures) {
  for (const auto& [w, h] : {std::pair{1, 1}, {1, 2}, {2, 1}, {3, 3}, {17, 17}, {16, 5}}) {
    for (const auto& [dw, dh] : {std::pair{1, 1}, {2, 3}, {5, 1}, {17, 17}, {1, 40}}) {
      ExpectRight(Geometry::Whole(w, h, dw, dh), 3);
    }
  }
}

TEST(Resizer, IsWithinOneOfExactWhenEnlarging) {
  ExpectRight(Geometry::Whole(10, 7, 64, 33), 3);
  ExpectRight(Geometry::Whole(5, 300, 40, 20), 3);
  ExpectRight(Geometry::Whole(300, 5, 20, 400), 1);
}

TEST(Resizer, IsWithinOneOfExactAtExtremeAspectRatios) {
  ExpectRight(Geometry::Whole(1, 5000, 1, 10), 3);
  ExpectRight(Geometry::Whole(5000, 1, 10, 1), 3);
  ExpectRight(Geometry::Whole(65500, 1, 10, 1), 1);
  ExpectRight(Geometry::Whole(1, 65500, 1, 1), 1);
  ExpectRight(Geometry::Whole(2, 2100, 2, 7), 3);
}

TEST(Resizer, IsWithinOneOfExactInGammaSpace) {
  ExpectRight(Geometry::Whole(150, 101, 40, 27), 1, Light::kGamma);
  ExpectRight(Geometry::Whole(150, 101, 140, 99), 3, Light::kGamma);
}

TEST(Resizer, TakesFractionalSourceRectangles) {
  Geometry g = Geometry::Whole(140, 101, 31, 20);
  g.left = 20.3, g.right = 119.85, g.top = 40.6, g.bottom = 98.1;
  ExpectRight(g, 3);
  g.right = 20.9;  // a fraction of one pixel
  g.bottom = 41;
  ExpectRight(g, 3);
}

// Sizes, rectangles, batches and contents by a seeded generator; some enlarge, some go through
// hundreds of rows for one.
TEST(Resizer, IsWithinOneOfExactForAnyGeometry) {
  std::mt19937 random(77);
  const auto between = [&](int low, int high) {
    return low + static_cast<int>(random() % static_cast<unsigned>(high - low + 1));
  };
  Resizer resizer;
  for (int i = 0; i < 400; ++i) {
    const bool tall = i % 5 == 0;
    const int width = between(1, tall ? 9 : 150);
    const int height = between(1, tall ? 2000 : 90);
    Geometry g = Geometry::Whole(width, height, between(1, i % 4 == 0 ? 2 * width : width),
                                 between(1, i % 3 == 0 ? 2 * height : height));
    if (between(0, 1) == 1) {
      g.left = between(0, 400) / 1000.0 * width, g.right = between(600, 1000) / 1000.0 * width;
      g.top = between(0, 400) / 1000.0 * height, g.bottom = between(600, 1000) / 1000.0 * height;
    }
    Picture picture =
        Noise(width, height, between(0, 1) == 1 ? 3 : 1, static_cast<unsigned>(random()));
    if (between(0, 1) == 1) {
      for (auto& sample : picture.samples) sample = sample > 60 ? 255 : 0;
    }
    const Light light = between(0, 2) > 0 ? Light::kLinear : Light::kGamma;
    const Picture result = RunResizer(resizer, picture, g, light, [&] { return between(1, 20); });
    EXPECT_LE(Compare(result, Expected(picture, g, light)).max, 1)
        << i << ": " << width << "x" << height << " to " << g.dst_width << "x" << g.dst_height;
  }
}

// Equality with the plain fixed-point model fixes every rounding and saturation.
TEST(Resizer, EqualsFixedPointModelOnEveryTarget) {
  for (const auto& [w, h, dw, dh] : {std::tuple{67, 53, 20, 11},
                                     {130, 64, 100, 60},
                                     {31, 90, 31, 5},
                                     {20, 9, 50, 40},
                                     {130, 64, 30, 16},
                                     {67, 53, 16, 13},
                                     {257, 193, 16, 15},
                                     {403, 321, 10, 8},
                                     {17, 19, 2, 1}}) {
    const Geometry g = Geometry::Whole(w, h, dw, dh);
    for (const Light light : {Light::kLinear, Light::kGamma}) {
      for (const auto& [name, picture] : Pictures(w, h, 3)) {
        SCOPED_TRACE(testing::Message() << w << "x" << h << " " << name);
        const Picture expected = FixedPointResize(picture, g, light);
        OnEveryTarget([&, &source = picture](const std::string&) {
          EXPECT_EQ(Compare(RunResizer(source, g, light), expected).max, 0);
        });
      }
    }
  }
}

TEST(Resizer, KeepsOneColour) {
  for (int code = 0; code < 256; ++code) {
    for (const auto& g : {Geometry::Whole(40, 30, 13, 7), Geometry::Whole(300, 90, 5, 2),
                          Geometry::Whole(5, 4, 9, 9), Geometry::Whole(67, 53, 16, 13),
                          Geometry::Whole(29, 31, 2, 2)}) {
      const auto value = static_cast<std::uint8_t>(code);
      for (const Light light : {Light::kLinear, Light::kGamma}) {
        EXPECT_EQ(RunResizer(Blank(g.src_width, g.src_height, 1, value), g, light).samples,
                  Blank(g.dst_width, g.dst_height, 1, value).samples)
            << code;
      }
    }
  }
}

TEST(Resizer, SameSizeIsIdentity) {
  const Picture picture = Noise(61, 43);
  EXPECT_EQ(RunResizer(picture, Geometry::Whole(61, 43, 61, 43)).samples, picture.samples);
}

TEST(Resizer, MirroredInputGivesMirroredOutput) {
  // Halved pictures have sides that divide evenly; one side that stays less than twice as long as
  // the result keeps the others from being halved.
  for (const auto& [w, h, dw, dh] : {std::tuple{200, 132, 50, 33},
                                     {200, 133, 51, 33},
                                     {640, 320, 20, 9},
                                     {97, 64, 31, 63},
                                     {100, 101, 99, 7},
                                     {620, 310, 20, 100},
                                     {9, 9, 40, 21}}) {
    SCOPED_TRACE(testing::Message() << w << "x" << h);
    const Geometry g = Geometry::Whole(w, h, dw, dh);
    const Picture picture = Noise(w, h);
    const Picture result = RunResizer(picture, g);
    EXPECT_EQ(RunResizer(MirroredX(picture), g).samples, MirroredX(result).samples);
    EXPECT_EQ(RunResizer(MirroredY(picture), g).samples, MirroredY(result).samples);
  }
}

}  // namespace
}  // namespace whittle::pixel::test
