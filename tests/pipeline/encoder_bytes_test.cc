// What encoders are counted with, where that decides whether a job is served at the usual limits.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <initializer_list>

#include "codec/encoder_memory.h"
#include "codec/png/sink.h"
#include "codec/webp/sink.h"
#include "tests/pipeline/jobs.h"

namespace whittle::pipeline {
namespace {

using codec::EncoderMemory;
using codec::EncodeSpec;
using codec::Subsampling;
using pixel::PixelFormat;

constexpr std::uint64_t kMiB = 1U << 20;

EncoderMemory Of(std::string_view format, const EncodeSpec& spec) {
  return codec::ByName(format)->encoder_memory(spec);
}

// Of a job in rows from a decoder that needs so much: a JPEG in RGB, or what `rows` says.
std::uint64_t Planned(std::uint64_t decode_bytes, const Params& params,
                      PixelFormat rows = PixelFormat::kRgb8) {
  codec::Header header;
  header.info.width = 6000;
  header.info.height = 4000;
  header.info.channels = pixel::Channels(rows);
  header.format = rows;
  header.decode_bytes = decode_bytes;
  return PlanOf(*codec::ByName("jpeg"), header, params, {.max_working_bytes = UINT64_MAX})
      .working_bytes;
}

// One-piece HIF of 24 megapixels and 10 bits: JPEG was 200 where AVIF and JPEG XL were 413.
TEST(EncoderBytes, AreNotThereBesideTheDecoderWhereRowsAreGathered) {
  constexpr std::uint64_t kDecoder = 440'000'000;
  const std::uint64_t most = Limits{}.max_working_bytes;
  for (const Format format : {Format::kAvif, Format::kJxl, Format::kPng}) {
    EXPECT_LE(Planned(kDecoder, {.width = 1920, .format = format}, PixelFormat::kRgb16), most)
        << WordOf(format);
  }
  for (const Format format :
       {Format::kAvif, Format::kJxl, Format::kPng, Format::kWebp, Format::kGif}) {
    const Params params = {.width = 1920, .format = format};
    const std::uint64_t both = Planned(kDecoder, params), encoder = Planned(0, params);
    EXPECT_GE(both, kDecoder + 3 * 1920 * 1280) << WordOf(format) << ": the rows";
    EXPECT_LT(both, kDecoder + encoder) << WordOf(format);
    EXPECT_EQ(Planned(1000, params), encoder) << WordOf(format) << ": the encoder is larger";
  }
}

TEST(EncoderBytes, AreThereBesideTheDecoderWhereRowsAreWritten) {
  constexpr std::uint64_t kDecoder = 440'000'000;
  for (const Params& params : {Params{.width = 1920, .format = Format::kJpeg},
                               Params{.width = 1920, .format = Format::kTiff},
                               Params{.width = 1920, .format = Format::kRaw},
                               Params{.width = 4200, .format = Format::kPng}}) {
    EXPECT_EQ(Planned(kDecoder, params), kDecoder + Planned(0, params))
        << MadeTransform(params).Canonical();
  }
}

TEST(EncoderBytes, OfAKeptCanvasAreNotThereBesideTheDecoder) {
  constexpr std::uint64_t kDecoder = 440'000'000;
  for (const Format format : {Format::kJpeg, Format::kAvif}) {
    const Params params = {.width = 1920, .format = format, .max_bytes = 1 << 20};
    const std::uint64_t frame = 3 * 1920 * 1280;
    const std::uint64_t both = Planned(kDecoder, params);
    EXPECT_GE(both, kDecoder + frame) << WordOf(format) << ": the canvas";
    EXPECT_LT(both, kDecoder + 2 * frame) << WordOf(format);
    EXPECT_EQ(Planned(1000, params), Planned(0, params)) << WordOf(format);
  }
}

TEST(EncoderBytes, OfPlanesAreThereBesideTheDecoder) {
  codec::Header header;
  header.info.width = 1600;
  header.info.height = 1200;
  header.info.channels = 1;
  header.format = PixelFormat::kGrey8;
  header.planes = codec::PlaneShapes{.count = 1};
  const Params params = {.width = 800, .format = Format::kAvif};
  const Plan without = PlanOf(*codec::ByName("jpeg"), header, params);
  ASSERT_TRUE(without.planes);
  header.decode_bytes = 1000;
  EXPECT_EQ(PlanOf(*codec::ByName("jpeg"), header, params).working_bytes,
            without.working_bytes + 1000);
}

// Scans were refused from 14.4 megapixels on.
TEST(EncoderBytes, OfGreyAvifAreThoseOfHalvedChroma) {
  const EncodeSpec colour = {.width = 5000, .height = 4400, .subsampling = Subsampling::k420};
  for (const Subsampling subsampling : {Subsampling::k420, Subsampling::k444}) {
    EncodeSpec grey = colour;
    grey.format = PixelFormat::kGrey8;
    grey.subsampling = subsampling;
    EXPECT_EQ(Of("avif", grey).most, Of("avif", colour).most);
  }
  EXPECT_LT(Of("avif", colour).most, 500 * kMiB);
  EncodeSpec whole = colour;
  whole.subsampling = Subsampling::k444;
  EXPECT_GT(Of("avif", whole).most, 600 * kMiB);
}

// libpng writes those row by row.
TEST(EncoderBytes, OfAPaletteAreCountedUpToTheSizeThatIsHeldWhole) {
  const auto more = [](int width, int height, PixelFormat format) {
    EncodeSpec spec = {.width = width, .height = height, .format = format};
    const std::uint64_t without = Of("png", spec).most;
    spec.colours = 64;
    return Of("png", spec).most - without;
  };
  static_assert(codec::kMostWholePng == 32 * kMiB);
  EXPECT_GT(more(4096, 2048, PixelFormat::kRgba8), 20ULL * 4096 * 2048);
  EXPECT_EQ(more(4097, 2048, PixelFormat::kRgba8), 0U);
  EXPECT_GT(more(2048, 2048, PixelFormat::kRgba16), 20ULL * 2048 * 2048);
  EXPECT_EQ(more(2049, 2048, PixelFormat::kRgba16), 0U);
  EXPECT_EQ(more(3740, 3000, PixelFormat::kRgb8), 0U);
  EXPECT_GT(more(4000, 4000, PixelFormat::kGrey8), 20ULL * 4000 * 4000);  // 16 million
  EXPECT_EQ(more(4001, 4000, PixelFormat::kGrey8), 0U);
  EXPECT_EQ(Of("png", {.width = 4097, .height = 2048, .format = PixelFormat::kRgba8}).taking,
            Of("png", {.width = 4097, .height = 2048, .format = PixelFormat::kRgba8}).most);
}

// Pictures of 45 megapixels at quality 90 were refused: the file was counted as at quality 100.
TEST(EncoderBytes, OfAJpegGrowWithItsQuality) {
  const auto most = [](int width, int height, double quality, Subsampling subsampling,
                       Preset preset = Preset::kDefault) {
    return Of("jpeg", {.width = width,
                       .height = height,
                       .quality = quality,
                       .subsampling = subsampling,
                       .preset = preset})
        .most;
  };
  EXPECT_LT(most(8192, 5461, 90, Subsampling::k444), 460 * kMiB);
  EXPECT_LT(most(8000, 8000, 80, Subsampling::k420), 310 * kMiB);
  EXPECT_LT(most(8000, 8000, 80, Subsampling::k420, Preset::kSmall), 450 * kMiB);
  std::uint64_t before = 0;
  for (const double quality : {50., 50.01, 80.01, 90.01, 95.01, 98.01}) {
    const std::uint64_t now = most(1600, 1600, quality, Subsampling::k444);
    EXPECT_GT(now, before) << quality;
    before = now;
  }
  EXPECT_EQ(most(1600, 1600, 100, Subsampling::k444), before);
  EncodeSpec spec = {.width = 1600, .height = 1600};
  const std::uint64_t plain = Of("jpeg", spec).most;
  spec.effort = 10;
  EXPECT_EQ(Of("jpeg", spec).most, plain) << "it has no effort";
}

TEST(EncoderBytes, OfAnEffortAreThoseOfWhatItStandsFor) {
  const auto most = [](std::string_view format, std::optional<int> effort, bool lossless = false,
                       PixelFormat rows = PixelFormat::kRgb8) {
    return Of(format, {.width = 1000,
                       .height = 1000,
                       .format = rows,
                       .effort = effort,
                       .lossless = lossless})
        .most;
  };
  for (const int effort : {0, 4}) EXPECT_EQ(most("webp", effort), most("webp", std::nullopt));
  EXPECT_GT(most("webp", 5), most("webp", 4));
  EXPECT_EQ(most("webp", 10), most("webp", 5));
  const PixelFormat alpha = PixelFormat::kRgba8;
  EXPECT_EQ(most("webp", 5, false, alpha), most("webp", 0, false, alpha));
  EXPECT_GT(most("webp", 6, false, alpha), most("webp", 5, false, alpha));
  EXPECT_EQ(most("webp", 5, true), most("webp", std::nullopt, true));
  EXPECT_GT(most("webp", 6, true), most("webp", 5, true));
  EXPECT_EQ(most("png", 8), most("png", 0));
  EXPECT_EQ(most("png", 9), most("png", 8) + 9 * kMiB);
}

// A search goes on up to 92, whatever the settings say.
TEST(EncoderBytes, OfAChosenQualityAreThoseOfTheBest) {
  const auto planned = [](double quality) {
    return Planned(0, {.width = 1600,
                       .quality = quality,
                       .auto_quality = true,
                       .auto_target = 70,
                       .subsampling = ChromaSubsampling::k420});
  };
  EXPECT_EQ(planned(40), planned(92));
}

// docs/formats.md, "How large results may be": megapixels that fit, where one more does not.
TEST(EncoderBytes, AreThoseOfTheTableInTheDocs) {
  struct Row {
    int megapixels;
    Params params;
    PixelFormat rows = PixelFormat::kRgb8;
  };
  constexpr int kAllThatIsRead = 64;
  constexpr auto kWhole = ChromaSubsampling::k444;
  const PixelFormat alpha = PixelFormat::kRgba8, wide = PixelFormat::kRgb16;
  for (const Row& row : std::initializer_list<Row>{
           {64, {.format = Format::kJpeg}},
           {64, {.format = Format::kJpeg, .preset = Preset::kSmall}},
           {50, {.format = Format::kJpeg, .quality = 90}},
           {41, {.format = Format::kJpeg, .quality = 90, .preset = Preset::kSmall}},
           {44, {.format = Format::kJpeg, .quality = 100}},
           {64, {.format = Format::kPng}},
           {64, {.format = Format::kPng}, alpha},
           {50, {.format = Format::kPng}, wide},
           {17, {.format = Format::kGif}},
           {15, {.format = Format::kGif}, alpha},
           {44, {.format = Format::kWebp}},
           {20, {.format = Format::kWebp, .preset = Preset::kQuality}},
           {20, {.format = Format::kWebp, .effort = 5}},
           {13, {.format = Format::kWebp}, alpha},
           {9, {.format = Format::kWebp, .lossless = true}},
           {22, {.format = Format::kAvif}},
           {20, {.format = Format::kAvif}, alpha},
           {14, {.format = Format::kAvif, .subsampling = kWhole}},
           {14, {.format = Format::kAvif, .lossless = true}},
           {14, {.format = Format::kAvif}, wide},
           {8, {.format = Format::kAvif, .subsampling = kWhole}, wide},
           {11, {.format = Format::kJxl}},
           {8, {.format = Format::kJxl}, alpha},
           {7, {.format = Format::kJxl, .lossless = true}},
           {44, {.format = Format::kTiff}},
       }) {
    const auto fits = [&row](int megapixels) {
      codec::Header header;
      const double width = std::min(8192., std::sqrt(1.5e6 * megapixels));
      header.info.width = static_cast<std::uint32_t>(width) / 16 * 16;
      header.info.height = static_cast<std::uint32_t>(megapixels) * 1'000'000 / header.info.width;
      header.info.channels = pixel::Channels(row.rows);
      header.format = row.rows;
      header.decode_bytes = 4 * kMiB;
      Params params = row.params;
      params.width = header.info.width;
      const Transform transform = MadeTransform(params);
      return MakePlan(*codec::ByName("tiff"), header, WholeOf(header, transform), transform, {})
          .has_value();
    };
    EXPECT_TRUE(fits(row.megapixels)) << MadeTransform(row.params).Canonical();
    if (row.megapixels == kAllThatIsRead) continue;
    EXPECT_FALSE(fits(row.megapixels + 1)) << MadeTransform(row.params).Canonical();
  }
}

}  // namespace
}  // namespace whittle::pipeline
