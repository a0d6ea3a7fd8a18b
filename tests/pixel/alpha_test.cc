// The resizer with pixels that have alpha: grey and RGB, 8 bits.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <optional>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "pixel/resizer.h"
#include "tests/pixel/reference.h"

namespace whittle::pixel::test {
namespace {

using whittle::test::Blank;
using whittle::test::Compare;
using whittle::test::Noise;
using whittle::test::Photo;

// The colours of `picture` with the first channel of `alpha` as alpha.
Picture With(const Picture& picture, const Picture& alpha) {
  Picture both = Blank(picture.width, picture.height, picture.channels + 1);
  for (int y = 0; y < picture.height; ++y) {
    for (int x = 0; x < picture.width; ++x) {
      for (int c = 0; c < picture.channels; ++c) both.at(x, y, c) = picture.at(x, y, c);
      both.at(x, y, picture.channels) = alpha.at(x, y, 0);
    }
  }
  return both;
}

// 0 and 255 with hard edges.
Picture Shapes(int width, int height) {
  Picture alpha = Noise(width, height, 1, 9);
  for (int y = 0; y < height; ++y) {
    for (int x = 0; x < width; ++x) {
      const bool sparse = (x / 9 + y / 7) % 3 == 0;
      alpha.at(x, y, 0) = sparse ? (alpha.at(x, y, 0) > 230 ? 255 : 0) : (x / 9 % 2 ? 255 : 0);
    }
  }
  return alpha;
}

Picture Dark(Picture picture) {
  for (auto& sample : picture.samples) sample = sample / 12;
  return picture;
}

std::vector<std::pair<std::string, Picture>> Pictures(int width, int height, int colours) {
  const Picture photo = Photo(width, height, colours);
  const Picture noise = Noise(width, height, colours);
  return {{"photo, smooth alpha", With(photo, Photo(width, height, 1, 5))},
          {"photo, shapes", With(photo, Shapes(width, height))},
          {"noise, noise", With(noise, Noise(width, height, 1, 3))},
          {"dark, noise", With(Dark(noise), Noise(width, height, 1, 4))},
          {"dark, shapes", With(Dark(photo), Shapes(width, height))}};
}

// The linear amounts of light that round to `code`.
std::pair<double, double> LightOf(int code) {
  return {code == 0 ? 0 : Decode((code - 0.5) / 255), code == 255 ? 1 : Decode((code + 0.5) / 255)};
}

// As resizer.h promises.
void ExpectNear(const Picture& result, const std::vector<double>& exact) {
  ASSERT_EQ(result.samples.size(), exact.size());
  const auto channels = static_cast<std::size_t>(result.channels);
  for (std::size_t i = 0; i < exact.size(); ++i) {
    const double alpha = 255 * exact[i / channels * channels + channels - 1];
    if (i % channels == channels - 1) {
      ASSERT_LE(std::abs(result.samples[i] - alpha), 0.52) << i;
    } else if (alpha >= 128) {
      ASSERT_LE(std::abs(result.samples[i] - std::lround(255 * Encode(exact[i]))), 1)
          << i << " alpha " << alpha;
    } else if (alpha > 0.6) {
      const auto [least, most] = LightOf(result.samples[i]);
      const double bound = (2 + 2 * 255 / alpha) / kOne;
      ASSERT_LE(least, exact[i] + bound) << i << " alpha " << alpha;
      ASSERT_GE(most, exact[i] - bound) << i << " alpha " << alpha;
    }
  }
}

Picture Resized(const Picture& source, const Geometry& g, Kernel kernel = Kernel::kLanczos3) {
  Resizer resizer;
  return RunResizer(resizer, source, {.geometry = g, .kernel = kernel});
}

void ExpectRight(const Geometry& g, Kernel kernel = Kernel::kLanczos3) {
  const int halvings = HalvingsFor(g.horizontal(kernel), g.vertical(kernel), Light::kLinear);
  for (const int colours : {1, 3}) {
    for (const auto& [name, picture] : Pictures(g.src_width, g.src_height, colours)) {
      SCOPED_TRACE(testing::Message()
                   << name << ", " << g.src_width << "x" << g.src_height << " to " << g.dst_width
                   << "x" << g.dst_height << ", " << colours << " colours, kernel " << int(kernel));
      std::optional<Picture> first;
      OnEveryTarget([&, &source = picture](const std::string&) {
        const Picture result = Resized(source, g, kernel);
        if (!first) {
          first = result;
          ExpectNear(result, ExactSamples(source, g, Light::kLinear, halvings, kernel));
        }
        EXPECT_EQ(result.samples, first->samples);
      });
    }
  }
}

TEST(ResizeAlpha, IsNearExactAtAllScales) {
  for (const double scale : {1.0, 1.01, 1.5, 2.0, 3.7, 8.0, 17.0}) {
    ExpectRight(
        Geometry::Whole(211, 160, static_cast<int>(211 / scale), static_cast<int>(160 / scale)));
  }
  ExpectRight(Geometry::Whole(903, 600, 3, 2));
  ExpectRight(Geometry::Whole(40, 31, 99, 64));
}

TEST(ResizeAlpha, IsNearExactWithEveryKernel) {
  for (const Kernel kernel : kKernels) {
    ExpectRight(Geometry::Whole(97, 80, 40, 25), kernel);
    ExpectRight(Geometry::Whole(33, 20, 70, 41), kernel);
  }
}

TEST(ResizeAlpha, IsNearExactAtOddSizes) {
  for (int width = 1; width <= 131; width += width < 20 ? 1 : 7) {
    ExpectRight(Geometry::Whole(width, 9, (width + 2) / 3, 4));
    ExpectRight(Geometry::Whole(width, 13, (width + 4) / 5, 2));
  }
}

// Fixes every rounding, on all targets.
TEST(ResizeAlpha, EqualsFixedPointModel) {
  for (const auto& [w, h, dw, dh] : {std::tuple{67, 53, 20, 11},
                                     {130, 64, 100, 60},
                                     {20, 9, 50, 40},
                                     {130, 64, 30, 16},
                                     {257, 193, 16, 15},
                                     {17, 19, 2, 1},
                                     {1, 1, 1, 1}}) {
    const Geometry g = Geometry::Whole(w, h, dw, dh);
    for (const int colours : {1, 3}) {
      for (const auto& [name, picture] : Pictures(w, h, colours)) {
        for (const Light light : {Light::kLinear, Light::kGamma}) {
          SCOPED_TRACE(testing::Message() << w << "x" << h << " " << name);
          const Picture expected = FixedPointResize(picture, g, light);
          OnEveryTarget([&, &source = picture](const std::string&) {
            EXPECT_EQ(RunResizer(source, g, light).samples, expected.samples);
          });
        }
      }
    }
  }
}

TEST(ResizeAlpha, OpaqueIsAsWithoutAlpha) {
  for (const auto& [w, h, dw, dh] :
       {std::tuple{211, 160, 100, 71}, {211, 160, 30, 22}, {40, 31, 99, 64}}) {
    const Geometry g = Geometry::Whole(w, h, dw, dh);
    for (const int colours : {1, 3}) {
      const Picture noise = Noise(w, h, colours);
      const Picture expected = With(Resized(noise, g), Blank(dw, dh, 1, 255));
      EXPECT_EQ(Resized(With(noise, Blank(w, h, 1, 255)), g).samples, expected.samples);
    }
  }
  const Geometry steep = Geometry::Whole(900, 300, 5, 2);
  const Picture noise = Noise(900, 300, 3);
  EXPECT_LE(Compare(Resized(With(noise, Blank(900, 300, 1, 255)), steep),
                    With(Resized(noise, steep), Blank(5, 2, 1, 255)))
                .max,
            1);
}

// What is transparent has no say, whatever colour it hides: red stays red up to its edge.
TEST(ResizeAlpha, TransparentColoursLeaveNoHalo) {
  Picture picture = Blank(120, 120, 4);
  for (int y = 0; y < 120; ++y) {
    for (int x = 0; x < 120; ++x) {
      const bool inside = std::hypot(x - 60, y - 60) < 40;
      const std::uint8_t pixel[] = {220, 30, 30, 255};
      const std::uint8_t hidden[] = {0, 255, 90, 0};
      for (int c = 0; c < 4; ++c) picture.at(x, y, c) = inside ? pixel[c] : hidden[c];
    }
  }
  for (const int side : {17, 31, 60, 110, 250}) {
    const Picture result = Resized(picture, Geometry::Whole(120, 120, side, side));
    int edges = 0;
    for (std::size_t i = 0; i < result.samples.size(); i += 4) {
      const int alpha = result.samples[i + 3];
      edges += alpha > 0 && alpha < 255 ? 1 : 0;
      if (alpha == 0) {
        ASSERT_EQ(result.samples[i] + result.samples[i + 1] + result.samples[i + 2], 0);
      } else if (alpha >= 128) {
        ASSERT_NEAR(result.samples[i], 220, 1);
        ASSERT_NEAR(result.samples[i + 1], 30, 1);
        ASSERT_NEAR(result.samples[i + 2], 30, 1);
      } else if (alpha >= 16) {
        ASSERT_NEAR(result.samples[i], 220, 2);
        ASSERT_NEAR(result.samples[i + 1], 30, 6);
      }
    }
    EXPECT_GT(edges, side) << "there are soft edges to look at";
  }
}

TEST(ResizeAlpha, BatchSizesDoNotMatter) {
  Resizer resizer;
  for (const auto& [w, h, dw, dh] :
       {std::tuple{60, 200, 20, 61}, {60, 201, 2, 5}, {7, 5, 9, 90}, {33, 501, 11, 100}}) {
    const Picture picture = With(Photo(w, h), Photo(w, h, 1, 2));
    const ResizeSpec spec{.geometry = Geometry::Whole(w, h, dw, dh)};
    const Picture expected = RunResizer(resizer, picture, spec);
    for (const int rows : {1, 2, 3, 7, 64}) {
      EXPECT_EQ(RunResizer(resizer, picture, spec, [&] { return rows; }).samples, expected.samples);
    }
  }
}

TEST(ResizeAlpha, HoldsWhatItSaid) {
  for (const PixelFormat format : {PixelFormat::kGreyA8, PixelFormat::kRgba8}) {
    for (const Geometry& g :
         {Geometry::Whole(2000, 1333, 500, 333), Geometry::Whole(2001, 1333, 60, 40)}) {
      const ResizeSpec spec{g, format};
      Resizer resizer;
      ASSERT_TRUE(resizer.Configure(spec));
      EXPECT_LE(resizer.buffer_bytes(), Resizer::BytesNeeded(spec));
      EXPECT_GE(resizer.buffer_bytes(), Resizer::BytesNeeded(spec) / 10 * 9);
    }
  }
}

TEST(ResizeAlpha, WideFormatsAreForAnotherResizer) {
  for (const PixelFormat format : {PixelFormat::kGrey16, PixelFormat::kGreyA16, PixelFormat::kRgb16,
                                   PixelFormat::kRgba16, PixelFormat::kCmyk8}) {
    Resizer resizer;
    const auto configured = resizer.Configure({Geometry::Whole(4, 4, 2, 2), format});
    ASSERT_FALSE(configured);
    EXPECT_EQ(configured.error().kind, ErrorKind::kInternal);
  }
}

}  // namespace
}  // namespace whittle::pixel::test
