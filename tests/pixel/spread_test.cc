// Colours under transparency: what is visible stays, what is not gets the colour beside it.
#include "pixel/spread.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstring>
#include <stop_token>
#include <vector>

namespace whittle::pixel {
namespace {

// Samples of any depth, without padding.
struct Samples {
  int width = 0, height = 0;
  PixelFormat format = PixelFormat::kRgba8;
  std::vector<std::uint8_t> bytes;

  Samples(int w, int h, PixelFormat f)
      : width(w),
        height(h),
        format(f),
        bytes(static_cast<std::size_t>(w * h) * static_cast<std::size_t>(PixelBytes(f))) {}
  RowSpan Rows() {
    return {bytes.data(),
            static_cast<std::size_t>(width) * static_cast<std::size_t>(PixelBytes(format)), width,
            height, format};
  }
  std::size_t Index(int x, int y, int c) const {
    return static_cast<std::size_t>((y * width + x) * Channels(format) + c);
  }
  int at(int x, int y, int c) const {
    if (!IsWide(format)) return bytes[Index(x, y, c)];
    std::uint16_t code;
    std::memcpy(&code, bytes.data() + 2 * Index(x, y, c), 2);
    return code;
  }
  void Set(int x, int y, int c, int value) {
    const auto code = static_cast<std::uint16_t>(value);
    if (IsWide(format)) {
      std::memcpy(bytes.data() + 2 * Index(x, y, c), &code, 2);
    } else {
      bytes[Index(x, y, c)] = static_cast<std::uint8_t>(value);
    }
  }
  int alpha() const { return Channels(format) - 1; }
};

constexpr PixelFormat kFormats[] = {PixelFormat::kGreyA8, PixelFormat::kRgba8,
                                    PixelFormat::kGreyA16, PixelFormat::kRgba16};

// A spot of one colour is the colour of all, at every size and place.
TEST(Spread, OneColourBecomesTheColourOfAll) {
  for (const PixelFormat format : kFormats) {
    const int most = IsWide(format) ? 65535 : 255;
    for (const auto& [width, height] :
         {std::pair{1, 1}, {2, 2}, {3, 1}, {1, 5}, {17, 16}, {33, 70}}) {
      for (const auto& [x, y] :
           {std::pair{0, 0}, {width - 1, height - 1}, {width / 2, height / 3}}) {
        Samples samples(width, height, format);
        for (int c = 0; c < samples.alpha(); ++c) samples.Set(x, y, c, most - 3 * c);
        samples.Set(x, y, samples.alpha(), 1);
        EXPECT_TRUE(SpreadUnderTransparency(samples.Rows()));
        for (int v = 0; v < height; ++v) {
          for (int u = 0; u < width; ++u) {
            for (int c = 0; c < samples.alpha(); ++c) {
              ASSERT_EQ(samples.at(u, v, c), most - 3 * c)
                  << width << 'x' << height << u << ' ' << v;
            }
            ASSERT_EQ(samples.at(u, v, samples.alpha()), u == x && v == y ? 1 : 0);
          }
        }
      }
    }
  }
}

TEST(Spread, WhatIsVisibleStays) {
  for (const PixelFormat format : kFormats) {
    Samples samples(40, 30, format);
    unsigned seed = 7;
    for (int y = 0; y < 30; ++y) {
      for (int x = 0; x < 40; ++x) {
        for (int c = 0; c < Channels(format); ++c) {
          seed = seed * 1664525 + 1013904223;
          const int value = static_cast<int>(seed >> (IsWide(format) ? 16 : 24));
          samples.Set(x, y, c, c == samples.alpha() && value % 3 == 0 ? 0 : value);
        }
      }
    }
    const Samples before = samples;
    EXPECT_TRUE(SpreadUnderTransparency(samples.Rows()));
    int changed = 0;
    for (int y = 0; y < 30; ++y) {
      for (int x = 0; x < 40; ++x) {
        const bool visible = before.at(x, y, before.alpha()) != 0;
        for (int c = 0; c < Channels(format); ++c) {
          if (visible || c == before.alpha()) ASSERT_EQ(samples.at(x, y, c), before.at(x, y, c));
          changed += samples.at(x, y, c) != before.at(x, y, c);
        }
      }
    }
    EXPECT_GT(changed, 100);
  }
}

// Two colours, left and right, with a gap of 64 pixels: near each its own, in the middle the mean
// of all that is visible.
TEST(Spread, NearColoursComeFirstAndFarOnesAreTheMean) {
  Samples samples(96, 32, PixelFormat::kRgba8);
  for (int y = 0; y < 32; ++y) {
    for (const int x : {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15}) {
      samples.Set(x, y, 0, 200);
      samples.Set(x, y, 3, 255);
      samples.Set(95 - x, y, 0, 100);
      samples.Set(95 - x, y, 3, 85);  // counts a third
    }
  }
  EXPECT_TRUE(SpreadUnderTransparency(samples.Rows()));
  EXPECT_NEAR(samples.at(16, 16, 0), 200, 15);
  EXPECT_NEAR(samples.at(79, 16, 0), 100, 40);
  EXPECT_EQ(samples.at(47, 16, 0), 175);
  EXPECT_EQ(samples.at(48, 16, 0), 175);
  EXPECT_EQ(samples.at(47, 16, 1), 0);
  for (int x = 16; x < 80; ++x) EXPECT_LE(samples.at(x, 9, 0), samples.at(x - 1, 9, 0)) << x;
}

// Alpha weighs: a pixel that is hardly there says hardly anything.
TEST(Spread, WeighsByAlpha) {
  Samples samples(4, 4, PixelFormat::kRgba8);
  samples.Set(0, 0, 0, 250);
  samples.Set(0, 0, 3, 250);
  samples.Set(1, 0, 0, 0);
  samples.Set(1, 0, 3, 2);
  EXPECT_TRUE(SpreadUnderTransparency(samples.Rows()));
  EXPECT_EQ(samples.at(0, 1, 0), 248);  // 250 * 250 / 252
}

TEST(Spread, LeavesWhatHasNoAlphaAndWhatHasNothingVisible) {
  for (const PixelFormat format : {PixelFormat::kRgb8, PixelFormat::kGrey16, PixelFormat::kRgba8}) {
    Samples samples(9, 9, format);
    std::ranges::fill(samples.bytes, std::uint8_t{60});
    if (HasAlpha(format)) {
      for (int y = 0; y < 9; ++y) {
        for (int x = 0; x < 9; ++x) samples.Set(x, y, samples.alpha(), 0);
      }
    }
    const Samples before = samples;
    EXPECT_TRUE(SpreadUnderTransparency(samples.Rows()));
    EXPECT_EQ(samples.bytes, before.bytes);
  }
  EXPECT_TRUE(SpreadUnderTransparency({nullptr, 0, 0, 0, PixelFormat::kRgba8}));
}

// 20 megapixels, of which AVIF may be, take 160 ms.
TEST(Spread, StopsWhenAsked) {
  Samples samples(40, 40, PixelFormat::kRgba8);
  samples.Set(20, 20, 0, 200);
  samples.Set(20, 20, 3, 255);
  const Samples before = samples;
  std::stop_source stop;
  stop.request_stop();
  const auto spread = SpreadUnderTransparency(samples.Rows(), stop.get_token());
  ASSERT_FALSE(spread);
  EXPECT_EQ(spread.error().kind, ErrorKind::kCancelled);
  EXPECT_EQ(samples.bytes, before.bytes);
}

// Rows that are padded stay padded.
TEST(Spread, WritesNothingBesideThePixels) {
  constexpr std::size_t kStride = 64;
  std::vector<std::uint8_t> padded(8 * kStride, 99);
  for (std::size_t y = 0; y < 8; ++y) {
    for (std::size_t x = 0; x < 5; ++x) padded[y * kStride + 4 * x + 3] = x == 2 ? 255 : 0;
  }
  EXPECT_TRUE(SpreadUnderTransparency({padded.data(), kStride, 5, 8, PixelFormat::kRgba8}));
  for (std::size_t y = 0; y < 8; ++y) {
    for (std::size_t i = 20; i < kStride; ++i) ASSERT_EQ(padded[y * kStride + i], 99);
  }
}

}  // namespace
}  // namespace whittle::pixel
