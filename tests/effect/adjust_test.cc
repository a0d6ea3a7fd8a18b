#include "effect/adjust.h"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <optional>
#include <random>

#include "tests/effect/frames.h"

namespace whittle::effect {
namespace {

using Triple = std::array<double, 3>;

double Decoded(double code) {
  return code <= 0.04045 ? code / 12.92 : std::pow((code + 0.055) / 1.055, 2.4);
}
double Encoded(double light) {
  light = std::clamp(light, 0.0, 1.0);
  return light <= 0.0031308 ? 12.92 * light : 1.055 * std::pow(light, 1 / 2.4) - 0.055;
}

// sRGB's matrix for XYZ, from its primaries and D65 at (0.3127, 0.3290).
constexpr double kWhite[3] = {0.9504559, 1, 1.0890578};
constexpr double kToXyz[3][3] = {{0.4123908, 0.3575843, 0.1804808},
                                 {0.2126390, 0.7151687, 0.0721923},
                                 {0.0193308, 0.1191948, 0.9505322}};
constexpr double kFromXyz[3][3] = {{3.2409699, -1.5373832, -0.4986108},
                                   {-0.9692436, 1.8759675, 0.0415551},
                                   {0.0556301, -0.2039770, 1.0569715}};
Triple Times(const double (&matrix)[3][3], const Triple& v) {
  Triple product{};
  for (std::size_t i = 0; i < 3; ++i) {
    for (std::size_t j = 0; j < 3; ++j) product[i] += matrix[i][j] * v[j];
  }
  return product;
}
Triple LabOf(const Triple& light) {
  Triple f = Times(kToXyz, light);
  for (std::size_t i = 0; i < 3; ++i) {
    const double share = f[i] / kWhite[i];
    f[i] = share > 216.0 / 24389 ? std::cbrt(share) : share * 841 / 108 + 4.0 / 29;
  }
  return {116 * f[1] - 16, 500 * (f[0] - f[1]), 200 * (f[1] - f[2])};
}
Triple LightOf(const Triple& lab) {
  const double y = (lab[0] + 16) / 116;
  Triple xyz = {y + lab[1] / 500, y, y - lab[2] / 200};
  for (std::size_t i = 0; i < 3; ++i) {
    xyz[i] =
        kWhite[i] * (xyz[i] > 6.0 / 29 ? std::pow(xyz[i], 3) : (xyz[i] - 4.0 / 29) * 108 / 841);
  }
  return Times(kFromXyz, xyz);
}

// Before contrast and gamma.
Triple PlainlyChanged(const Triple& codes, const Adjustment& a) {
  Triple light;
  std::ranges::transform(codes, light.begin(), Decoded);
  if (a.brightness != 1 || a.saturation != 1 || a.hue != 0) {
    const Triple lab = LabOf(light);
    const double chroma = std::hypot(lab[1], lab[2]) * a.saturation;
    const double hue = std::atan2(lab[2], lab[1]) + a.hue * std::numbers::pi / 180;
    light = LightOf({lab[0] * a.brightness, chroma * std::cos(hue), chroma * std::sin(hue)});
  }
  for (double& v : light) v = std::clamp(v, 0.0, 1.0);
  if (a.greyscale) light.fill(0.2126390 * light[0] + 0.7151687 * light[1] + 0.0721923 * light[2]);
  if (a.tint) {
    const Triple tint = LabOf({Decoded(a.tint->red / 255.0), Decoded(a.tint->green / 255.0),
                               Decoded(a.tint->blue / 255.0)});
    const double lightness = LabOf(light)[0];
    const double weight = 1 - 4 * std::pow(lightness / 100 - 0.5, 2);
    light = LightOf({lightness, weight * tint[1], weight * tint[2]});
  }
  std::ranges::transform(light, light.begin(), Encoded);
  return light;
}
double Curved(double code, const Adjustment& a) {
  return std::pow(std::clamp((code - 0.5) * a.contrast + 0.5, 0.0, 1.0), a.gamma);
}
Triple PlainlyAdjusted(const Triple& codes, const Adjustment& a) {
  Triple result = PlainlyChanged(codes, a);
  for (double& code : result) code = Curved(code, a);
  return result;
}

const Adjustment kSome[] = {
    {},
    {.brightness = 0.5},
    {.brightness = 1.7},
    {.saturation = 0},
    {.saturation = 0.4},
    {.saturation = 1.6},
    {.hue = 30},
    {.hue = 180},
    {.hue = 300},
    {.brightness = 1.2, .saturation = 0.7, .hue = 90},
    {.greyscale = true},
    {.tint = Colour{112, 66, 20}},
    {.greyscale = true, .tint = Colour{0, 90, 200}},
    {.brightness = 3, .tint = Colour{0, 200, 20}},
    {.contrast = 0.3},
    {.contrast = 2.5},
    {.gamma = 0.6},
    {.gamma = 2.2},
    {.brightness = 0.9, .contrast = 1.3, .gamma = 1.2},
    {.contrast = 0},
    {.brightness = 0},
};

TEST(Adjuster, IsTheFormulaForColour) {
  for (std::size_t n = 0; n < std::size(kSome); ++n) {
    for (const PixelFormat format :
         {PixelFormat::kRgb8, PixelFormat::kRgba8, PixelFormat::kRgb16, PixelFormat::kRgba16}) {
      const TestFrame frame = NoiseFrame(61, 40, format, 8);
      TestFrame adjusted = frame;
      Adjuster(kSome[n], format).Apply(adjusted.rows());
      EXPECT_TRUE(adjusted.PaddingIsIntact());
      const double full = frame.full();
      // Half a code for rounding; a printed matrix of four digits besides, which near black and
      // with strong gamma is steep.
      const double most = full == 255 ? 0.55 : 15;
      for (int y = 0; y < frame.height(); ++y) {
        for (int x = 0; x < frame.width(); ++x) {
          const Triple expected = PlainlyAdjusted(
              {frame.at(x, y, 0) / full, frame.at(x, y, 1) / full, frame.at(x, y, 2) / full},
              kSome[n]);
          for (int c = 0; c < 3; ++c) {
            ASSERT_NEAR(adjusted.at(x, y, c), expected[static_cast<std::size_t>(c)] * full, most)
                << n << " format " << static_cast<int>(format) << ": " << x << ' ' << y << ' ' << c
                << " of " << frame.at(x, y, 0) << ' ' << frame.at(x, y, 1) << ' '
                << frame.at(x, y, 2);
          }
          if (HasAlpha(format)) ASSERT_EQ(adjusted.at(x, y, 3), frame.at(x, y, 3));
        }
      }
    }
  }
}

// Codes from 0 to 255 in steps of 15, in all combinations, and what lies next to the ends.
TestFrame Cube() {
  TestFrame frame(18 * 18, 18, PixelFormat::kRgb8);
  const auto code = [](int step) { return step == 17 ? 1 : 15 * step; };
  for (int y = 0; y < 18; ++y) {
    for (int x = 0; x < 18 * 18; ++x) {
      frame.set(x, y, 0, code(x / 18));
      frame.set(x, y, 1, code(x % 18));
      frame.set(x, y, 2, code(y));
    }
  }
  return frame;
}

// Contrast and gamma may be as steep as they like, so they are applied to a little more and a
// little less than the exact code. Single precision and printed matrices make that little, which
// much brightness and saturation multiply. Largest seen, of 65535: 1.5 where both are about 1, 5
// where they are 1.5, 20 where they are 5.6, 26 where they are 10.
TEST(Adjuster, IsTheFormulaForAnySetting) {
  const TestFrame cube = Cube();
  std::mt19937 random(5);
  const auto number = [&](double least, double most) {
    return least + (most - least) * static_cast<double>(random()) / 4294967296.0;
  };
  for (int n = 0; n < 100; ++n) {
    Adjustment some;
    if (random() % 2 == 0) some.brightness = random() % 4 == 0 ? number(0, 10) : number(0.5, 1.6);
    if (random() % 2 == 0) some.saturation = random() % 4 == 0 ? number(0, 10) : number(0, 2);
    if (random() % 2 == 0) some.hue = number(0, 360);
    some.greyscale = random() % 5 == 0;
    const auto code = [&] { return static_cast<std::uint8_t>(random() >> 24); };
    if (random() % 4 == 0) some.tint = Colour{code(), code(), code()};
    if (random() % 3 == 0) some.contrast = number(0, 10);
    if (random() % 3 == 0) some.gamma = random() % 2 == 0 ? number(0.1, 1) : number(1, 10);
    SCOPED_TRACE(testing::Message() << "brightness " << some.brightness << ", saturation "
                                    << some.saturation << ", hue " << some.hue << ", contrast "
                                    << some.contrast << ", gamma " << some.gamma << ", greyscale "
                                    << some.greyscale << ", tint " << some.tint.has_value());
    const double little = 5 * std::max({1.0, some.brightness, some.saturation}) / 65535;
    TestFrame adjusted = cube;
    Adjuster(some, PixelFormat::kRgb8).Apply(adjusted.rows());
    for (int y = 0; y < cube.height(); ++y) {
      for (int x = 0; x < cube.width(); ++x) {
        const Triple exact = PlainlyChanged(
            {cube.at(x, y, 0) / 255.0, cube.at(x, y, 1) / 255.0, cube.at(x, y, 2) / 255.0}, some);
        for (int c = 0; c < 3; ++c) {
          const double middle = exact[static_cast<std::size_t>(c)];
          ASSERT_GE(adjusted.at(x, y, c), 255 * Curved(middle - little, some) - 0.51)
              << n << ": " << x << ' ' << y << ' ' << c;
          ASSERT_LE(adjusted.at(x, y, c), 255 * Curved(middle + little, some) + 0.51)
              << n << ": " << x << ' ' << y << ' ' << c;
        }
      }
    }
  }
}

// Widths below a vector, of a block of pixels and beyond one.
TEST(Adjuster, IsTheSameOnEveryTarget) {
  for (const Adjustment& adjustment : kSome) {
    for (const PixelFormat format : kFormats) {
      for (const int width : {3, 256, 531}) {
        const TestFrame frame = NoiseFrame(width, 6, format, 11);
        std::optional<TestFrame> first;
        OnEveryTarget([&] {
          TestFrame adjusted = frame;
          Adjuster(adjustment, format).Apply(adjusted.rows());
          EXPECT_TRUE(adjusted.PaddingIsIntact());
          if (!first) first = adjusted;
          EXPECT_EQ(adjusted, *first) << static_cast<int>(format) << ' ' << width;
        });
      }
    }
  }
}

TEST(Adjuster, IsTheFormulaForGreyWhichHasNoColour) {
  for (std::size_t n = 0; n < std::size(kSome); ++n) {
    for (const PixelFormat format :
         {PixelFormat::kGrey8, PixelFormat::kGreyA8, PixelFormat::kGrey16, PixelFormat::kGreyA16}) {
      const TestFrame frame = NoiseFrame(61, 40, format, 8);
      TestFrame adjusted = frame;
      Adjuster(kSome[n], format).Apply(adjusted.rows());
      EXPECT_TRUE(adjusted.PaddingIsIntact());
      Adjustment grey = kSome[n];
      grey.saturation = 1;
      grey.hue = 0;
      grey.greyscale = false;
      grey.tint.reset();
      const double full = frame.full();
      frame.ForEach([&](int x, int y, int c) {
        if (c == 1) {
          ASSERT_EQ(adjusted.at(x, y, 1), frame.at(x, y, 1));
          return;
        }
        const double code = frame.at(x, y, 0) / full;
        const Triple expected = PlainlyAdjusted({code, code, code}, grey);
        ASSERT_NEAR(adjusted.at(x, y, 0), expected[1] * full, full == 255 ? 0.6 : 70) << n;
      });
    }
  }
}

TEST(Adjuster, LeavesEverythingAloneWhenNothingIsAsked) {
  EXPECT_TRUE(Adjustment{}.is_identity());
  for (std::size_t n = 1; n < std::size(kSome); ++n) EXPECT_FALSE(kSome[n].is_identity()) << n;
  for (const PixelFormat format : kFormats) {
    const TestFrame frame = NoiseFrame(20, 20, format);
    TestFrame adjusted = frame;
    Adjuster({}, format).Apply(adjusted.rows());
    EXPECT_EQ(adjusted, frame);
  }
}

// A way there and back changes 8-bit codes by nothing but what the change itself rounds away.
TEST(Adjuster, FullTurnOfTheHueIsNone) {
  const TestFrame frame = NoiseFrame(100, 100, PixelFormat::kRgb8);
  TestFrame adjusted = frame;
  Adjuster({.hue = 360}, PixelFormat::kRgb8).Apply(adjusted.rows());
  EXPECT_EQ(adjusted, frame);
}

TEST(Adjuster, GreyStaysGrey) {
  for (const Adjustment& adjustment : kSome) {
    if (adjustment.tint) continue;
    TestFrame frame(256, 1, PixelFormat::kRgb8);
    frame.ForEach([&](int x, int y, int c) { frame.set(x, y, c, x); });
    Adjuster(adjustment, PixelFormat::kRgb8).Apply(frame.rows());
    for (int x = 0; x < 256; ++x) {
      EXPECT_EQ(frame.at(x, 0, 0), frame.at(x, 0, 1));
      EXPECT_EQ(frame.at(x, 0, 2), frame.at(x, 0, 1));
    }
  }
}

TEST(Adjuster, GreyscaleKeepsGreyAndTakesLight) {
  TestFrame frame(4, 1, PixelFormat::kRgb8);
  for (int c = 0; c < 3; ++c) frame.set(c, 0, c, 255);
  for (int c = 0; c < 3; ++c) frame.set(3, 0, c, 77);
  Adjuster({.greyscale = true}, PixelFormat::kRgb8).Apply(frame.rows());
  EXPECT_EQ(frame.at(0, 0, 1), 127);  // red's 21 % of light
  EXPECT_EQ(frame.at(1, 0, 1), 220);
  EXPECT_EQ(frame.at(2, 0, 1), 76);
  EXPECT_EQ(frame.at(3, 0, 1), 77);
}

}  // namespace
}  // namespace whittle::effect
