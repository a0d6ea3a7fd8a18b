// What stands in for missing rows.
#include "codec/fill_rows.h"

#include <gtest/gtest.h>

#include "tests/codec/sample_rows.h"

namespace whittle::codec {
namespace {

TEST(FillRows, MeansAreOfEachChannelAndRounded) {
  SampleRows rows(3, 2, pixel::PixelFormat::kRgb8);
  const int red[] = {0, 0, 2}, green[] = {255, 255, 255}, blue[] = {10, 11, 10};
  for (int x = 0; x < 3; ++x) {
    rows.Set(x, 1, 0, red[x]);
    rows.Set(x, 1, 1, green[x]);
    rows.Set(x, 1, 2, blue[x]);
  }
  // 2/3 rounds up, 31/3 down; the first row does not count.
  EXPECT_EQ(MeanPixel(rows.Rows(1, 1)), (std::vector<std::uint8_t>{1, 255, 10}));
}

TEST(FillRows, SamplesOfSixteenBitsAreWhole) {
  SampleRows rows(2, 3, pixel::PixelFormat::kGreyA16);
  rows.Set(0, 0, 0, 65535);
  rows.Set(1, 0, 0, 65534);
  rows.Set(0, 0, 1, 300);
  rows.Set(1, 0, 1, 100);
  FillRows(rows.Rows(1, 2), MeanPixel(rows.Rows(0, 1)));
  for (int y = 1; y < 3; ++y) {
    for (int x = 0; x < 2; ++x) {
      EXPECT_EQ(rows.at(x, y, 0), 65535);
      EXPECT_EQ(rows.at(x, y, 1), 200);
    }
  }
  EXPECT_EQ(rows.at(1, 0, 1), 100);
}

TEST(FillRows, FillsNothingBesideTheRows) {
  std::vector<std::uint8_t> padded(3 * 16, 99);
  FillRows({padded.data(), 16, 4, 3, pixel::PixelFormat::kRgb8},
           std::vector<std::uint8_t>{1, 2, 3});
  for (std::size_t i = 0; i < padded.size(); ++i) {
    EXPECT_EQ(padded[i], i % 16 < 12 ? i % 16 % 3 + 1 : 99);
  }
}

}  // namespace
}  // namespace whittle::codec
