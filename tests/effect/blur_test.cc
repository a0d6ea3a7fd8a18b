#include "effect/blur.h"

#include <cmath>
#include <functional>

#include "effect/gaussian.h"
#include "tests/effect/frames.h"
#include "tests/effect/plain_blur.h"

namespace whittle::effect {
namespace {

using PlaneBlur = std::function<Plane(const Plane&)>;

// Every channel through `blur`, colour multiplied by alpha. Calls check(x, y, c, expected), where
// expected is not rounded.
template <class Check>
void Against(const TestFrame& frame, const PlaneBlur& blur, Check check) {
  const bool has_alpha = HasAlpha(frame.format());
  const int last = frame.channels() - 1;
  const auto plane_of = [&](int c) {
    Plane plane{frame.width(), frame.height(), {}};
    for (int y = 0; y < frame.height(); ++y) {
      for (int x = 0; x < frame.width(); ++x) {
        const double share =
            has_alpha && c < last ? frame.at(x, y, last) / static_cast<double>(frame.full()) : 1;
        plane.values.push_back(frame.at(x, y, c) * share);
      }
    }
    return blur(plane);
  };
  const Plane alpha = plane_of(last);
  for (int c = 0; c <= last; ++c) {
    const Plane plane = plane_of(c);
    for (int y = 0; y < frame.height(); ++y) {
      for (int x = 0; x < frame.width(); ++x) {
        double expected = plane.at(x, y);
        if (has_alpha && c < last) {
          expected =
              std::floor(alpha.at(x, y) + 0.5) == 0 ? 0 : expected * frame.full() / alpha.at(x, y);
        }
        check(x, y, c, expected);
      }
    }
  }
}

Plane PlainMean(const Plane& plane) {
  Plane mean = plane;
  for (int y = 0; y < plane.height; ++y) {
    for (int x = 0; x < plane.width; ++x) {
      double sum = 0;
      for (int dy = -1; dy <= 1; ++dy) {
        for (int dx = -1; dx <= 1; ++dx) {
          sum += plane.at(std::clamp(x + dx, 0, plane.width - 1),
                          std::clamp(y + dy, 0, plane.height - 1));
        }
      }
      mean.at(x, y) = sum / 9;
    }
  }
  return mean;
}

TEST(BoxBlur3, IsTheRoundedMeanOfNinePixels) {
  for (const PixelFormat format : kFormats) {
    for (const auto& [width, height] : {std::pair{1, 1}, {2, 1}, {1, 3}, {2, 2}, {19, 13}}) {
      const TestFrame frame = NoiseFrame(width, height, format, 4);
      TestFrame blurred = frame;
      ASSERT_TRUE(BoxBlur3(blurred.rows()));
      EXPECT_TRUE(blurred.PaddingIsIntact());
      Against(frame, PlainMean, [&](int x, int y, int c, double expected) {
        EXPECT_NEAR(blurred.at(x, y, c), expected, 0.5001)
            << static_cast<int>(format) << ": " << x << ' ' << y << ' ' << c;
      });
    }
  }
}

TEST(GaussianBlur, IsExactForSmallSigmas) {
  for (const PixelFormat format : kFormats) {
    const TestFrame frame = NoiseFrame(37, 23, format, 7);
    for (const double sigma : {0.3, 0.8, 2.5, 7.9}) {
      TestFrame blurred = frame;
      ASSERT_TRUE(GaussianBlur(blurred.rows(), sigma));
      EXPECT_TRUE(blurred.PaddingIsIntact());
      // Half a code for rounding; the kernel's ends and single precision make the rest.
      const double most = frame.full() == 255 ? 0.53 : 5;
      Against(
          frame, [&](const Plane& plane) { return PlainBlur(plane, sigma); },
          [&](int x, int y, int c, double expected) {
            ASSERT_NEAR(blurred.at(x, y, c), expected, most)
                << static_cast<int>(format) << ": " << x << ' ' << y << ' ' << c << ' ' << sigma;
          });
    }
  }
}

// Steps and dots that stand badly on the grid of cells are the worst case.
TEST(GaussianBlur, OnCellsStaysWithinFourTenthsOfACode) {
  for (const double sigma : {8.0, 11.0, 15.99, 16.0, 40.0, 300.0}) {
    for (const int edge : {1, 40, 41}) {
      TestFrame frame(101, 67, PixelFormat::kGrey16);
      for (int y = 0; y < frame.height(); ++y) {
        for (int x = edge; x < frame.width(); ++x) {
          frame.set(x, y, 0, y > edge / 2 ? 65535 : 20000 + (x * y * 37) % 30000);
        }
      }
      TestFrame blurred = frame;
      ASSERT_TRUE(GaussianBlur(blurred.rows(), sigma));
      double largest = 0;
      Against(
          frame, [&](const Plane& plane) { return PlainBlur(plane, sigma); },
          [&](int x, int y, int c, double expected) {
            largest = std::max(largest, std::abs(blurred.at(x, y, c) - expected) / 257);
          });
      EXPECT_LT(largest, 0.4) << sigma << ' ' << edge;
      RecordProperty("largest_" + std::to_string(sigma), std::to_string(largest));
    }
  }
}

TEST(GaussianBlur, LeavesOneColourAlone) {
  for (const PixelFormat format : kFormats) {
    for (const double sigma : {0.3, 5.0, 9.0, 300.0}) {
      TestFrame frame(70, 40, format);
      frame.ForEach([&](int x, int y, int c) { frame.set(x, y, c, frame.full() - 13 * c); });
      TestFrame blurred = frame;
      ASSERT_TRUE(GaussianBlur(blurred.rows(), sigma));
      EXPECT_EQ(blurred, frame) << static_cast<int>(format) << ' ' << sigma;
    }
  }
}

// Green that nobody sees, around an opaque red dot.
TEST(GaussianBlur, HasNoHaloAroundTransparency) {
  TestFrame frame(21, 21, PixelFormat::kRgba8);
  frame.ForEach([&](int x, int y, int c) { frame.set(x, y, c, c == 1 ? 255 : 0); });
  frame.set(10, 10, 0, 255);
  frame.set(10, 10, 1, 0);
  frame.set(10, 10, 3, 255);
  for (const bool box : {false, true}) {
    TestFrame blurred = frame;
    ASSERT_TRUE(box ? BoxBlur3(blurred.rows()) : GaussianBlur(blurred.rows(), 1.2));
    int seen = 0;
    for (int y = 0; y < 21; ++y) {
      for (int x = 0; x < 21; ++x) {
        if (blurred.at(x, y, 3) == 0) continue;
        ++seen;
        EXPECT_EQ(blurred.at(x, y, 0), 255);
        EXPECT_EQ(blurred.at(x, y, 1), 0);
      }
    }
    EXPECT_GE(seen, 9);
  }
}

TEST(GaussianBlur, IsTheSameOnEveryTarget) {
  for (const double sigma : {1.0, 20.0}) {
    const TestFrame frame = NoiseFrame(123, 45, PixelFormat::kRgba16, 9);
    std::optional<TestFrame> first;
    OnEveryTarget([&] {
      TestFrame blurred = frame;
      ASSERT_TRUE(GaussianBlur(blurred.rows(), sigma));
      if (!first) first = blurred;
      EXPECT_EQ(blurred, *first);
    });
  }
}

TEST(GaussianBlur, ServesPicturesOfAnySize) {
  for (const double sigma : {0.3, 7.9, 8.0, 1000.0}) {
    for (const int width : {1, 2, 5, 64, 200}) {
      for (const int height : {1, 3, 65}) {
        TestFrame frame = NoiseFrame(width, height, PixelFormat::kRgb8);
        ASSERT_TRUE(GaussianBlur(frame.rows(), sigma));
        EXPECT_TRUE(frame.PaddingIsIntact());
      }
    }
  }
}

TEST(Blur, StopsWhenAsked) {
  std::stop_source source;
  source.request_stop();
  TestFrame frame = NoiseFrame(30, 30, PixelFormat::kRgb8);
  EXPECT_EQ(GaussianBlur(frame.rows(), 3, source.get_token()).error().kind, ErrorKind::kCancelled);
  EXPECT_EQ(BoxBlur3(frame.rows(), source.get_token()).error().kind, ErrorKind::kCancelled);
}

// 8192 pixels of four channels of 4 bytes, in 65 rows and a few.
TEST(Blur, HoldsRowsOnly) {
  for (const double sigma : {0.3, 7.99, 8.0, 15.99, 1000.0}) {
    EXPECT_LT(GaussianBlurBytesNeeded(8192, PixelFormat::kRgba16, sigma), 77U * 8192 * 16) << sigma;
  }
  EXPECT_LT(BoxBlur3BytesNeeded(8192, PixelFormat::kRgba16), 8192U * 64);
}

}  // namespace
}  // namespace whittle::effect
