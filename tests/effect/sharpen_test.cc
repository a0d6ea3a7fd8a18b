#include "effect/sharpen.h"

#include <algorithm>
#include <cmath>

#include "tests/effect/frames.h"
#include "tests/effect/plain_blur.h"

namespace whittle::effect {
namespace {

double LumaAt(const TestFrame& frame, int x, int y) {
  if (IsGrey(frame.format())) return frame.at(x, y, 0);
  return 0.2126 * frame.at(x, y, 0) + 0.7152 * frame.at(x, y, 1) + 0.0722 * frame.at(x, y, 2);
}

TEST(Sharpen, AddsTheDifferenceFromTheBlurredLuma) {
  for (const PixelFormat format : kFormats) {
    for (const auto& [sigma, amount] : {std::pair{0.5, 1.0}, {1.5, 0.3}, {4.0, 6.0}}) {
      const TestFrame frame = NoiseFrame(29, 17, format, 3);
      const int last = frame.channels() - 1;
      Plane luma{29, 17, {}}, alpha = luma;
      for (int y = 0; y < 17; ++y) {
        for (int x = 0; x < 29; ++x) {
          const double share =
              HasAlpha(format) ? frame.at(x, y, last) / static_cast<double>(frame.full()) : 1;
          luma.values.push_back(LumaAt(frame, x, y) * share);
          alpha.values.push_back(share);
        }
      }
      luma = PlainBlur(luma, sigma);
      alpha = PlainBlur(alpha, sigma);
      TestFrame sharp = frame;
      ASSERT_TRUE(Sharpen(sharp.rows(), sigma, amount));
      EXPECT_TRUE(sharp.PaddingIsIntact());
      frame.ForEach([&](int x, int y, int c) {
        double expected = frame.at(x, y, c);
        const bool colour = !HasAlpha(format) || c < last;
        if (colour && !(HasAlpha(format) && frame.at(x, y, last) == 0)) {
          expected += amount * (LumaAt(frame, x, y) - luma.at(x, y) / alpha.at(x, y));
        }
        // The ends of the kernel are cut, the error of which is multiplied; rounding besides.
        ASSERT_NEAR(sharp.at(x, y, c), std::clamp<double>(expected, 0, frame.full()),
                    0.51 + amount * frame.full() / 255.0 * 0.05)
            << static_cast<int>(format) << ": " << x << ' ' << y << ' ' << c << ' ' << sigma;
      });
    }
  }
}

TEST(Sharpen, LeavesOneColourAndAlphaAlone) {
  for (const PixelFormat format : kFormats) {
    TestFrame frame(30, 20, format);
    frame.ForEach([&](int x, int y, int c) { frame.set(x, y, c, frame.full() - 13 * c); });
    TestFrame sharp = frame;
    ASSERT_TRUE(Sharpen(sharp.rows(), 2, 1));
    EXPECT_EQ(sharp, frame) << static_cast<int>(format);
  }
}

TEST(Sharpen, KeepsDifferencesBetweenColours) {
  TestFrame frame(40, 8, PixelFormat::kRgb8);
  frame.ForEach([&](int x, int y, int c) { frame.set(x, y, c, (x < 20 ? 90 : 140) + 20 * c); });
  TestFrame sharp = frame;
  ASSERT_TRUE(Sharpen(sharp.rows(), 1, 0.5));
  EXPECT_LT(sharp.at(19, 4, 0), 90);
  EXPECT_GT(sharp.at(20, 4, 0), 140);
  for (int x = 0; x < 40; ++x) {
    EXPECT_EQ(sharp.at(x, 4, 1) - sharp.at(x, 4, 0), 20);
    EXPECT_EQ(sharp.at(x, 4, 2) - sharp.at(x, 4, 0), 40);
  }
}

TEST(Sharpen, IsTheSameOnEveryTarget) {
  const TestFrame frame = NoiseFrame(99, 31, PixelFormat::kRgba8, 2);
  std::optional<TestFrame> first;
  OnEveryTarget([&] {
    TestFrame sharp = frame;
    ASSERT_TRUE(Sharpen(sharp.rows(), 1.7, 1.3));
    if (!first) first = sharp;
    EXPECT_EQ(sharp, *first);
  });
}

TEST(Sharpen, StopsWhenAskedAndHoldsRowsOnly) {
  std::stop_source source;
  source.request_stop();
  TestFrame frame = NoiseFrame(30, 30, PixelFormat::kRgb8);
  EXPECT_EQ(Sharpen(frame.rows(), 3, 1, source.get_token()).error().kind, ErrorKind::kCancelled);
  EXPECT_LT(SharpenBytesNeeded(8192, PixelFormat::kRgba16, 10), 8192U * 8 * 77);
}

}  // namespace
}  // namespace whittle::effect
