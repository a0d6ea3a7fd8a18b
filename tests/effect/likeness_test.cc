#include "effect/likeness.h"

#include <gtest/gtest.h>

#include <random>
#include <stop_token>
#include <vector>

#include "pixel/simd.h"
#include "tests/effect/plain_likeness.h"
#include "tests/support/pictures.h"

namespace whittle::effect {
namespace {

using test::Picture;

// Codes of luma at full and of chroma at half resolution, and the plain planes of the same.
struct Codes {
  std::array<Picture, 3> planes;

  LikenessPlanes view(bool grey = false) const {
    const auto span = [](const Picture& p) {
      return pixel::ConstRowSpan{p.samples.data(), static_cast<std::size_t>(p.width), p.width,
                                 p.height, pixel::PixelFormat::kGrey8};
    };
    if (grey) return {.luma = span(planes[0]), .cb = {}, .cr = {}};
    return {.luma = span(planes[0]), .cb = span(planes[1]), .cr = span(planes[2])};
  }
  test::PlainColours plain() const {
    test::PlainColours colours;
    for (std::size_t p = 0; p < 3; ++p) {
      colours[p] = test::PlainPlane(planes[p].width, planes[p].height);
      std::ranges::copy(planes[p].samples, colours[p].values.begin());
    }
    return colours;
  }
};

Codes Photo(int width, int height) {
  Codes codes = {{test::Photo(width, height, 1, 3),
                  test::Photo((width + 1) / 2, (height + 1) / 2, 1, 5),
                  test::Photo((width + 1) / 2, (height + 1) / 2, 1, 8)}};
  for (std::size_t p = 1; p < 3; ++p) {
    for (auto& code : codes.planes[p].samples) code = static_cast<std::uint8_t>(96 + code / 4);
  }
  return codes;
}

// With up to `most` added to or taken from every code.
Codes Noisy(Codes codes, int most, unsigned seed = 1) {
  std::mt19937 random(seed);
  const unsigned range = 2 * static_cast<unsigned>(most) + 1;
  for (Picture& plane : codes.planes) {
    for (auto& code : plane.samples) {
      const int by = static_cast<int>(random() % range) - most;
      code = static_cast<std::uint8_t>(std::clamp(code + by, 0, 255));
    }
  }
  return codes;
}

double ScoreOf(const Codes& original, const Codes& copy, bool grey = false) {
  return *Likeness(original.view(grey)).Score(copy.view(grey));
}

TEST(Likeness, IsTheFormulasOfThePlainReference) {
  const std::array<int, 2> sizes[] = {{160, 131}, {133, 160}, {64, 40}, {17, 9}, {1, 1}, {48, 3}};
  for (const auto& [width, height] : sizes) {
    const Codes original = Photo(width, height);
    for (const int noise : {1, 4, 15}) {
      const Codes copy = Noisy(original, noise);
      EXPECT_NEAR(ScoreOf(original, copy), PlainLikeness(original.plain(), copy.plain()), 0.4)
          << width << "x" << height << " noise " << noise;
    }
  }
}

TEST(Likeness, AFaithfulCopyScoresAHundredAndAWorseOneLess) {
  const Codes original = Photo(120, 90);
  EXPECT_NEAR(ScoreOf(original, original), 100, 1e-3);
  double before = 100;
  for (const int noise : {1, 3, 6, 12, 24}) {
    const double score = ScoreOf(original, Noisy(original, noise));
    EXPECT_LT(score, before - 1) << noise;
    before = score;
  }
}

TEST(Likeness, OneObjectJudgesManyCopies) {
  const Codes original = Photo(90, 70);
  Likeness likeness(original.view());
  const Codes near = Noisy(original, 2), far = Noisy(original, 20);
  const double first = *likeness.Score(near.view());
  EXPECT_EQ(*likeness.Score(far.view()), ScoreOf(original, far));
  EXPECT_EQ(*likeness.Score(near.view()), first);
}

// A copy that differs from its original in chroma's resolution alone.
TEST(Likeness, HalvedChromaLosesTheMoreTheMoreDetailThereIs) {
  for (const int width : {120, 61}) {
    const auto lost = [width](bool busy) {
      Codes fine = Photo(width, 90);
      for (std::size_t p = 1; p < 3; ++p) {
        fine.planes[p] = busy ? test::Noise(width, 90, 1, 7) : test::Blank(width, 90, 1, 150);
      }
      Codes coarse = fine;
      for (std::size_t p = 1; p < 3; ++p) {
        coarse.planes[p] = test::Blank((width + 1) / 2, 45, 1, busy ? 128 : 150);
      }
      const double score = ScoreOf(fine, coarse);
      EXPECT_NEAR(score, PlainLikeness(fine.plain(), coarse.plain()), 0.4);
      return 100 - score;
    };
    EXPECT_NEAR(lost(false), 0, 1e-3);
    EXPECT_GT(lost(true), 5);
  }
}

TEST(Likeness, GreyIsColourWithoutAny) {
  Codes original = Photo(100, 80);
  for (std::size_t p = 1; p < 3; ++p) original.planes[p].samples.assign(50 * 40, 128);
  Codes copy = original;
  copy.planes[0] = Noisy(original, 8).planes[0];
  EXPECT_NEAR(ScoreOf(original, copy, true), ScoreOf(original, copy), 0.05);
}

TEST(Likeness, IsTheSameOnEveryCpu) {
  const Codes original = Photo(203, 97);
  const Codes copy = Noisy(original, 7);
  std::vector<double> scores;
  for (const std::string& target : pixel::SimdTargets()) {
    ASSERT_TRUE(pixel::ForceSimdTarget(target));
    scores.push_back(ScoreOf(original, copy));
    EXPECT_EQ(scores.back(), scores.front()) << target;
  }
  ASSERT_TRUE(pixel::ForceSimdTarget("auto"));
}

TEST(Likeness, IsStopped) {
  std::stop_source stop;
  const Codes original = Photo(90, 70);
  Likeness likeness(original.view(), stop.get_token());
  EXPECT_TRUE(likeness.Score(original.view()));
  stop.request_stop();
  const auto score = likeness.Score(original.view());
  ASSERT_FALSE(score);
  EXPECT_EQ(score.error().kind, ErrorKind::kCancelled);
}

}  // namespace
}  // namespace whittle::effect
