#include "pixel/chroma_resizer.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <random>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "tests/pixel/reference.h"

namespace whittle::pixel::test {
namespace {

using whittle::test::Blank;
using whittle::test::Noise;
using whittle::test::Photo;

// Pictures here have the channels luma, Cb and Cr.

// Stripes and dots, black beside white, each with a colour of its own.
Picture Saturated(int width, int height) {
  Picture picture = Noise(width, height, 3, 3);
  for (auto& sample : picture.samples) sample = sample > 200 ? 255 : 0;
  return picture;
}

std::vector<std::pair<std::string, Picture>> Pictures(int width, int height) {
  return {{"photo", Photo(width, height)},
          {"noise", Noise(width, height)},
          {"saturated", Saturated(width, height)}};
}

// Where the weight is at least black's. Below that, a unit of the fixed point is up to a quarter of
// a code, and rounding of several may show.
constexpr double kSafeWeight = 32;

void ExpectNear(const Picture& result, const Chroma& exact) {
  ASSERT_EQ(result.samples.size(), exact.codes.samples.size());
  int safe = 0;
  int faint = 0;
  for (std::size_t i = 0; i < result.samples.size(); ++i) {
    const int off = std::abs(result.samples[i] - exact.codes.samples[i]);
    int& worst = exact.weights[i / 2] >= kSafeWeight ? safe : faint;
    worst = std::max(worst, off);
  }
  EXPECT_LE(safe, 1);
  EXPECT_LE(faint, 2);
}

// Compares the first target with exact arithmetic, and each other with the first.
void ExpectRight(const Geometry& g, const Picture& picture) {
  Picture first;
  OnEveryTarget([&](const std::string&) {
    const Picture result = RunChromaResizer(picture, g);
    if (first.samples.empty()) {
      first = result;
      ExpectNear(result, ExactChroma(picture, g));
    }
    EXPECT_EQ(result.samples, first.samples);
  });
}

void ExpectRight(const Geometry& g) {
  for (const auto& [name, picture] : Pictures(g.src_width, g.src_height)) {
    SCOPED_TRACE(testing::Message() << name << " " << g.src_width << "x" << g.src_height << " to "
                                    << g.dst_width << "x" << g.dst_height);
    ExpectRight(g, picture);
  }
}

TEST(ChromaResizer, IsWithinOneOfExactAtAllScales) {
  for (const double scale : {1.01, 1.5, 2.0, 3.5, 3.7, 8.0, 15.0}) {
    ExpectRight(
        Geometry::Whole(211, 160, static_cast<int>(211 / scale), static_cast<int>(160 / scale)));
  }
}

TEST(ChromaResizer, IsWithinOneOfExactForTinyPictures) {
  for (int width = 1; width <= 17; ++width) {
    for (int height = 1; height <= 17; ++height) {
      ExpectRight(Geometry::Whole(width, height, (width + 1) / 2, (height + 2) / 3));
      ExpectRight(Geometry::Whole(width, height, (width + 7) / 8, (height + 7) / 8));
    }
  }
}

TEST(ChromaResizer, IsWithinOneOfExactAtOddWidths) {
  for (int width = 18; width <= 131; width += 3) {
    ExpectRight(Geometry::Whole(width, 9, (width + 2) / 3, 4));
    ExpectRight(Geometry::Whole(width, 9, (width + 3) / 4, 2));
  }
}

TEST(ChromaResizer, IsWithinOneOfExactWhenEnlarging) {
  ExpectRight(Geometry::Whole(10, 7, 64, 33));
  ExpectRight(Geometry::Whole(5, 300, 40, 20));
  ExpectRight(Geometry::Whole(300, 5, 20, 400));
}

TEST(ChromaResizer, IsWithinOneOfExactAtExtremeShrink) {
  ExpectRight(Geometry::Whole(903, 600, 3, 2));
  ExpectRight(Geometry::Whole(1000, 1000, 1, 1));
  ExpectRight(Geometry::Whole(1, 5000, 1, 10));
  ExpectRight(Geometry::Whole(65500, 1, 10, 1));
  ExpectRight(Geometry::Whole(2, 2100, 2, 7));
}

TEST(ChromaResizer, TakesFractionalSourceRectangles) {
  Geometry g = Geometry::Whole(140, 101, 31, 20);
  g.left = 20.3, g.right = 119.85, g.top = 40.6, g.bottom = 98.1;
  ExpectRight(g);
  g = Geometry::Whole(67, 53, 15, 12);
  g.left = -1.9, g.bottom = 54.7;  // half an output sample beyond the picture
  ExpectRight(g);
}

TEST(ChromaResizer, BatchSizesDoNotMatter) {
  std::mt19937 random(5);
  ChromaResizer resizer;
  for (const auto& [w, h, dw, dh] : {std::tuple{60, 200, 20, 61},
                                     {60, 200, 20, 3},
                                     {60, 90, 50, 80},
                                     {7, 5, 9, 90},
                                     {61, 203, 7, 25},
                                     {60, 3000, 2, 90}}) {
    const Geometry g = Geometry::Whole(w, h, dw, dh);
    const Picture picture = Noise(w, h);
    const Picture expected = RunChromaResizer(picture, g);
    for (int largest : {1, 2, 3, 8, 64}) {
      const auto batch = [&] {
        return 1 + static_cast<int>(random() % static_cast<unsigned>(largest));
      };
      EXPECT_EQ(RunChromaResizer(resizer, picture, g, batch).samples, expected.samples);
    }
  }
}

// One colour under any luma: noise, and black beside white, where ringing is worst.
TEST(ChromaResizer, KeepsOneColour) {
  for (const auto& g : {Geometry::Whole(40, 30, 13, 7), Geometry::Whole(300, 90, 5, 2),
                        Geometry::Whole(5, 4, 9, 9), Geometry::Whole(67, 53, 16, 13),
                        Geometry::Whole(68, 52, 17, 13), Geometry::Whole(40, 30, 33, 29)}) {
    for (auto& [name, picture] : Pictures(g.src_width, g.src_height)) {
      SCOPED_TRACE(testing::Message() << name << " " << g.src_width << " to " << g.dst_width);
      for (int code = 0; code < 256; code += 3) {
        for (std::size_t i = 0; i < picture.samples.size(); i += 3) {
          picture.samples[i + 1] = static_cast<std::uint8_t>(code);
          picture.samples[i + 2] = static_cast<std::uint8_t>(255 - code);
        }
        const Picture result = RunChromaResizer(picture, g);
        const Chroma exact = ExactChroma(picture, g);
        for (std::size_t i = 0; i < result.samples.size(); i += 2) {
          if (exact.weights[i / 2] < kSafeWeight) continue;
          ASSERT_EQ(result.samples[i], code);
          ASSERT_EQ(result.samples[i + 1], 255 - code);
        }
      }
    }
  }
}

TEST(ChromaResizer, SameSizeIsIdentityUnderAnyLuma) {
  for (const auto& [name, picture] : Pictures(61, 43)) {
    const Picture result = RunChromaResizer(picture, Geometry::Whole(61, 43, 61, 43));
    for (std::size_t i = 0; i < result.samples.size(); ++i) {
      ASSERT_EQ(result.samples[i], picture.samples[i / 2 * 3 + 1 + i % 2]) << name << i;
    }
  }
}

TEST(ChromaResizer, EvenLumaMeansPlainAverages) {
  const Geometry g = Geometry::Whole(211, 160, 70, 53);
  Picture picture = Photo(211, 160);
  for (std::size_t i = 0; i < picture.samples.size(); i += 3) picture.samples[i] = 90;
  const Picture plain = ExactResize(picture, g, Light::kGamma);
  const Picture result = RunChromaResizer(picture, g);
  for (std::size_t i = 0; i < result.samples.size(); ++i) {
    ASSERT_NEAR(result.samples[i], plain.samples[i / 2 * 3 + 1 + i % 2], 1);
  }
}

TEST(ChromaResizer, BrightSamplesDecideTheColour) {
  Picture stripes = Blank(64, 64);
  for (int y = 0; y < 64; ++y) {
    for (int x = 0; x < 64; ++x) {
      const bool bright = x % 2 == 0;
      stripes.at(x, y, 0) = bright ? 223 : 0;
      stripes.at(x, y, 1) = bright ? 60 : 220;
      stripes.at(x, y, 2) = bright ? 200 : 128;
    }
  }
  const Picture result = RunChromaResizer(stripes, Geometry::Whole(64, 64, 8, 8));
  for (int x = 1; x < 7; ++x) {
    EXPECT_NEAR(result.at(x, 4, 0), (60 * 255 + 220 * 32) / 287.0, 2);
    EXPECT_NEAR(result.at(x, 4, 1), (200 * 255 + 128 * 32) / 287.0, 2);
  }
}

TEST(ChromaResizer, MirroredInputGivesMirroredOutput) {
  for (const auto& [w, h, dw, dh] : {std::tuple{200, 132, 60, 40},
                                     {200, 132, 50, 33},
                                     {640, 320, 40, 20},
                                     {97, 64, 31, 63},
                                     {620, 310, 20, 200},
                                     {9, 9, 40, 21}}) {
    SCOPED_TRACE(testing::Message() << w << "x" << h);
    const Geometry g = Geometry::Whole(w, h, dw, dh);
    const Picture picture = Noise(w, h);
    const Picture result = RunChromaResizer(picture, g);
    EXPECT_EQ(RunChromaResizer(MirroredX(picture), g).samples, MirroredX(result).samples);
    EXPECT_EQ(RunChromaResizer(MirroredY(picture), g).samples, MirroredY(result).samples);
  }
}

TEST(ChromaResizer, HoldsWhatItSaid) {
  for (const Geometry& g : {Geometry::Whole(1024, 683, 250, 167), Geometry::Whole(10, 10, 700, 900),
                            Geometry::Whole(3000, 2000, 400, 267), Geometry::Whole(65500, 3, 10, 2),
                            Geometry::Whole(1, 1, 1, 1)}) {
    ChromaResizer resizer;
    EXPECT_EQ(resizer.buffer_bytes(), 0U);
    ASSERT_TRUE(resizer.Configure(g));
    EXPECT_LE(resizer.buffer_bytes(), ChromaResizer::BytesNeeded(g));
    EXPECT_GE(resizer.buffer_bytes(), ChromaResizer::BytesNeeded(g) / 10 * 9);
    resizer.Release();
    EXPECT_EQ(resizer.buffer_bytes(), 0U);
  }
}

TEST(ChromaResizer, RefusesImpossibleJobs) {
  ChromaResizer resizer;
  const auto large = resizer.Configure(Geometry::Whole(Filter::kMaxSide + 1, 1, 1, 1));
  ASSERT_FALSE(large);
  EXPECT_EQ(large.error().kind, ErrorKind::kTooLarge);
  const auto empty = resizer.Configure(Geometry::Whole(1, 1, 1, 0));
  ASSERT_FALSE(empty);
  EXPECT_EQ(empty.error().kind, ErrorKind::kInternal);
  EXPECT_EQ(ChromaResizer::BytesNeeded(Geometry::Whole(1, 1, 1, 0)), 0U);
}

}  // namespace
}  // namespace whittle::pixel::test
