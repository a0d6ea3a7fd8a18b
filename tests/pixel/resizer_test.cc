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
        EXPECT_LE(Compare(result, ExactResize(source, g, light)).max, 1);
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
    EXPECT_LE(Compare(result, ExactResize(picture, g, light)).max, 1)
        << i << ": " << width << "x" << height << " to " << g.dst_width << "x" << g.dst_height;
  }
}

// Equality with the plain fixed-point model fixes every rounding and saturation.
TEST(Resizer, EqualsFixedPointModelOnEveryTarget) {
  for (const auto& [w, h, dw, dh] :
       {std::tuple{67, 53, 20, 11}, {130, 64, 100, 60}, {31, 90, 31, 5}, {20, 9, 50, 40}}) {
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
                          Geometry::Whole(5, 4, 9, 9)}) {
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
  for (const auto& [w, h, dw, dh] : {std::tuple{200, 133, 50, 33},
                                     {97, 64, 31, 63},
                                     {100, 101, 99, 7},
                                     {620, 310, 20, 10},
                                     {9, 9, 40, 21}}) {
    SCOPED_TRACE(testing::Message() << w << "x" << h);
    const Geometry g = Geometry::Whole(w, h, dw, dh);
    const Picture picture = Noise(w, h);
    const Picture result = RunResizer(picture, g);
    EXPECT_EQ(RunResizer(MirroredX(picture), g).samples, MirroredX(result).samples);
    EXPECT_EQ(RunResizer(MirroredY(picture), g).samples, MirroredY(result).samples);
  }
}

TEST(Resizer, BatchSizesDoNotMatter) {
  std::mt19937 random(5);
  Resizer resizer;
  for (const auto& [w, h, dw, dh] : {std::tuple{60, 200, 20, 61},
                                     {60, 200, 20, 3},
                                     {60, 90, 50, 80},
                                     {7, 5, 9, 90},
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
        Geometry::Whole(65500, 3, 10, 2), Geometry::Whole(1, 1, 1, 1)}) {
    for (const PixelFormat format : {PixelFormat::kGray8, PixelFormat::kRgb8}) {
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
