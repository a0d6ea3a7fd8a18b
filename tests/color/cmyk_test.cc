#include "color/cmyk.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "tests/codec/decode.h"
#include "tests/support/corpus.h"
#include "tests/support/pictures.h"

namespace whittle::color {
namespace {

test::Picture Converted(const CmykToRgb& converter, test::Picture ink) {
  test::Picture rgb = test::Blank(ink.width, ink.height, 3);
  converter.Convert(codec::RowsOf(ink, 0, ink.height), codec::RowsOf(rgb, 0, rgb.height));
  return rgb;
}

struct Loaded {
  test::Picture ink;
  Bytes icc;
};
Loaded Load(const char* name) {
  const Bytes file = test::ReadFile(*test::CorpusDir() / name);
  auto header = codec::Sniff(file.view())->probe(file.view(), {});
  auto ink = codec::Decode(file.view());
  EXPECT_TRUE(ink && header) << name;
  EXPECT_EQ(ink->channels, 4) << name;
  return {std::move(*ink), std::move(header->icc)};
}

TEST(CmykToRgb, IsTheCssFormulaWithoutAProfile) {
  const CmykToRgb naive({});
  EXPECT_FALSE(naive.by_profile());
  const test::Picture ink = test::Noise(67, 5, 4);
  const test::Picture rgb = Converted(naive, ink);
  for (int y = 0; y < ink.height; ++y) {
    for (int x = 0; x < ink.width; ++x) {
      for (int c = 0; c < 3; ++c) {
        const double light = (1 - ink.at(x, y, c) / 255.0) * (1 - ink.at(x, y, 3) / 255.0);
        ASSERT_NEAR(rgb.at(x, y, c), light * 255, 0.5001) << x << ' ' << y << ' ' << c;
      }
    }
  }
}

TEST(CmykToRgb, IsNaiveWhereTheProfileIsNotForInk) {
  EXPECT_FALSE(CmykToRgb(AsBytes("not a profile at all")).by_profile());
  const std::string zeros(4096, '\0');
  EXPECT_FALSE(CmykToRgb(AsBytes(zeros)).by_profile());
}

TEST(CmykToRgb, LeavesPaddingAlone) {
  test::Picture ink = test::Noise(3, 2, 4);
  std::vector<std::uint8_t> padded(2 * 16, 99);
  CmykToRgb({}).Convert(codec::RowsOf(ink, 0, 2),
                        {padded.data(), 16, 3, 2, pixel::PixelFormat::kRgb8});
  for (std::size_t row = 0; row < 2; ++row) {
    for (std::size_t i = 9; i < 16; ++i) EXPECT_EQ(padded[row * 16 + i], 99);
  }
}

TEST(CmykToRgb, ConvertsThroughTheEmbeddedProfile) {
  WHITTLE_NEEDS_CORPUS();
  const Loaded photo = Load("conformance/jpeg/cmyk/Channel_digital_image_CMYK_color.jpg");
  ASSERT_GT(photo.icc.size(), 100'000U);  // SWOP's tables
  CmykToRgb converter(photo.icc.view());
  ASSERT_TRUE(converter.by_profile());
  // Paper is white and all inks together are nearly black, whichever way a bug would invert them.
  test::Picture ends = test::Blank(2, 1, 4);
  for (int c = 0; c < 4; ++c) ends.at(1, 0, c) = 255;
  const test::Picture shown = Converted(converter, ends);
  for (int c = 0; c < 3; ++c) {
    EXPECT_GE(shown.at(0, 0, c), 253);
    EXPECT_LE(shown.at(1, 0, c), 12);
  }
  // Profiled and naive agree on the picture, not on its colours.
  const test::Picture rgb = Converted(converter, photo.ink);
  const test::Picture naive = Converted(CmykToRgb({}), photo.ink);
  EXPECT_GT(test::Compare(rgb, naive).mean, 2);
  EXPECT_LT(test::Compare(rgb, naive).mean, 40);
}

TEST(CmykToRgb, ShowsTheCorpusPicturesUpright) {
  WHITTLE_NEEDS_CORPUS();
  const auto reference = [](const char* name) {
    return test::DecodePng(test::ReadFile(*test::CorpusDir() / name).view());
  };
  const Loaded adobe = Load("conformance/derived/jpeg/cmyk_adobe_inverted.jpg");
  EXPECT_LT(test::Compare(Converted(CmykToRgb(adobe.icc.view()), adobe.ink),
                          reference("conformance/derived/png/rgb8.png"))
                .mean,
            5);
  // Made by the naive formula, so its profile changes the colours, but light stays light.
  const Loaded cgats = Load("conformance/derived/icc/cmyk_with_cgats001.jpg");
  ASSERT_TRUE(CmykToRgb(cgats.icc.view()).by_profile());
  EXPECT_LT(test::Compare(Converted(CmykToRgb(cgats.icc.view()), cgats.ink),
                          reference("conformance/derived/icc/reference_srgb.png"))
                .mean,
            40);
}

}  // namespace
}  // namespace whittle::color
