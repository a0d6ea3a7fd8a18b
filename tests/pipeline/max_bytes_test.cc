// max_bytes: the best quality that keeps within it, to the byte.
#include <gtest/gtest.h>

#include "tests/pipeline/jobs.h"
#include "tests/support/pictures.h"

namespace whittle::pipeline {
namespace {

Bytes Made(ByteView file, Params params) {
  auto result = Process(file, MadeTransform(params), {});
  if (!result) throw std::runtime_error(result.error().detail);
  return std::move(result->bytes);
}

Params At(double quality, std::uint64_t max_bytes, Format format = Format::kJpeg) {
  return {.width = 80, .format = format, .quality = quality, .max_bytes = max_bytes};
}

class MaxBytes : public ::testing::Test {
 protected:
  // Of one quality: encoded from a canvas that is kept, as with any limit.
  std::size_t SizeAt(double quality) { return Made(file_.view(), At(quality, 1ULL << 40)).size(); }

  // Noise, of which every quality leaves less than the next.
  const Bytes file_ = *codec::Encode(*codec::ByName("png"), Noise());

 private:
  static codec::Rows Noise() {
    codec::Rows rows = codec::BlankRows(80, 60, pixel::PixelFormat::kRgb8);
    rows.bytes = test::Noise(80, 60).samples;
    return rows;
  }
};

TEST_F(MaxBytes, AreInclusive) {
  for (const Format format : {Format::kJpeg, Format::kWebp}) {
    const Bytes free = Made(file_.view(), At(80, 1ULL << 40, format));
    EXPECT_EQ(AsText(Made(file_.view(), At(80, free.size(), format)).view()), AsText(free.view()));
    const Bytes less = Made(file_.view(), At(80, free.size() - 1, format));
    EXPECT_LT(less.size(), free.size()) << WordOf(format);
  }
}

// Beside a search through all qualities.
TEST_F(MaxBytes, GiveTheBestQualityThatKeepsWithin) {
  std::vector<std::size_t> sizes = {0};
  for (int quality = 1; quality <= 30; ++quality) sizes.push_back(SizeAt(quality));
  ASSERT_TRUE(std::ranges::is_sorted(sizes)) << "else the search is a matter of luck";
  for (const double asked : {30.0, 29.3}) {
    for (const int fits : {1, 2, 3, 8, 16, 28, 29}) {
      const std::size_t size = sizes[static_cast<std::size_t>(fits)];
      EXPECT_EQ(Made(file_.view(), At(asked, size)).size(), size) << fits << " of " << asked;
    }
  }
}

TEST_F(MaxBytes, ThatNothingMeetsGiveTheLeastQuality) {
  EXPECT_EQ(Made(file_.view(), At(80, 1)).size(), SizeAt(1));
  EXPECT_EQ(Made(file_.view(), At(2, 1)).size(), SizeAt(1));
  EXPECT_EQ(Made(file_.view(), At(1, 1)).size(), SizeAt(1));
}

TEST_F(MaxBytes, LeaveLosslessResultsAlone) {
  const Params lossless = {.width = 80, .format = Format::kWebp, .lossless = true};
  Params limited = lossless;
  limited.max_bytes = 1;
  EXPECT_EQ(AsText(Made(file_.view(), limited).view()),
            AsText(Made(file_.view(), lossless).view()));
}

TEST_F(MaxBytes, CountBesideTheLook) {
  Params params = At(80, 1ULL << 40);
  params.auto_quality = true;
  params.auto_target = 80;
  const std::size_t looked = Made(file_.view(), params).size();
  params.max_bytes = looked;
  EXPECT_EQ(Made(file_.view(), params).size(), looked);
  params.max_bytes = looked - 1;
  EXPECT_LT(Made(file_.view(), params).size(), looked);
}

}  // namespace
}  // namespace whittle::pipeline
