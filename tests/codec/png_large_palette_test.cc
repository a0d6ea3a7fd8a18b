// Pictures above 4 Mi pixels are quantised in bands: libimagequant 2.17 loses memory by larger
// ones.
#include <gtest/gtest.h>
#include <malloc.h>

#include <cmath>

#include "codec/imagequant.h"
#include "tests/codec/decode.h"

namespace whittle::codec {
namespace {

constexpr int kWidth = 2400, kHeight = 1800;

// Colours that change slowly, and a little noise.
const Rows& Large() {
  static const Rows rows = [] {
    Rows made = BlankRows(kWidth, kHeight, pixel::PixelFormat::kRgb8);
    std::uint32_t random = 1;
    for (int y = 0; y < kHeight; ++y) {
      for (int x = 0; x < kWidth; ++x) {
        random = random * 1664525 + 1013904223;
        const int noise = static_cast<int>(random >> 29);
        made.Set(x, y, 0, 20 + 200 * x / kWidth + noise);
        made.Set(x, y, 1, 20 + 200 * y / kHeight + noise);
        made.Set(x, y, 2, 60 + 90 * (x + y) / (kWidth + kHeight) + noise);
      }
    }
    return made;
  }();
  return rows;
}

std::vector<const Codec*> WithPalettes() {
  std::vector<const Codec*> codecs;
  for (const char* name : {"png", "gif"}) {
    if (const Codec* codec = ByName(name)) codecs.push_back(codec);
  }
  return codecs;
}

Bytes Quantised(const Codec& codec) {
  auto file = Encode(codec, Large(), {.preset = Preset::kFast, .colours = 128}, 64);
  EXPECT_TRUE(file) << codec.name;
  return std::move(file).value_or(Bytes{});
}

TEST(LargePalette, LosesNoMemory) {
  ASSERT_LT(LiqRows(kWidth), kHeight) << "one image";
  for (const Codec* codec : WithPalettes()) {
    Quantised(*codec);  // what is made once
    const struct mallinfo2 before = mallinfo2();
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
    GTEST_SKIP() << "LEFT OUT: a sanitizer's allocator does not tell what it holds";
#endif
    ASSERT_GT(before.arena, 0U) << "the C library's allocator is not at work";
    for (int i = 0; i < 3; ++i) Quantised(*codec);
    const struct mallinfo2 after = mallinfo2();
    const auto held = [](const struct mallinfo2& info) {
      return static_cast<std::int64_t>(info.uordblks + info.hblkhd);
    };
    EXPECT_LT(held(after) - held(before), 16 * kWidth) << codec->name << ": 3 pictures";
  }
}

// Mean difference of some rows, over a square around each pixel, as dithering is seen.
double Difference(const Rows& shown, int from, int count) {
  constexpr int kSquare = 8;
  double sum = 0;
  int squares = 0;
  for (int y = from; y + kSquare <= from + count; y += kSquare) {
    for (int x = 0; x + kSquare <= kWidth; x += kSquare, ++squares) {
      int difference = 0;
      for (int v = y; v < y + kSquare; ++v) {
        for (int u = x; u < x + kSquare; ++u) {
          difference += shown.Sample(u, v, 1) - Large().Sample(u, v, 1);
        }
      }
      sum += std::abs(difference) / static_cast<double>(kSquare * kSquare);
    }
  }
  return sum / squares;
}

TEST(LargePalette, HasNoSeam) {
  for (const Codec* codec : WithPalettes()) {
    const Bytes file = Quantised(*codec);
    Rows shown = *DecodeRows(file.view(), {}, 64);
    ASSERT_EQ(shown.height, kHeight);
    const double all = Difference(shown, 0, kHeight);
    EXPECT_LT(all, 2) << codec->name;
    const int seam = LiqRows(kWidth);
    EXPECT_LT(Difference(shown, seam, 16), 2 * all + 0.5) << codec->name;
    EXPECT_LT(Difference(shown, seam - 16, 16), 2 * all + 0.5) << codec->name;
  }
}

}  // namespace
}  // namespace whittle::codec
