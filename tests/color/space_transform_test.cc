#include "color/space_transform.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include "color/tone_map.h"
#include "tests/color/chromium_patches.h"

namespace whittle::color {
namespace {

using pixel::PixelFormat;

// One pixel through the transform, into another place and in place, as codes of 255.
template <class Sample>
std::array<double, 3> Converted(const ToSrgb& transform, const std::array<double, 3>& codes) {
  constexpr double kMost = static_cast<Sample>(-1);
  std::array<Sample, 4> pixel = {};
  for (std::size_t i = 0; i < 3; ++i) {
    pixel[i] = static_cast<Sample>(std::lround(codes[i] / 255 * kMost));
  }
  pixel[3] = 77;
  std::array<Sample, 4> elsewhere = {};
  const auto row = [&](std::array<Sample, 4>& samples) {
    return pixel::RowSpan{reinterpret_cast<std::uint8_t*>(samples.data()), sizeof samples, 1, 1,
                          transform.from()};
  };
  transform.Convert(row(pixel), row(elsewhere));
  transform.Convert(row(pixel), row(pixel));
  EXPECT_EQ(elsewhere[3], HasAlpha(transform.from()) ? 77 : 0);
  elsewhere[3] = 77;
  EXPECT_EQ(elsewhere, pixel);
  return {pixel[0] * 255 / kMost, pixel[1] * 255 / kMost, pixel[2] * 255 / kMost};
}

void ExpectAsShown(const Shown& shown, double off) {
  for (const PixelFormat format :
       {PixelFormat::kRgb8, PixelFormat::kRgba8, PixelFormat::kRgb16, PixelFormat::kRgba16}) {
    const auto transform = SpaceToSrgb::Make(shown.space, format);
    ASSERT_NE(transform, nullptr);
    EXPECT_EQ(transform->from(), format);
    EXPECT_EQ(transform->to(), format);
    EXPECT_FALSE(transform->is_srgb());
    for (std::size_t i = 0; i < kPatches.size(); ++i) {
      const std::array<double, 3> codes = {static_cast<double>(kPatches[i][0]),
                                           static_cast<double>(kPatches[i][1]),
                                           static_cast<double>(kPatches[i][2])};
      const auto got = IsWide(format) ? Converted<std::uint16_t>(*transform, codes)
                                      : Converted<std::uint8_t>(*transform, codes);
      for (std::size_t c = 0; c < 3; ++c) {
        EXPECT_NEAR(got[c], shown.patches[i][c], off)
            << "patch " << i << " channel " << c << " of "
            << (shown.space.cicp ? shown.space.cicp->primaries : 0) << '/'
            << (shown.space.cicp ? shown.space.cicp->transfer : 0);
      }
    }
  }
}

TEST(SpaceToSrgb, ShowsSdrAsChromiumDoes) {
  for (const Shown& shown : ShownSdr()) ExpectAsShown(shown, 1.05);
}

// Chromium's curve is made of eight pieces of a logarithm's cubic.
TEST(SpaceToSrgb, ShowsHdrAsChromiumDoes) {
  for (const Shown& shown : ShownHdr()) ExpectAsShown(shown, 3.5);
}

double Encoded(double light) {
  light = std::clamp(light, 0.0, 1.0);
  return 255 * (light <= 0.0031308 ? 12.92 * light : 1.055 * std::pow(light, 1 / 2.4) - 0.055);
}

// The standards' formulas in plain double: light, BT.2100's OOTF, the tone curve solved by halving,
// BT.2087's matrix.
std::array<double, 3> Plain(const std::array<double, 3>& codes, bool pq) {
  std::array<double, 3> light = {};
  for (std::size_t i = 0; i < 3; ++i) {
    light[i] = pq ? PqLight(codes[i] / 255) : HlgScene(codes[i] / 255);
  }
  if (!pq) {
    const double y = 0.2627 * light[0] + 0.6780 * light[1] + 0.0593 * light[2];
    for (double& value : light) value *= 1000.0 / 203 * std::pow(y, 0.2);
  }
  const double most = std::max({light[0], light[1], light[2]});
  double gain = 0.5;
  if (most > 1) {
    double low = 0, high = 1;  // of the parabola's parameter
    const double peak = 1000.0 / 203, mx = 0.35 + 0.65 * 2, my = 0.35 * 0.5 + 0.65;
    for (int i = 0; i < 60; ++i) {
      const double t = (low + high) / 2;
      const double x = (1 - t) * (1 - t) + 2 * t * (1 - t) * mx + t * t * peak;
      (x < most ? low : high) = t;
    }
    gain = ((1 - low) * (1 - low) * 0.5 + 2 * low * (1 - low) * my + low * low) / most;
  }
  const double m[3][3] = {{1.660491, -0.587641, -0.072850},
                          {-0.124550, 1.132900, -0.008349},
                          {-0.018151, -0.100579, 1.118730}};
  std::array<double, 3> shown = {};
  for (std::size_t i = 0; i < 3; ++i) {
    shown[i] = Encoded(gain * (m[i][0] * light[0] + m[i][1] * light[1] + m[i][2] * light[2]));
  }
  return shown;
}

TEST(SpaceToSrgb, IsTheFormulasForHdrEverywhere) {
  for (const bool pq : {true, false}) {
    const auto wide = SpaceToSrgb::Make(Code(9, pq ? 16 : 18), PixelFormat::kRgb16);
    const auto narrow = SpaceToSrgb::Make(Code(9, pq ? 16 : 18), PixelFormat::kRgb8);
    for (int r = 0; r <= 255; r += 15) {
      for (int g = 0; g <= 255; g += 15) {
        for (int b = 0; b <= 255; b += 15) {
          const std::array<double, 3> codes = {double(r), double(g), double(b)};
          const auto expected = Plain(codes, pq);
          const auto got = Converted<std::uint16_t>(*wide, codes);
          const auto got8 = Converted<std::uint8_t>(*narrow, codes);
          for (std::size_t c = 0; c < 3; ++c) {
            // Clipped channels are steep at 0: what is nearly none there may be a little.
            ASSERT_NEAR(got[c], expected[c], 0.06) << pq << ' ' << r << ' ' << g << ' ' << b;
            ASSERT_NEAR(got8[c], expected[c], 0.56) << pq << ' ' << r << ' ' << g << ' ' << b;
          }
        }
      }
    }
  }
}

TEST(SpaceToSrgb, OfGreyIsThatOfColourForEveryCode) {
  for (const auto& space : {Code(9, 16), Code(12, 18), Code(9, 14), Gamma(1)}) {
    const auto grey = SpaceToSrgb::Make(space, PixelFormat::kGrey8);
    const auto grey_alpha = SpaceToSrgb::Make(space, PixelFormat::kGreyA16);
    const auto colour = SpaceToSrgb::Make(space, PixelFormat::kRgb8);
    ASSERT_TRUE(grey && grey_alpha && colour);
    for (int code = 0; code < 256; ++code) {
      std::array<std::uint8_t, 3> rgb;
      rgb.fill(static_cast<std::uint8_t>(code));
      std::array<std::uint8_t, 3> as_colour = {};
      colour->Convert({rgb.data(), 3, 1, 1, PixelFormat::kRgb8},
                      {as_colour.data(), 3, 1, 1, PixelFormat::kRgb8});
      std::uint8_t as_grey = 0;
      grey->Convert({rgb.data(), 1, 1, 1, PixelFormat::kGrey8},
                    {&as_grey, 1, 1, 1, PixelFormat::kGrey8});
      std::array<std::uint16_t, 2> wide = {static_cast<std::uint16_t>(code * 257), 1234};
      std::array<std::uint16_t, 2> shown = {};
      grey_alpha->Convert(
          {reinterpret_cast<std::uint8_t*>(wide.data()), 4, 1, 1, PixelFormat::kGreyA16},
          {reinterpret_cast<std::uint8_t*>(shown.data()), 4, 1, 1, PixelFormat::kGreyA16});
      EXPECT_NEAR(as_grey, as_colour[1], 1) << code;
      EXPECT_NEAR(shown[0] / 257.0, as_grey, 0.6) << code;
      EXPECT_EQ(shown[1], 1234);
    }
  }
}

TEST(SpaceToSrgb, IsNothingForSrgb) {
  EXPECT_EQ(SpaceToSrgb::Make({}, PixelFormat::kRgb8), nullptr);
  EXPECT_EQ(SpaceToSrgb::Make(Code(1, 13), PixelFormat::kRgb8), nullptr);
  EXPECT_EQ(SpaceToSrgb::Make(Code(12, 13), PixelFormat::kGrey8), nullptr);
  EXPECT_NE(SpaceToSrgb::Make(Code(12, 13), PixelFormat::kRgb8), nullptr);
}

// Primaries that are no real colours, or beyond those that light is mixed in, give negative
// amounts.
TEST(SpaceToSrgb, StandsAllPrimaries) {
  constexpr double kLevels[] = {0, 127, 255};
  for (const std::uint8_t transfer : {std::uint8_t{13}, std::uint8_t{16}, std::uint8_t{18}}) {
    for (const int primaries : {1, 4, 5, 6, 7, 8, 9, 10, 11, 12, 22}) {
      if (primaries == 1 && transfer == 13) continue;
      const auto space = Code(static_cast<std::uint8_t>(primaries), transfer);
      const auto narrow = SpaceToSrgb::Make(space, PixelFormat::kRgb8);
      const auto wide = SpaceToSrgb::Make(space, PixelFormat::kRgb16);
      for (int i = 0; i < 27; ++i) {
        const int red = i % 3;
        const int green = i / 3 % 3;
        const int blue = i / 9;
        const std::array<double, 3> codes = {kLevels[red], kLevels[green], kLevels[blue]};
        const auto a = Converted<std::uint8_t>(*narrow, codes);
        const auto b = Converted<std::uint16_t>(*wide, codes);
        for (std::size_t c = 0; c < 3; ++c) {
          EXPECT_NEAR(a[c], b[c], 0.6) << primaries << '/' << int{transfer} << ' ' << i;
        }
      }
    }
  }
}

// Pixels are worked on 64 at a time: a pixel's place in its row does not matter.
TEST(SpaceToSrgb, ConvertsEveryPixelAlike) {
  for (const auto& space : {Code(12, 13), Code(9, 16), Code(9, 18)}) {
    const auto transform = SpaceToSrgb::Make(space, PixelFormat::kRgba8);
    for (const int width : {1, 63, 64, 65, 128, 200}) {
      std::vector<std::uint8_t> from, to(static_cast<std::size_t>(width) * 4 + 4, 9);
      for (int i = 0; i < width * 4; ++i) from.push_back(static_cast<std::uint8_t>(i * 37 + i / 7));
      transform->Convert({from.data(), from.size(), width, 1, PixelFormat::kRgba8},
                         {to.data(), from.size(), width, 1, PixelFormat::kRgba8});
      for (std::size_t x = 0; x < static_cast<std::size_t>(width); ++x) {
        std::array<std::uint8_t, 4> alone = {};
        transform->Convert({from.data() + x * 4, 4, 1, 1, PixelFormat::kRgba8},
                           {alone.data(), 4, 1, 1, PixelFormat::kRgba8});
        for (std::size_t c = 0; c < 4; ++c) ASSERT_EQ(to[x * 4 + c], alone[c]) << x << ' ' << width;
      }
      for (std::size_t i = from.size(); i < to.size(); ++i) EXPECT_EQ(to[i], 9) << width;
    }
  }
}

// Rows with padding behind them, each on its own.
TEST(SpaceToSrgb, ConvertsAllRowsAndOnlyThem) {
  const auto transform = SpaceToSrgb::Make(Code(12, 13), PixelFormat::kRgb8);
  std::vector<std::uint8_t> from(3 * 16, 9), to(3 * 16, 9);
  for (std::size_t y = 0; y < 3; ++y) {
    for (std::size_t i = 0; i < 6; ++i) from[y * 16 + i] = static_cast<std::uint8_t>(40 * y + i);
  }
  transform->Convert({from.data(), 16, 2, 3, PixelFormat::kRgb8},
                     {to.data(), 16, 2, 3, PixelFormat::kRgb8});
  for (std::size_t y = 0; y < 3; ++y) {
    for (std::size_t x = 0; x < 2; ++x) {
      const std::size_t at = y * 16 + x * 3;
      const auto alone = Converted<std::uint8_t>(
          *transform, {double(from[at]), double(from[at + 1]), double(from[at + 2])});
      for (std::size_t c = 0; c < 3; ++c) EXPECT_EQ(to[at + c], alone[c]);
    }
    for (std::size_t i = 6; i < 16; ++i) EXPECT_EQ(to[y * 16 + i], 9);
  }
}

}  // namespace
}  // namespace whittle::color
