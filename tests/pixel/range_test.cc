// Studio range: planes that come in it, and resizes that end in it.
#include "pixel/range.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <tuple>
#include <vector>

#include "tests/pixel/reference.h"

namespace whittle::pixel::test {
namespace {

using whittle::test::Blank;
using whittle::test::Noise;
using whittle::test::Photo;

// All codes, some of them twice, so that vectors have a rest.
std::vector<std::uint8_t> AllCodes() {
  std::vector<std::uint8_t> codes(256 + 13);
  for (std::size_t i = 0; i < codes.size(); ++i) codes[i] = static_cast<std::uint8_t>(i);
  return codes;
}

std::uint8_t Rounded(double value) {
  return static_cast<std::uint8_t>(std::clamp(std::floor(value + 0.5), 0.0, 255.0));
}

TEST(Range, LumaToFull) {
  const auto codes = AllCodes();
  OnEveryTarget([&](const std::string& target) {
    std::vector<std::uint8_t> full(codes.size());
    LumaToFull(codes, full.data());
    for (std::size_t i = 0; i < codes.size(); ++i) {
      EXPECT_EQ(full[i], Rounded((codes[i] - 16) * 255.0 / 219)) << int{codes[i]} << target;
    }
    EXPECT_EQ(full[16], 0);
    EXPECT_EQ(full[235], 255);
  });
}

TEST(Range, ChromaToFull) {
  const auto codes = AllCodes();
  OnEveryTarget([&](const std::string& target) {
    std::vector<std::uint8_t> full = codes;
    ChromaToFull(full, full.data());
    for (std::size_t i = 0; i < codes.size(); ++i) {
      EXPECT_EQ(full[i], Rounded(128 + (codes[i] - 128) * 255.0 / 224)) << int{codes[i]} << target;
    }
    EXPECT_EQ(full[128], 128);
  });
}

TEST(Range, EncodesStudioLuma) {
  const EncodeTable& table = EncodeTableFor(Light::kLinear, CodeRange::kStudio);
  for (int i = 0; i <= kOne; ++i) {
    const double exact = 16 + 219 * Encode(static_cast<double>(i) / kOne);
    EXPECT_LE(std::abs(table[static_cast<std::size_t>(i)] - exact), 0.5) << i;
  }
}

TEST(Range, EncodesStudioChroma) {
  const EncodeTable& table = EncodeTableFor(Light::kGamma, CodeRange::kStudio);
  for (int i = 0; i <= kOne; ++i) {
    const double exact = 128 + (static_cast<double>(i) / kGammaStep - 128) * 224 / 255;
    EXPECT_EQ(table[static_cast<std::size_t>(i)], Rounded(exact)) << i;
  }
}

Picture StudioLuma(const Picture& source, const Geometry& g, Light light = Light::kLinear) {
  Resizer resizer;
  return RunResizer(resizer, source, {.geometry = g, .light = light, .studio_output = true});
}

TEST(Range, ResizerEndsInStudioRange) {
  for (const auto& [w, h, dw, dh] :
       {std::tuple{211, 160, 100, 77}, {211, 160, 30, 22}, {40, 31, 99, 64}}) {
    const Geometry g = Geometry::Whole(w, h, dw, dh);
    for (const Light light : {Light::kLinear, Light::kGamma}) {
      const int halvings = HalvingsFor(g.horizontal(), g.vertical(), light);
      const Picture picture = Noise(w, h, 1);
      const std::vector<double> exact = ExactSamples(picture, g, light, halvings);
      OnEveryTarget([&](const std::string&) {
        const Picture result = StudioLuma(picture, g, light);
        for (std::size_t i = 0; i < exact.size(); ++i) {
          const double expected = light == Light::kLinear
                                      ? 16 + 219 * Encode(exact[i])
                                      : 128 + (255 * exact[i] - 128) * 224 / 255;
          ASSERT_NEAR(result.samples[i], std::round(expected), 1);
        }
      });
    }
  }
}

// From studio range to full, through a resize to the same size, and back.
TEST(Range, StudioLumaComesThrough) {
  Picture picture = Blank(220, 1, 1);
  for (int x = 0; x < 220; ++x) picture.at(x, 0, 0) = static_cast<std::uint8_t>(16 + x);
  const Picture studio = picture;
  LumaToFull(picture.samples, picture.samples.data());
  EXPECT_EQ(StudioLuma(picture, Geometry::Whole(220, 1, 220, 1)).samples, studio.samples);
}

TEST(Range, StudioIsForOnePlane) {
  for (const PixelFormat format : {PixelFormat::kRgb8, PixelFormat::kGreyA8}) {
    Resizer resizer;
    const auto configured = resizer.Configure(
        {.geometry = Geometry::Whole(4, 4, 2, 2), .format = format, .studio_output = true});
    ASSERT_FALSE(configured);
    EXPECT_EQ(configured.error().kind, ErrorKind::kInternal);
  }
}

TEST(Range, ChromaResizerEndsInStudioRange) {
  for (const auto& [w, h, dw, dh] :
       {std::tuple{211, 160, 100, 77}, {211, 160, 30, 22}, {40, 31, 40, 31}}) {
    const Geometry g = Geometry::Whole(w, h, dw, dh);
    const Picture picture = Photo(w, h);
    const Picture full = RunChromaResizer(picture, g);
    std::vector<std::uint8_t> first;
    OnEveryTarget([&](const std::string&) {
      ChromaResizer resizer;
      const Picture studio = RunChromaResizer(resizer, picture, g, {}, CodeRange::kStudio);
      for (std::size_t i = 0; i < full.samples.size(); ++i) {
        // `full` is rounded itself.
        ASSERT_LE(std::abs(studio.samples[i] - (128 + (full.samples[i] - 128) * kStudioChroma)),
                  0.5 + 0.5 * kStudioChroma + 1e-9);
      }
      if (first.empty()) first = studio.samples;
      EXPECT_EQ(studio.samples, first);
    });
  }
}

// Chroma that is not scaled is only rounded: every code, under any luma.
TEST(Range, StudioChromaIsRoundedOnce) {
  Picture picture = Noise(256, 3);
  for (int x = 0; x < 256; ++x) {
    for (int y = 0; y < 3; ++y) picture.at(x, y, 1) = static_cast<std::uint8_t>(x);
  }
  ChromaResizer resizer;
  const Picture studio =
      RunChromaResizer(resizer, picture, Geometry::Whole(256, 3, 256, 3), {}, CodeRange::kStudio);
  for (int x = 0; x < 256; ++x) {
    for (int y = 0; y < 3; ++y) {
      EXPECT_NEAR(studio.at(x, y, 0), 128 + (x - 128) * kStudioChroma, 0.56) << x;
    }
  }
}

}  // namespace
}  // namespace whittle::pixel::test
