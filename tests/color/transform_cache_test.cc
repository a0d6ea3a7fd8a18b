#include "color/transform_cache.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "color/cmyk.h"
#include "tests/codec/decode.h"
#include "tests/color/chromium_patches.h"
#include "tests/color/profiles.h"
#include "tests/support/corpus.h"
#include "tests/support/pictures.h"

namespace whittle::color {
namespace {

using pixel::PixelFormat;

TEST(TransformCache, GivesTheSameTransformAgain) {
  TransformCache cache;
  const std::string adobe = AdobeProfile();
  const auto first = cache.Get(AsBytes(adobe), PixelFormat::kRgb8);
  ASSERT_NE(first, nullptr);
  const std::string copy = adobe;
  EXPECT_EQ(cache.Get(AsBytes(copy), PixelFormat::kRgb8), first);
  EXPECT_EQ(cache.size(), 1U);
  const auto other = cache.Get(AsBytes(adobe), PixelFormat::kRgba8);
  EXPECT_NE(other, first);
  EXPECT_EQ(other->from(), PixelFormat::kRgba8);
  EXPECT_EQ(cache.size(), 2U);
}

TEST(TransformCache, RemembersWhatIsOfNoUse) {
  TransformCache cache;
  EXPECT_EQ(cache.Get(AsBytes("no profile"), PixelFormat::kRgb8), nullptr);
  EXPECT_EQ(cache.Get(AsBytes("no profile"), PixelFormat::kRgb8), nullptr);
  EXPECT_EQ(cache.size(), 1U);
}

TEST(TransformCache, TellsCodePointsFromOneAnotherAndFromProfiles) {
  TransformCache cache;
  const auto p3 = cache.Get(Code(12, 13), PixelFormat::kRgb8);
  ASSERT_NE(p3, nullptr);
  EXPECT_EQ(cache.Get(Code(12, 13), PixelFormat::kRgb8), p3);
  EXPECT_EQ(cache.size(), 1U);
  EXPECT_NE(cache.Get(Code(9, 13), PixelFormat::kRgb8), p3);
  EXPECT_NE(cache.Get(Code(12, 16), PixelFormat::kRgb8), p3);
  EXPECT_NE(cache.Get(Gamma(1), PixelFormat::kRgb8), cache.Get(Gamma(2), PixelFormat::kRgb8));
  EXPECT_EQ(cache.Get(Code(12, 13), PixelFormat::kRgb16)->from(), PixelFormat::kRgb16);
  EXPECT_NE(cache.Get(AsBytes(AdobeProfile()), PixelFormat::kRgb8), p3);
  EXPECT_EQ(cache.size(), 7U);
  EXPECT_EQ(cache.Get(Code(1, 13), PixelFormat::kRgb8), nullptr) << "sRGB";
}

TEST(TransformCache, ForgetsTheOneUsedLongestAgo) {
  TransformCache cache;
  std::vector<std::string> profiles;
  std::vector<std::shared_ptr<const ToSrgb>> transforms;
  for (std::size_t i = 0; i <= TransformCache::kEntries; ++i) {
    profiles.push_back(GreyProfile(1.5 + 0.1 * static_cast<double>(i)));
  }
  const auto get = [&](std::size_t i) {
    return cache.Get(AsBytes(profiles[i]), PixelFormat::kGrey8);
  };
  for (std::size_t i = 0; i < TransformCache::kEntries; ++i) transforms.push_back(get(i));
  EXPECT_EQ(cache.size(), TransformCache::kEntries);
  EXPECT_EQ(get(0), transforms[0]);  // so that 1 is the oldest
  transforms.push_back(get(TransformCache::kEntries));
  EXPECT_EQ(cache.size(), TransformCache::kEntries);
  EXPECT_EQ(get(0), transforms[0]);
  EXPECT_EQ(get(2), transforms[2]);
  EXPECT_NE(get(1), transforms[1]);
  // What was forgotten still serves those who have it.
  std::uint8_t code = 100;
  transforms[1]->Convert({&code, 1, 1, 1, PixelFormat::kGrey8},
                         {&code, 1, 1, 1, PixelFormat::kGrey8});
  EXPECT_NE(code, 100);
}

TEST(TransformCache, ServesInk) {
  TransformCache cache;
  EXPECT_FALSE(CmykToRgb({}, cache).by_profile());
  EXPECT_EQ(cache.size(), 0U);
  EXPECT_FALSE(CmykToRgb(AsBytes("no profile"), cache).by_profile());
  WHITTLE_NEEDS_CORPUS();
  const Bytes file = test::ReadFile(*test::CorpusDir() /
                                    "conformance/jpeg/cmyk/Channel_digital_image_CMYK_color.jpg");
  auto header = codec::Sniff(file.view())->probe(file.view(), {});
  auto ink = codec::Decode(file.view());
  ASSERT_TRUE(header && ink);
  const auto converted = [&](const CmykToRgb& converter) {
    EXPECT_TRUE(converter.by_profile());
    test::Picture rgb = test::Blank(ink->width, ink->height);
    converter.Convert(codec::RowsOf(*ink, 0, ink->height), codec::RowsOf(rgb, 0, rgb.height));
    return rgb;
  };
  const test::Picture first = converted(CmykToRgb(header->icc.view(), cache));
  const auto kept = cache.Get(header->icc.view(), PixelFormat::kCmyk8);
  const test::Picture second = converted(CmykToRgb(header->icc.view(), cache));
  EXPECT_EQ(cache.Get(header->icc.view(), PixelFormat::kCmyk8), kept);
  EXPECT_EQ(first.samples, second.samples);
  EXPECT_EQ(first.samples, converted(CmykToRgb(header->icc.view())).samples);
}

}  // namespace
}  // namespace whittle::color
