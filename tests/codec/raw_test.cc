// Raw results are the samples themselves.
#include <gtest/gtest.h>

#include <vector>

#include "codec/registry.h"

namespace whittle::codec {
namespace {

const Codec& Raw() { return *ByName("raw"); }

TEST(Raw, IsTheSamplesRowByRow) {
  for (const auto format : Raw().writes) {
    const auto channels = static_cast<std::size_t>(pixel::Channels(format));
    constexpr std::size_t kWidth = 5, kHeight = 7, kStride = 40;  // rows with padding
    std::vector<std::uint8_t> samples(kStride * kHeight);
    for (std::size_t i = 0; i < samples.size(); ++i) samples[i] = static_cast<std::uint8_t>(i);
    for (const int batch : {1, 3, 7}) {
      const auto sink = *Raw().create({.width = 5, .height = 7, .format = format});
      const pixel::ConstRowSpan all{samples.data(), kStride, 5, 7, format};
      for (int y = 0; y < 7; y += batch) {
        ASSERT_TRUE(sink->Write(all.Slice(y, std::min(batch, 7 - y))));
      }
      const Bytes file = *sink->Finish();
      ASSERT_EQ(file.size(), kWidth * kHeight * channels);
      for (std::size_t i = 0; i < file.size(); ++i) {
        const std::size_t row = i / (kWidth * channels);
        EXPECT_EQ(file.data()[i], samples[row * kStride + i % (kWidth * channels)]);
      }
    }
  }
}

TEST(Raw, RefusesWhatItCannotHold) {
  EXPECT_FALSE(Raw().create({.width = 0, .height = 1}));
  EXPECT_FALSE(Raw().create({.width = 1, .height = 65536}));
  EXPECT_FALSE(Raw().create({.width = 65536, .height = 1}));
  EXPECT_FALSE(Raw().create({.width = 1, .height = 0}));
  EXPECT_TRUE(Raw().create({.width = 65535, .height = 65535}));
  EXPECT_FALSE(Raw().create({.width = 1, .height = 1, .format = pixel::PixelFormat::kRgb16}));
  const auto sink = *Raw().create({.width = 2, .height = 2});
  EXPECT_EQ(sink->Finish().error().kind, ErrorKind::kInternal);  // rows are missing
  EXPECT_FALSE(sink->Write({nullptr, 6, 2, 0, pixel::PixelFormat::kRgb8}));
}

TEST(Raw, RefusesRowsThatDoNotFit) {
  const std::vector<std::uint8_t> samples(64);
  const auto kind = [&](int width, int rows, pixel::PixelFormat format) {
    const auto sink = *Raw().create({.width = 3, .height = 2});
    if (const auto written = sink->Write({samples.data(), 16, width, rows, format}); !written) {
      EXPECT_FALSE(sink->Finish());
      return Name(written.error().kind);
    }
    EXPECT_EQ(sink->Finish().has_value(), rows == 2);
    return std::string_view("ok");
  };
  EXPECT_EQ(kind(3, 2, pixel::PixelFormat::kRgb8), "ok");
  EXPECT_EQ(kind(3, 1, pixel::PixelFormat::kRgb8), "ok");
  EXPECT_EQ(kind(3, 3, pixel::PixelFormat::kRgb8), "Internal");
  EXPECT_EQ(kind(2, 2, pixel::PixelFormat::kRgb8), "Internal");
  EXPECT_EQ(kind(3, 2, pixel::PixelFormat::kRgba8), "Internal");
  const auto sink = *Raw().create({.width = 3, .height = 1});
  EXPECT_TRUE(sink->Write({samples.data(), 16, 3, 1, pixel::PixelFormat::kRgb8}));
  EXPECT_TRUE(sink->Finish());
  EXPECT_FALSE(sink->Finish());
}

TEST(Raw, IsNeverRead) {
  EXPECT_FALSE(Raw().sniff(AsBytes("raw samples, or anything else")));
  EXPECT_EQ(Raw().probe, nullptr);
  EXPECT_EQ(Raw().open, nullptr);
}

}  // namespace
}  // namespace whittle::codec
