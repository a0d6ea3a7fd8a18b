// AVIF as we write it, read again by libavif and by ourselves.
#include <gtest/gtest.h>

#include "tests/codec/avif_files.h"
#include "tests/codec/made_icc.h"

namespace whittle::codec {

extern const Codec kAvif;

namespace {

using pixel::PixelFormat;
using namespace std::string_literals;

Bytes Encoded(const SampleRows& rows, EncodeSpec spec = {}, int batch = 8) {
  auto file = EncodeSamples(kAvif, rows, spec, batch);
  EXPECT_TRUE(file) << file.error().detail;
  return std::move(file).value_or(Bytes{});
}

// The headers as libavif reads them.
std::unique_ptr<avifDecoder, FreeAvif> Parsed(const Bytes& file) {
  std::unique_ptr<avifDecoder, FreeAvif> decoder(avifDecoderCreate());
  CheckAvif(avifDecoderSetIOMemory(decoder.get(), file.data(), file.size()));
  CheckAvif(avifDecoderParse(decoder.get()));
  return decoder;
}

TEST(AvifSink, WritesEveryFormatInEverySubsampling) {
  const test::Picture picture = test::Photo(61, 43);
  for (const PixelFormat format : kAvif.writes) {
    for (const auto subsampling : {Subsampling::k420, Subsampling::k444}) {
      SCOPED_TRACE(testing::Message() << static_cast<int>(format) << static_cast<int>(subsampling));
      const SampleRows rows = SamplesOf(picture, format);
      const Bytes file = Encoded(rows, {.quality = 95, .subsampling = subsampling});
      const auto decoder = Parsed(file);
      EXPECT_EQ(decoder->image->depth, IsWide(format) ? 10U : 8U);
      EXPECT_EQ(decoder->image->yuvFormat, subsampling == Subsampling::k420
                                               ? AVIF_PIXEL_FORMAT_YUV420
                                               : AVIF_PIXEL_FORMAT_YUV444);
      const auto decoded = DecodeSamples(kAvif, file.view());
      ASSERT_TRUE(decoded) << decoded.error().detail;
      EXPECT_EQ(decoded->format, format);
      EXPECT_LT(test::Compare(decoded->Colour(), picture).mean,
                subsampling == Subsampling::k420 ? 6 : 3);
      if (!HasAlpha(format)) continue;
      const double bound = IsWide(format) ? 65535 / 20.0 : 255 / 20.0;
      for (int x = 0; x < 61; ++x) EXPECT_NEAR(decoded->at(x, 20, 3), rows.at(x, 20, 3), bound);
    }
  }
}

TEST(AvifSink, KeepsTenBits) {
  SampleRows rows(64, 8, PixelFormat::kRgb16);
  for (int y = 0; y < 8; ++y) {
    for (int x = 0; x < 64; ++x) {
      for (int c = 0; c < 3; ++c) rows.Set(x, y, c, 30000 + 64 * x);  // sixteen codes of 8 bits
    }
  }
  const auto decoded = DecodeSamples(kAvif, Encoded(rows, {.quality = 100}).view());
  ASSERT_TRUE(decoded);
  for (int x = 0; x < 64; ++x) EXPECT_NEAR(decoded->at(x, 4, 1), 30000 + 64 * x, 100);
}

TEST(AvifSink, WritesEverySmallSize) {
  for (int width = 1; width <= 5; ++width) {
    for (int height = 1; height <= 5; ++height) {
      SCOPED_TRACE(testing::Message() << width << 'x' << height);
      const test::Picture picture = test::Blank(width, height, 3, 90);
      const auto decoded =
          DecodeSamples(kAvif, Encoded(SamplesOf(picture, PixelFormat::kRgba8)).view());
      ASSERT_TRUE(decoded);
      EXPECT_LE(test::Compare(decoded->Colour(), picture).max, 3);
    }
  }
}

TEST(AvifSink, LosslessIsLossless) {
  for (const auto format : {PixelFormat::kRgb8, PixelFormat::kRgba8}) {
    const SampleRows rows = SamplesOf(test::Noise(37, 35), format);
    const Bytes file = Encoded(rows, {.quality = 50, .effort = 2, .lossless = true});
    const auto decoded = DecodeSamples(kAvif, file.view());
    ASSERT_TRUE(decoded);
    EXPECT_EQ(decoded->bytes, rows.bytes);
  }
}

TEST(AvifSink, WritesTheSameFileInAnyBatch) {
  const SampleRows rows = SamplesOf(test::Photo(33, 77), PixelFormat::kRgb8);
  const Bytes whole = Encoded(rows, {}, 77);
  for (const int batch : {1, 5, 16, 40}) {
    EXPECT_EQ(AsText(Encoded(rows, {}, batch).view()), AsText(whole.view())) << batch;
  }
}

TEST(AvifSink, SpendsBytesOnQualityAndSavesThemByEffort) {
  const SampleRows rows = SamplesOf(test::Photo(200, 150), PixelFormat::kRgb8);
  std::size_t last = 0;
  for (const double quality : {1.0, 30.0, 60.0, 80.0, 95.0, 100.0}) {
    const std::size_t size = Encoded(rows, {.quality = quality, .effort = 2}).size();
    EXPECT_GT(size, last) << quality;
    last = size;
  }
  for (int effort = 0; effort <= 6; ++effort) {
    EXPECT_FALSE(Encoded(rows, {.effort = effort}).empty());
  }
}

TEST(AvifSink, SaysWhatColoursItHas) {
  const SampleRows rows = SamplesOf(test::Photo(16, 16), PixelFormat::kRgb8);
  const auto plain = Parsed(Encoded(rows));
  EXPECT_EQ(plain->image->colorPrimaries, 1);
  EXPECT_EQ(plain->image->transferCharacteristics, 13);
  EXPECT_EQ(plain->image->matrixCoefficients, 6);
  EXPECT_EQ(plain->image->yuvRange, AVIF_RANGE_FULL);
  const std::string icc = MadeIcc(3000, "RGB ");
  const Bytes file = Encoded(rows, {.icc = AsBytes(icc)});
  EXPECT_EQ(AsText(kAvif.probe(file.view(), {})->icc.view()), icc);
}

TEST(AvifSink, CarriesMetadataAndIsNotTurnedByIt) {
  // One entry: orientation 6.
  const std::string exif = "II*\0\x08\0\0\0\x01\0\x12\x01\x03\0\x01\0\0\0\x06\0\0\0\0\0\0\0"s;
  const SampleRows rows = SamplesOf(test::Photo(16, 16), PixelFormat::kRgb8);
  const Bytes file = Encoded(rows, {.exif = AsBytes(exif), .xmp = AsBytes("<x/>")});
  EXPECT_EQ(AsText(kAvif.metadata(file.view(), {}).exif.view()), exif);
  EXPECT_EQ(AsText(kAvif.metadata(file.view(), {}).xmp.view()), "<x/>");
  EXPECT_EQ(kAvif.probe(file.view(), {})->info.orientation, 1);
  const Bytes odd = Encoded(rows, {.exif = AsBytes("neither TIFF nor EXIF")});
  EXPECT_TRUE(kAvif.metadata(odd.view(), {}).exif.empty());
}

TEST(AvifSink, RefusesAPictureOfTheWrongShape) {
  for (const EncodeSpec& spec : {EncodeSpec{.width = 0, .height = 40},
                                 {.width = 40, .height = 0},
                                 {.width = 40, .height = 16385},
                                 {.width = 4, .height = 4, .format = PixelFormat::kGrey8},
                                 {.width = 4, .height = 4, .format = PixelFormat::kCmyk8}}) {
    EXPECT_FALSE(kAvif.create(spec));
  }
  SampleRows rows = SamplesOf(test::Photo(20, 20), PixelFormat::kRgb8);
  const auto kind = [](const auto& result) { return result ? "ok" : Name(result.error().kind); };
  const auto too_many = *kAvif.create({.width = 20, .height = 19});
  EXPECT_EQ(kind(too_many->Write(rows.Rows(0, 20))), "Internal");
  EXPECT_EQ(kind(too_many->Finish()), "Internal");
  const auto too_few = *kAvif.create({.width = 20, .height = 21});
  EXPECT_EQ(kind(too_few->Write(rows.Rows(0, 20))), "ok");
  EXPECT_EQ(kind(too_few->Finish()), "Internal");
  const auto twice = *kAvif.create({.width = 20, .height = 20});
  EXPECT_EQ(kind(twice->Write(rows.Rows(0, 20))), "ok");
  EXPECT_EQ(kind(twice->Finish()), "ok");
  EXPECT_EQ(kind(twice->Finish()), "Internal");
}

}  // namespace
}  // namespace whittle::codec
