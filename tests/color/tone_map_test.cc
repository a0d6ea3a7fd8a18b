#include "color/tone_map.h"

#include <gtest/gtest.h>

namespace whittle::color {
namespace {

// BT.2100-2, table 4, and BT.2408, table 1: 58 % of PQ is reference white, 75 % is 1000 cd/m2.
TEST(PqLight, IsThatOfTheStandard) {
  EXPECT_EQ(PqLight(0), 0);
  EXPECT_NEAR(PqLight(1) * 203, 10000, 1e-6);
  EXPECT_NEAR(PqLight(0.580689) * 203, 203, 0.01);
  EXPECT_NEAR(PqLight(0.751827) * 203, 1000, 0.05);
  EXPECT_NEAR(PqLight(0.508078) * 203, 100, 0.01);
  EXPECT_NEAR(PqLight(0.149946) * 203, 1, 0.001);
}

// BT.2100-2, table 5: half the code is a twelfth of the light; BT.2408: 75 % is reference white.
TEST(Hlg, IsThatOfTheStandard) {
  EXPECT_EQ(HlgScene(0), 0);
  EXPECT_NEAR(HlgScene(0.25), 1.0 / 48, 1e-12);
  EXPECT_NEAR(HlgScene(0.5), 1.0 / 12, 1e-9);
  EXPECT_NEAR(HlgScene(0.5000001), 1.0 / 12, 1e-6) << "the pieces meet";
  EXPECT_NEAR(HlgScene(0.75), 0.26496, 1e-4);
  EXPECT_NEAR(HlgScene(1), 1, 1e-6);
  EXPECT_NEAR(HlgScene(0.75) * HlgGain(HlgScene(0.75)), 1, 0.002) << "reference white";
  EXPECT_NEAR(HlgGain(1) * 203, 1000, 1e-9);
  EXPECT_EQ(HlgGain(0), 0);
}

float Mapped(float light) { return ToneCurve()(light) * light; }

TEST(ToneCurve, HalvesUpToReferenceWhiteAndEndsAtThePeak) {
  constexpr float kPeak = 1000.0F / 203;
  EXPECT_EQ(Mapped(0), 0);
  EXPECT_EQ(Mapped(0.3F), 0.15F);
  EXPECT_EQ(Mapped(1), 0.5F);
  EXPECT_NEAR(Mapped(kPeak), 1, 1e-6);
  EXPECT_NEAR(Mapped(kPeak * 2), 1, 1e-6);
  EXPECT_NEAR(Mapped(10000.0F / 203), 1, 1e-6);
}

TEST(ToneCurve, BendsWithoutACornerAndNeverTurns) {
  float before = 0.5F;
  for (float x = 1.01F; x < 4.93F; x += 0.01F) {
    const float now = Mapped(x);
    EXPECT_GT(now, before - 1e-6F) << x;
    EXPECT_LT(now - before, 0.0051F) << "never steeper than the straight part, at " << x;
    before = now;
  }
  EXPECT_NEAR(Mapped(1.01F) - 0.5F, 0.005F, 1e-4F) << "as steep as it was";
  EXPECT_NEAR(before, 1, 1e-3F);
}

// Greys of PQ in Chromium 156, as amounts of light of sRGB's codes 154, 205, 223, 237 and 251 (of
// the codes 155, 166, 177 and 188 of 255).
TEST(ToneCurve, IsChromiums) {
  EXPECT_NEAR(Mapped(1.2947F), 0.6038F, 0.005F);
  EXPECT_NEAR(Mapped(1.9413F), 0.7379F, 0.005F);
  EXPECT_NEAR(Mapped(2.8969F), 0.8550F, 0.005F);
  EXPECT_NEAR(Mapped(4.3094F), 0.9647F, 0.005F);
}

}  // namespace
}  // namespace whittle::color
