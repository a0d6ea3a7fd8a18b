#include "pixel/convert.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <random>
#include <vector>

#include "tests/pixel/reference.h"

namespace whittle::pixel::test {
namespace {

constexpr PixelFormat kFormats[] = {
    PixelFormat::kGrey8,  PixelFormat::kGreyA8,  PixelFormat::kRgb8,  PixelFormat::kRgba8,
    PixelFormat::kGrey16, PixelFormat::kGreyA16, PixelFormat::kRgb16, PixelFormat::kRgba16};

int Most(PixelFormat format) { return IsWide(format) ? 65535 : 255; }

// Rows of samples as numbers, in `format`, and back.
std::vector<std::uint8_t> Packed(const std::vector<int>& samples, PixelFormat format) {
  std::vector<std::uint8_t> bytes;
  for (const int sample : samples) {
    std::uint8_t parts[2];
    const auto wide = static_cast<std::uint16_t>(sample);
    std::memcpy(parts, &wide, 2);
    bytes.push_back(IsWide(format) ? parts[0] : static_cast<std::uint8_t>(sample));
    if (IsWide(format)) bytes.push_back(parts[1]);
  }
  return bytes;
}
std::vector<int> Unpacked(const std::vector<std::uint8_t>& bytes, PixelFormat format) {
  std::vector<int> samples;
  for (std::size_t i = 0; i < bytes.size(); i += IsWide(format) ? 2 : 1) {
    std::uint16_t wide = bytes[i];
    if (IsWide(format)) std::memcpy(&wide, &bytes[i], 2);
    samples.push_back(wide);
  }
  return samples;
}

std::vector<int> Converted(const std::vector<int>& samples, PixelFormat from, PixelFormat to,
                           int rows = 1, Colour background = {}) {
  const int width = static_cast<int>(samples.size()) / Channels(from) / rows;
  const std::vector<std::uint8_t> in = Packed(samples, from);
  std::vector<std::uint8_t> out(static_cast<std::size_t>(width * rows * PixelBytes(to)));
  const auto stride = [&](PixelFormat format) {
    return static_cast<std::size_t>(width * PixelBytes(format));
  };
  ConvertRows({in.data(), stride(from), width, rows, from},
              {out.data(), stride(to), width, rows, to}, background);
  return Unpacked(out, to);
}

// One pixel, by the formulas of convert.h.
std::vector<double> Expected(const int* pixel, PixelFormat from, PixelFormat to, Colour back) {
  std::array<double, 3> colour;
  for (std::size_t c = 0; c < 3; ++c) colour[c] = double(pixel[IsGrey(from) ? 0 : c]) / Most(from);
  double alpha = HasAlpha(from) ? double(pixel[Channels(from) - 1]) / Most(from) : 1;
  const double behind[] = {Decode(back.red / 255.0), Decode(back.green / 255.0),
                           Decode(back.blue / 255.0)};
  const auto luminance = [](double red, double green, double blue) {
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
  };
  std::array<double, 3> light;
  for (std::size_t c = 0; c < 3; ++c) light[c] = Decode(colour[c]);
  if (!HasAlpha(to)) {
    for (std::size_t c = 0; c < 3; ++c) light[c] = alpha * light[c] + (1 - alpha) * behind[c];
  }
  std::vector<double> result;
  if (IsGrey(to)) {
    result.push_back(Encode(luminance(light[0], light[1], light[2])));
  } else {
    for (const double value : light) result.push_back(Encode(value));
  }
  if (HasAlpha(to)) result.push_back(alpha);
  for (double& value : result) value *= Most(to);
  return result;
}

// Rows of noise in which every third pixel or so is opaque, transparent, or grey.
std::vector<int> Noise(PixelFormat format, int pixels) {
  std::mt19937 random(static_cast<unsigned>(format) + 3);
  std::vector<int> samples;
  for (int i = 0; i < pixels; ++i) {
    const auto most = static_cast<unsigned>(Most(format)) + 1;
    const auto kind = random() % 8;
    const int grey = static_cast<int>(random() % most);
    for (int c = 0; c < Channels(format); ++c) {
      int sample = kind == 0 ? grey : static_cast<int>(random() % most);
      if (kind == 7) sample = sample / 20;
      if (HasAlpha(format) && c == Channels(format) - 1) {
        if (kind == 1) sample = Most(format);
        if (kind == 2) sample = 0;
      }
      samples.push_back(sample);
    }
  }
  return samples;
}

TEST(ConvertRows, AllPairsFollowTheFormulas) {
  constexpr int kPixels = 3000;
  for (const PixelFormat from : kFormats) {
    for (const PixelFormat to : kFormats) {
      const bool mixes = (HasAlpha(from) && !HasAlpha(to)) || (!IsGrey(from) && IsGrey(to));
      for (const Colour background : {Colour{}, Colour{255, 255, 255}, Colour{200, 30, 90}}) {
        SCOPED_TRACE(testing::Message() << int(from) << " to " << int(to));
        const std::vector<int> samples = Noise(from, kPixels);
        const std::vector<int> result = Converted(samples, from, to, 3, background);
        ASSERT_EQ(result.size(), static_cast<std::size_t>(kPixels * Channels(to)));
        for (int i = 0; i < kPixels; ++i) {
          const std::vector<double> expected =
              Expected(samples.data() + i * Channels(from), from, to, background);
          for (std::size_t c = 0; c < expected.size(); ++c) {
            const int actual = result[static_cast<std::size_t>(i * Channels(to)) + c];
            ASSERT_NEAR(actual, std::round(expected[c]), mixes ? 1 : 0) << i << " " << c;
          }
        }
      }
    }
  }
}

TEST(ConvertRows, EveryCodeWidensAndComesBack) {
  std::vector<int> codes(256), wide_codes(65536);
  for (int i = 0; i < 256; ++i) codes[static_cast<std::size_t>(i)] = i;
  for (int i = 0; i < 65536; ++i) wide_codes[static_cast<std::size_t>(i)] = i;
  const std::vector<int> wide = Converted(codes, PixelFormat::kGrey8, PixelFormat::kGrey16);
  for (int i = 0; i < 256; ++i) EXPECT_EQ(wide[static_cast<std::size_t>(i)], i * 257);
  EXPECT_EQ(Converted(wide, PixelFormat::kGrey16, PixelFormat::kGrey8), codes);
  const std::vector<int> narrow = Converted(wide_codes, PixelFormat::kGrey16, PixelFormat::kGrey8);
  for (int i = 0; i < 65536; ++i) {
    ASSERT_EQ(narrow[static_cast<std::size_t>(i)], std::lround(i / 257.0));
  }
}

// Grey that goes through colour, and colour that is grey, are the same codes.
TEST(ConvertRows, GreyIsGreyOnAllWays) {
  for (const bool wide : {false, true}) {
    const PixelFormat grey = FormatWith(true, false, wide);
    const PixelFormat rgba = FormatWith(false, true, wide);
    std::vector<int> codes;
    for (int i = 0; i <= Most(grey); ++i) codes.push_back(i);
    EXPECT_EQ(Converted(Converted(codes, grey, rgba), rgba, grey), codes);
  }
}

TEST(ConvertRows, OpaqueAndTransparentAreExact) {
  const Colour background{12, 200, 77};
  for (int code = 0; code < 256; ++code) {
    const std::vector<int> pixels = {code, 255 - code, 7, 255, code, 3, 255 - code, 0};
    const std::vector<int> expected = {code, 255 - code, 7, 12, 200, 77};
    EXPECT_EQ(Converted(pixels, PixelFormat::kRgba8, PixelFormat::kRgb8, 1, background), expected);
  }
}

// Half of white over black is half the light, not half the code.
TEST(ConvertRows, BlendsLight) {
  const int half = Converted({255, 128}, PixelFormat::kGreyA8, PixelFormat::kGrey8)[0];
  EXPECT_EQ(half, 188);
}

TEST(LayBehind, FollowsTheFormula) {
  for (const PixelFormat format : kFormats) {
    if (!HasAlpha(format)) continue;
    const std::vector<int> samples = Noise(format, 3000);
    const int channels = Channels(format);
    for (const Colour back : {Colour{255, 255, 255, 255}, Colour{200, 30, 90, 128},
                              Colour{0, 140, 20, 1}, Colour{90, 90, 90, 0}}) {
      std::vector<std::uint8_t> bytes = Packed(samples, format);
      LayBehind({bytes.data(), bytes.size() / 3, 1000, 3, format}, back);
      const std::vector<int> result = Unpacked(bytes, format);
      const double red = Decode(back.red / 255.0);
      const double green = Decode(back.green / 255.0);
      const double blue = Decode(back.blue / 255.0);
      const double grey = 0.2126 * red + 0.7152 * green + 0.0722 * blue;
      const double behind[] = {IsGrey(format) ? grey : red, green, blue};
      for (std::size_t i = 0; i < samples.size(); i += static_cast<std::size_t>(channels)) {
        const double alpha =
            1.0 * samples[i + static_cast<std::size_t>(channels) - 1] / Most(format);
        const double sum = alpha + (1 - alpha) * back.alpha / 255;
        ASSERT_NEAR(result[i + static_cast<std::size_t>(channels) - 1], sum * Most(format), 0.51);
        for (std::size_t c = 0; c + 1 < static_cast<std::size_t>(channels); ++c) {
          const double own = 1.0 * samples[i + c] / Most(format);
          const double expected =
              sum == 0 ? own : Encode((alpha * Decode(own) + (sum - alpha) * behind[c]) / sum);
          ASSERT_NEAR(result[i + c], expected * Most(format), 1.5) << int(format) << " " << i;
        }
      }
    }
  }
}

TEST(NarrowRows, KeepsTheChannels) {
  const std::vector<std::uint8_t> wide = Packed({65535, 0, 257, 32768}, PixelFormat::kRgba16);
  std::vector<std::uint8_t> narrow(4);
  NarrowRows({wide.data(), 8, 1, 1, PixelFormat::kRgba16},
             {narrow.data(), 4, 1, 1, PixelFormat::kRgba8});
  EXPECT_EQ(narrow, (std::vector<std::uint8_t>{255, 0, 1, 128}));
}

}  // namespace
}  // namespace whittle::pixel::test
