// HEIC files of the corpus. There is no encoder in the product, so these files stand for the unit
// tests of decoding; corpus_test.cc has what every file must give.
#include <gtest/gtest.h>

#include <algorithm>

#include "tests/codec/sample_rows.h"

namespace whittle::codec {

extern const Codec kHeif;

namespace {

Bytes Derived(const std::string& name) {
  return test::ReadFile(*test::CorpusDir() / "conformance/derived" / name);
}

TEST(HeifCorpus, LooksLikeItsReference) {
  WHITTLE_NEEDS_CORPUS();
  const auto reference = test::DecodePng(Derived("png/rgb8.png").view());
  for (const char* name : {"heic/main_8bit.heic", "heic/yuv444.heic", "heic/with_thumbnail.heic"}) {
    const auto picture = DecodeSamples(kHeif, Derived(name).view());
    ASSERT_TRUE(picture) << name;
    EXPECT_EQ(picture->format, pixel::PixelFormat::kRgb8);
    EXPECT_LT(test::Compare(picture->Colour(), reference).mean, 6) << name;
  }
  const auto alpha = DecodeSamples(kHeif, Derived("heic/alpha.heic").view());
  ASSERT_TRUE(alpha);
  EXPECT_EQ(alpha->format, pixel::PixelFormat::kRgba8);
  EXPECT_LT(test::Compare(alpha->Colour(), reference).mean, 6);
  EXPECT_GT(alpha->at(138, 105, 3), alpha->at(0, 0, 3) + 100);  // fades towards its edges
}

TEST(HeifCorpus, TenBitsBecomeFullSixteen) {
  WHITTLE_NEEDS_CORPUS();
  const auto picture = DecodeSamples(kHeif, Derived("heic/main10_10bit.heic").view());
  ASSERT_TRUE(picture);
  ASSERT_EQ(picture->format, pixel::PixelFormat::kRgb16);
  int brightest = 0;
  for (int y = 0; y < picture->height; ++y) {
    for (int x = 0; x < picture->width; ++x) brightest = std::max(brightest, picture->at(x, y, 0));
  }
  EXPECT_GT(brightest, 40'000);
}

TEST(HeifCorpus, HoldsTheLimits) {
  WHITTLE_NEEDS_CORPUS();
  const Bytes file = Derived("small/base.heic");
  const auto kind = [&](const Limits& limits) {
    const auto opened = kHeif.open(file.view(), limits, {});
    EXPECT_EQ(kHeif.probe(file.view(), limits).has_value(), opened.has_value());
    return opened ? "ok" : Name(opened.error().kind);
  };
  EXPECT_EQ(kind({.max_source_bytes = file.size()}), "ok");
  EXPECT_EQ(kind({.max_source_bytes = file.size() - 1}), "TooLarge");
  EXPECT_EQ(kind({.max_source_pixels = 96 * 72}), "ok");
  EXPECT_EQ(kind({.max_source_pixels = 96 * 72 - 1}), "TooLarge");
  const std::uint64_t needed = kHeif.probe(file.view(), {})->decode_bytes;
  EXPECT_EQ(kind({.max_working_bytes = needed}), "ok");
  EXPECT_EQ(kind({.max_working_bytes = needed - 1}), "TooLarge");
}

TEST(HeifCorpus, StopsWhenAsked) {
  WHITTLE_NEEDS_CORPUS();
  const Bytes file = Derived("small/base.heic");
  std::stop_source stop;
  const auto source = *kHeif.open(file.view(), {}, stop.get_token());
  SampleRows rows(96, 72, pixel::PixelFormat::kRgb8);
  ASSERT_EQ(source->Read(rows.Rows(0, 8)), 8);
  stop.request_stop();
  for (int i = 0; i < 2; ++i) {
    const auto got = source->Read(rows.Rows(8, 8));
    ASSERT_FALSE(got);
    EXPECT_EQ(got.error().kind, ErrorKind::kCancelled);
  }
}

TEST(HeifCorpus, ACutFileIsUndecodable) {
  WHITTLE_NEEDS_CORPUS();
  const Bytes file = Derived("small/base.heic");
  for (std::size_t size = 16; size < file.size(); size += 7) {
    const auto decoded = DecodeSamples(kHeif, file.view().first(size));
    ASSERT_FALSE(decoded) << size;
    EXPECT_EQ(decoded.error().kind, ErrorKind::kUndecodable) << size << decoded.error().detail;
  }
}

}  // namespace
}  // namespace whittle::codec
