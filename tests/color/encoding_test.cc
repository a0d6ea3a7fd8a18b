#include "color/encoding.h"

#include <gtest/gtest.h>

#include <cmath>

#include "tests/color/chromium_patches.h"

namespace whittle::color {
namespace {

TEST(Encoding, IsNothingForWhatIsSrgbAnyway) {
  EXPECT_FALSE(EncodingOf(pixel::ColourSpace{}));
  EXPECT_FALSE(EncodingOf(Code(1, 13)));
  for (const int primaries : {0, 1, 2, 3, 13, 21, 23, 255}) {
    for (const int transfer : {0, 2, 3, 9, 10, 12, 13, 19, 255}) {
      EXPECT_FALSE(EncodingOf(
          Code(static_cast<std::uint8_t>(primaries), static_cast<std::uint8_t>(transfer))))
          << primaries << '/' << transfer;
    }
  }
}

TEST(Encoding, TakesWhatIsUnspecifiedForSrgbEachForItself) {
  const auto p3 = EncodingOf(Code(12, 2));
  ASSERT_TRUE(p3);
  EXPECT_EQ(p3->curve, kSrgbCurve);
  EXPECT_EQ(p3->chromaticities, kP3Chroma);
  const auto linear = EncodingOf(Code(2, 8));
  ASSERT_TRUE(linear);
  EXPECT_EQ(linear->chromaticities, kBt709);
  EXPECT_EQ(linear->curve.g, 1);
}

TEST(Encoding, KnowsHdrByItsTransferFunction) {
  EXPECT_EQ(HdrOf(Code(9, 16)), Hdr::kPq);
  EXPECT_EQ(HdrOf(Code(1, 18)), Hdr::kHlg);
  EXPECT_EQ(HdrOf(Code(9, 17)), Hdr::kNone);
  EXPECT_EQ(HdrOf(Code(16, 13)), Hdr::kNone);
  EXPECT_EQ(HdrOf(Gamma(1)), Hdr::kNone);
  EXPECT_EQ(EncodingOf(Code(1, 16))->hdr, Hdr::kPq);
  EXPECT_EQ(EncodingOf(Code(9, 14))->hdr, Hdr::kNone);
}

// Cameras' curves, which displays undo with 2.4.
TEST(Encoding, ReadsCamerasCurvesAsScreensDo) {
  for (const int transfer : {1, 6, 11, 14, 15}) {
    const auto encoding = EncodingOf(Code(1, static_cast<std::uint8_t>(transfer)));
    ASSERT_TRUE(encoding) << transfer;
    EXPECT_TRUE(encoding->curve.is_gamma());
    EXPECT_EQ(encoding->curve.g, 2.4);
  }
}

// IEC 61966-2-1 and SMPTE ST 240: straight near black.
TEST(Encoding, HasTheStraightPieces) {
  EXPECT_NEAR(kSrgbCurve(0.04), 0.04 / 12.92, 1e-12);
  EXPECT_NEAR(kSrgbCurve(0.5), std::pow(0.555 / 1.055, 2.4), 1e-12);
  const Curve st240 = EncodingOf(Code(1, 7))->curve;
  EXPECT_FALSE(st240.is_gamma());
  EXPECT_NEAR(st240(0.09), 0.0225, 1e-12);
  EXPECT_NEAR(st240(0.0912), 0.0228, 1e-12);
  EXPECT_NEAR(st240(0.0914), 0.02285, 1e-4) << "the pieces meet";
  EXPECT_NEAR(st240(1), 1, 1e-12);
}

TEST(Encoding, OfAGammaIsItsInverse) {
  const auto exact = EncodingOf(Calibrated(0.5, kSrgbChroma)), alone = EncodingOf(Gamma(0.4));
  ASSERT_TRUE(exact && alone);
  EXPECT_EQ(exact->curve.g, 2);
  EXPECT_EQ(exact->chromaticities, kSrgbChroma);
  EXPECT_EQ(alone->curve.g, 2.5);
  EXPECT_EQ(alone->chromaticities, kBt709);
}

TEST(Encoding, DoesNotCountPrimariesWithoutAGamma) {
  EXPECT_FALSE(EncodingOf(Calibrated(0, kP3Chroma)));
  EXPECT_FALSE(EncodingOf(Gamma(0)));
}

TEST(Encoding, DoesNotCountWhatNoDisplayHas) {
  EXPECT_FALSE(EncodingOf(Gamma(1e-5)));
  EXPECT_FALSE(EncodingOf(Gamma(0.049)));
  EXPECT_TRUE(EncodingOf(Gamma(0.051)));
  EXPECT_TRUE(EncodingOf(Gamma(19.9)));
  EXPECT_FALSE(EncodingOf(Gamma(20.1)));
  EXPECT_FALSE(EncodingOf(Calibrated(1, {0.3127, 0.329, 0.3, 0.3, 0.3, 0.3, 0.15, 0.06})));
  EXPECT_FALSE(EncodingOf(Calibrated(1, {0.3127, 0, 0.64, 0.33, 0.3, 0.6, 0.15, 0.06})));
  EXPECT_FALSE(EncodingOf(Calibrated(1, {0.0003, 0.0005, 0.64, 0.33, 0.3, 0.6, 0.15, 0.06})));
  EXPECT_FALSE(EncodingOf(Calibrated(1, {0.3127, 0.329, 0.3, 0.3, 0.31, 0.3, 0.3, 0.305})))
      << "a triangle of 5e-5, twice its area";
  EXPECT_TRUE(EncodingOf(Calibrated(1, {0.3127, 0.329, 0.3, 0.3, 0.33, 0.3, 0.3, 0.33})));
  EXPECT_FALSE(EncodingOf(Calibrated(1, {0, 0, 0, 0, 0, 0, 0, 0})));
  EXPECT_FALSE(EncodingOf(Calibrated(1, {-40, 900, 1e9, 0.33, -1e9, 0.6, 0.15, 1e9})));
}

TEST(Encoding, OfGreyHasNoPrimaries) {
  EXPECT_FALSE(GreyEncodingOf(Code(12, 13)));
  EXPECT_FALSE(GreyEncodingOf(Code(9, 2)));
  const auto linear = GreyEncodingOf(Code(9, 8));
  ASSERT_TRUE(linear);
  EXPECT_EQ(linear->chromaticities, kBt709);
  EXPECT_EQ(linear->curve.g, 1);
  EXPECT_EQ(GreyEncodingOf(Code(9, 16))->hdr, Hdr::kPq);
}

// BT.2087, table 3 has this matrix with four digits.
TEST(Between, IsTheMatrixOfTheStandards) {
  const Matrix to_709 = *Between(kBt2020, kBt709);
  const Matrix known = {
      {{1.6605, -0.5876, -0.0728}, {-0.1246, 1.1329, -0.0083}, {-0.0182, -0.1006, 1.1187}}};
  for (std::size_t i = 0; i < 3; ++i) {
    for (std::size_t j = 0; j < 3; ++j) EXPECT_NEAR(to_709[i][j], known[i][j], 1e-4) << i << j;
  }
}

TEST(Between, KeepsWhiteWhite) {
  for (const auto& from : {kD50Chroma, kP3Chroma, kBt2020}) {
    const Matrix matrix = *Between(from, kBt709);
    for (const auto& row : matrix) {
      EXPECT_NEAR(row[0] + row[1] + row[2], 1, 1e-9);
    }
  }
}

}  // namespace
}  // namespace whittle::color
