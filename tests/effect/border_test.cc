#include "effect/border.h"

#include <algorithm>
#include <cstdlib>
#include <random>

#include "tests/effect/frames.h"

namespace whittle::effect {
namespace {

std::optional<Rectangle> Found(const TestFrame& frame, double tolerance, int batch = 1000) {
  BorderFinder finder(tolerance);
  for (int y = 0; y < frame.height(); y += batch) {
    finder.Feed(frame.rows().Slice(y, std::min(batch, frame.height() - y)));
  }
  return finder.box();
}

// The definition, in floating point and without order.
std::optional<Rectangle> PlainBox(const TestFrame& frame, double tolerance) {
  const bool alpha = HasAlpha(frame.format());
  const double full = frame.full();
  int left = frame.width(), top = frame.height(), right = -1, bottom = -1;
  frame.ForEach([&](int x, int y, int c) {
    double distance = std::abs(frame.at(x, y, c) - frame.at(0, 0, c)) * (255 / full);
    const int last = frame.channels() - 1;
    if (alpha && c < last) distance *= frame.at(x, y, last) / full;
    if (distance <= tolerance + 1e-9) return;
    left = std::min(left, x);
    right = std::max(right, x);
    top = std::min(top, y);
    bottom = std::max(bottom, y);
  });
  if (right < 0) return std::nullopt;
  return Rectangle{static_cast<unsigned>(left), static_cast<unsigned>(top),
                   static_cast<unsigned>(right - left + 1),
                   static_cast<unsigned>(bottom - top + 1)};
}

TEST(BorderFinder, FindsSpecksOfAllFormatsInBatchesOfAnySize) {
  std::mt19937 random(3);
  for (const PixelFormat format : kFormats) {
    for (int round = 0; round < 60; ++round) {
      TestFrame frame(1 + static_cast<int>(random() % 23), 1 + static_cast<int>(random() % 19),
                      format);
      frame.Fill(frame.full() / 2);
      for (unsigned specks = random() % 4; specks > 0; --specks) {
        frame.set(static_cast<int>(random() % static_cast<unsigned>(frame.width())),
                  static_cast<int>(random() % static_cast<unsigned>(frame.height())),
                  static_cast<int>(random() % static_cast<unsigned>(frame.channels())),
                  static_cast<int>(random() % static_cast<unsigned>(frame.full() + 1)));
      }
      for (const double tolerance : {0.0, 1.0, 10.5, 63.75, 200.0}) {
        const auto expected = PlainBox(frame, tolerance);
        for (const int batch : {1, 3, 100}) {
          EXPECT_EQ(Found(frame, tolerance, batch), expected)
              << static_cast<int>(format) << ' ' << round << ' ' << tolerance;
        }
      }
    }
  }
}

TEST(BorderFinder, ToleranceIsTheLargestDistanceOfBorder) {
  TestFrame frame(9, 7, PixelFormat::kRgb8);
  frame.Fill(200);
  frame.set(4, 3, 1, 190);
  EXPECT_EQ(Found(frame, 10), std::nullopt);
  EXPECT_EQ(Found(frame, 9.99), (Rectangle{4, 3, 1, 1}));
  TestFrame wide(9, 7, PixelFormat::kRgb16);
  wide.Fill(200 * 257);
  wide.set(4, 3, 1, 190 * 257);
  EXPECT_EQ(Found(wide, 10), std::nullopt);
  EXPECT_EQ(Found(wide, 9.99), (Rectangle{4, 3, 1, 1}));
}

TEST(BorderFinder, ColourThatNobodySeesIsBorder) {
  TestFrame frame = NoiseFrame(12, 12, PixelFormat::kRgba8);
  for (int y = 0; y < 12; ++y) {
    for (int x = 0; x < 12; ++x) frame.set(x, y, 3, 0);
  }
  EXPECT_EQ(Found(frame, 0), std::nullopt);
  frame.set(5, 6, 3, 255);
  EXPECT_EQ(Found(frame, 10), (Rectangle{5, 6, 1, 1}));
}

TEST(BorderFinder, AllIsContentWhereEveryEdgeDiffers) {
  const TestFrame frame = NoiseFrame(40, 30, PixelFormat::kRgb8, 5);
  EXPECT_EQ(Found(frame, 3), (Rectangle{0, 0, 40, 30}));
}

TEST(BorderFinder, NothingInNothing) {
  BorderFinder finder(10);
  EXPECT_EQ(finder.box(), std::nullopt);
  finder.Feed({});
  EXPECT_EQ(finder.box(), std::nullopt);
}

}  // namespace
}  // namespace whittle::effect
