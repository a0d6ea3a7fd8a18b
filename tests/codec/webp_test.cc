// Rows of WebP in and out, and what a file carries besides them.
#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "codec/webp/encoder.h"
#include "pixel/aligned.h"
#include "tests/codec/decode.h"
#include "tests/codec/made_icc.h"
#include "tests/codec/webp_files.h"

namespace whittle::codec {
namespace {

// A TIFF structure of one entry, the orientation.
std::string TiffWith(char orientation) {
  return std::string("II*\0\x08\0\0\0\x01\0\x12\x01\x03\0\x01\0\0\0", 18) + orientation +
         std::string(7, '\0');
}

TEST(Webp, LosslessIsExact) {
  for (int width = 1; width <= 17; ++width) {
    for (int height = 1; height <= 17; ++height) {
      const test::Picture colour = test::Noise(width, height);
      const auto file = EncodeWebpFile(colour, {.effort = 0, .lossless = true});
      ASSERT_TRUE(file);
      EXPECT_EQ(DecodeWebp(file->view())->samples, colour.samples) << width << "x" << height;
    }
  }
  for (const int effort : {0, 3, 5, 8, 10}) {
    const test::Picture colour = test::Photo(61, 43);
    const auto file = EncodeWebpFile(colour, {.effort = effort, .lossless = true});
    EXPECT_EQ(DecodeWebp(file->view())->samples, colour.samples) << effort;
  }
}

TEST(Webp, LosslessKeepsAlpha) {
  for (const auto& [width, height] : {std::pair{1, 5}, {17, 17}, {61, 43}}) {
    const test::Picture picture = Translucent(width, height);
    const auto file = EncodeWebpFile(picture, {.lossless = true});
    ASSERT_TRUE(file);
    const auto header = Webp().probe(file->view(), {});
    EXPECT_TRUE(header->info.alpha);
    EXPECT_EQ(header->format, pixel::PixelFormat::kRgba8);
    EXPECT_FALSE(header->planes);
    EXPECT_EQ(Seen(*DecodeWebp(file->view())).samples, Seen(picture).samples);
  }
}

TEST(Webp, LossyIsCloseAndItsAlphaExact) {
  for (const Preset preset : {Preset::kFast, Preset::kDefault, Preset::kQuality, Preset::kSmall}) {
    const test::Picture colour = test::Photo(61, 43);
    const auto file = EncodeWebpFile(colour, {.quality = 95, .preset = preset});
    EXPECT_LT(test::Compare(*DecodeWebp(file->view()), colour).mean, 6);  // halved chroma
    const test::Picture glass = Translucent(61, 43);
    const auto clear = EncodeWebpFile(glass, {.quality = 95, .preset = preset});
    const auto decoded = DecodeWebp(clear->view());
    ASSERT_TRUE(decoded);
    for (std::size_t i = 3; i < glass.samples.size(); i += 4) {
      ASSERT_EQ(decoded->samples[i], glass.samples[i]);
    }
    EXPECT_LT(test::Compare(Seen(*decoded), Seen(glass)).mean, 8);
  }
}

TEST(Webp, SizesFromOneOn) {
  for (int width = 1; width <= 17; ++width) {
    for (int height = 1; height <= 17; ++height) {
      const auto file = EncodeWebpFile(test::Photo(width, height));
      ASSERT_TRUE(file);
      const auto decoded = DecodeWebp(file->view(), 5);
      ASSERT_TRUE(decoded);
      EXPECT_EQ(decoded->samples, PlainDecode(file->view(), 3).samples);
    }
  }
}

TEST(Webp, OpaqueAlphaIsNotKept) {
  test::Picture picture = Translucent(20, 20);
  for (std::size_t i = 3; i < picture.samples.size(); i += 4) picture.samples[i] = 255;
  for (const bool lossless : {false, true}) {
    const auto file = EncodeWebpFile(picture, {.lossless = lossless});
    EXPECT_FALSE(Webp().probe(file->view(), {})->info.alpha);
  }
}

TEST(Webp, MoreEffortMeansFewerBytesAndHigherQualityMore) {
  const test::Picture picture = test::Photo(200, 150);
  const auto size = [&](const EncodeSpec& spec) { return EncodeWebpFile(picture, spec)->size(); };
  EXPECT_LT(size({.effort = 10}), size({.effort = 0}));
  EXPECT_LT(size({.preset = Preset::kSmall}), size({.preset = Preset::kFast}));
  EXPECT_LT(size({.quality = 40}), size({.quality = 80}));
  EXPECT_LT(size({.quality = 80}), size({.quality = 100}));
  EXPECT_LE(size({.effort = 10, .lossless = true}), size({.effort = 0, .lossless = true}));
}

TEST(Webp, SlicesGiveWhatOneCallGives) {
  const test::Picture photo = test::Photo(900, 900);
  const test::Picture noise = test::Noise(900, 900);
  const test::Picture glass = Translucent(900, 900);
  for (const bool lossless : {false, true}) {
    for (const test::Picture* picture : {&photo, &noise, &glass}) {
      const auto file = EncodeWebpFile(*picture, {.effort = 0, .lossless = lossless});
      ASSERT_TRUE(file);
      const test::Picture plain = PlainDecode(file->view(), picture->channels);
      for (const int batch : {7, 900}) {
        EXPECT_EQ(DecodeWebp(file->view(), batch)->samples, plain.samples) << lossless << batch;
      }
    }
  }
}

TEST(Webp, WritesTheSameFileInAnyBatch) {
  for (const bool lossless : {false, true}) {
    const test::Picture picture = Translucent(33, 47);
    const auto whole = EncodeWebpFile(picture, {.lossless = lossless}, 47);
    for (const int batch : {1, 5, 16, 40}) {
      const auto file = EncodeWebpFile(picture, {.lossless = lossless}, batch);
      EXPECT_EQ(AsText(file->view()), AsText(whole->view())) << batch;
    }
  }
}

TEST(Webp, CarriesProfileAndMetadata) {
  const std::string icc = MadeIcc(3145, "RGB ");
  const std::string exif = TiffWith(6);
  const std::string xmp = "<x:xmpmeta/>";
  const auto file = EncodeWebpFile(
      Translucent(20, 10), {.icc = AsBytes(icc), .exif = AsBytes(exif), .xmp = AsBytes(xmp)});
  ASSERT_TRUE(file);
  const auto header = Webp().probe(file->view(), {});
  ASSERT_TRUE(header);
  EXPECT_EQ(AsText(header->icc.view()), icc);
  EXPECT_EQ(header->info.icc_bytes, icc.size());
  EXPECT_EQ(header->info.orientation, 6);
  EXPECT_EQ(header->info.displayed_width(), 10U);
  const Metadata metadata = Webp().metadata(file->view(), {});
  EXPECT_EQ(AsText(metadata.exif.view()), exif);
  EXPECT_EQ(AsText(metadata.xmp.view()), xmp);
  EXPECT_TRUE(DecodeWebp(file->view()));

  const Limits narrow{.max_icc_bytes = 20};
  EXPECT_TRUE(Webp().probe(file->view(), narrow)->icc.empty());
  EXPECT_TRUE(Webp().metadata(file->view(), narrow).exif.empty());
  EXPECT_FALSE(Webp().metadata(file->view(), {.max_icc_bytes = 12}).xmp.empty());
  EXPECT_TRUE(Webp().metadata(file->view(), {.max_icc_bytes = 11}).xmp.empty());
  EXPECT_EQ(AsText(Webp().metadata(file->view(), narrow).xmp.view()), xmp);
}

TEST(Webp, ReadsExifWithJpegsNameBeforeIt) {
  for (char orientation = 1; orientation <= 8; ++orientation) {
    for (const std::string& name : {std::string(), std::string("Exif\0\0", 6)}) {
      const std::string exif = name + TiffWith(orientation);
      const auto file = EncodeWebpFile(test::Photo(20, 10), {.exif = AsBytes(exif)});
      EXPECT_EQ(Webp().probe(file->view(), {})->info.orientation, orientation);
      EXPECT_EQ(AsText(Webp().metadata(file->view(), {}).exif.view()), TiffWith(orientation));
    }
  }
  const auto broken = EncodeWebpFile(test::Photo(20, 10), {.exif = AsBytes("no TIFF at all")});
  EXPECT_EQ(Webp().probe(broken->view(), {})->info.orientation, 1);
  EXPECT_TRUE(Webp().metadata(broken->view(), {}).exif.empty());
}

TEST(Webp, DropsProfilesThatDoNotSuit) {
  for (const std::string& icc : {MadeIcc(500, "GRAY"), MadeIcc(500, "RGB ").substr(0, 300)}) {
    const auto file = EncodeWebpFile(test::Photo(8, 8), {.icc = AsBytes(icc)});
    EXPECT_TRUE(Webp().probe(file->view(), {})->icc.empty());
  }
}

TEST(Webp, HoldsTheLimits) {
  for (const EncodeSpec& spec : {EncodeSpec{}, {.lossless = true}}) {
    const auto file = EncodeWebpFile(Translucent(40, 30), spec);
    const auto kind = [&](const Limits& limits) {
      const auto opened = Webp().open(file->view(), limits, {});
      EXPECT_EQ(KindOf(Webp().probe(file->view(), limits)), KindOf(opened));
      return KindOf(opened);
    };
    EXPECT_EQ(kind({.max_source_bytes = file->size()}), "ok");
    EXPECT_EQ(kind({.max_source_bytes = file->size() - 1}), "TooLarge");
    EXPECT_EQ(kind({.max_source_pixels = 1200}), "ok");
    EXPECT_EQ(kind({.max_source_pixels = 1199}), "TooLarge");
    const std::uint64_t needed = Webp().probe(file->view(), {})->decode_bytes;
    EXPECT_EQ(kind({.max_working_bytes = needed}), "ok");
    EXPECT_EQ(kind({.max_working_bytes = needed - 1}), "TooLarge");
  }
}

// Each chunk of eight bytes costs the demuxer a node.
TEST(Webp, CountsAFileOfEmptyChunks) {
  const std::string icc = MadeIcc(500, "RGB ");
  Bytes file = *EncodeWebpFile(test::Photo(8, 8), {.icc = AsBytes(icc)});
  const std::uint64_t before = Webp().probe(file.view(), {})->decode_bytes;
  for (int i = 0; i < 10'000; ++i) file.Append(AsBytes(std::string_view("ABCD\0\0\0\0", 8)));
  for (std::size_t i = 0; i < 4; ++i) {
    file.data()[4 + i] = static_cast<std::uint8_t>((file.size() - 8) >> (8 * i));
  }
  const auto header = Webp().probe(file.view(), {});
  ASSERT_TRUE(header);
  // Up to three demuxers at once, with nodes of 104 bytes.
  EXPECT_GE(header->decode_bytes, before + 3 * 104 * 10'000);
  EXPECT_EQ(KindOf(Webp().probe(file.view(), {.max_working_bytes = 1'000'000})), "TooLarge");
}

// Rows begin on cache lines, which is most of a narrow picture.
TEST(Webp, CountsPaddedRows) {
  for (const bool lossless : {false, true}) {
    const auto file = EncodeWebpFile(test::Photo(1, 3000), {.lossless = lossless});
    EXPECT_GE(Webp().probe(file->view(), {})->decode_bytes, pixel::RowStride(3) * 3000);
  }
}

// As many code tables as encoders make, 20 KiB each.
TEST(Webp, CountsTablesOfLosslessPictures) {
  const auto needed = [](int side) {
    const auto file = EncodeWebpFile(test::Photo(side, side), {.effort = 0, .lossless = true});
    return Webp().probe(file->view(), {})->decode_bytes;
  };
  EXPECT_GE(needed(200), 1000U * (20 << 10) + 200 * 200 * (3 + 4));
  EXPECT_GE(needed(20), 25U * (20 << 10) + 20 * 20 * (3 + 4));
}

// Whatever else is wrong with it.
TEST(Webp, IsTooLargeByItsHeaderAlone) {
  std::string file("RIFF\x16\0\0\0WEBPVP8X\x0A\0\0\0\0\0\0\0", 24);
  file += std::string("\x63\0\0\x31\0\0", 6);  // 100x50
  EXPECT_EQ(KindOf(Webp().probe(AsBytes(file), {.max_source_pixels = 5000})), "Undecodable");
  EXPECT_EQ(KindOf(Webp().probe(AsBytes(file), {.max_source_pixels = 4999})), "TooLarge");
}

TEST(Webp, StopsBeforeTheFirstRowAndBetweenRows) {
  for (const bool lossless : {false, true}) {
    const auto file = EncodeWebpFile(test::Photo(40, 64), {.lossless = lossless});
    std::stop_source stop;
    const auto source = *Webp().open(file->view(), {}, stop.get_token());
    test::Picture rows = test::Blank(40, 64);
    ASSERT_EQ(source->Read(WebpRows(rows, 0, 8)), 8);
    stop.request_stop();
    EXPECT_EQ(KindOf(source->Read(WebpRows(rows, 8, 8))), "Cancelled");
    EXPECT_EQ(KindOf(source->Read(WebpRows(rows, 8, 8))), "Cancelled");
    EXPECT_EQ(KindOf(DecodeWebp(file->view(), 8, {}, stop.get_token())), "Cancelled");
  }
}

TEST(Webp, RefusesWhatItCannotHold) {
  EXPECT_EQ(KindOf(Webp().create({.width = 16384, .height = 1})), "BadRequest");
  EXPECT_EQ(KindOf(Webp().create({.width = 1, .height = 16384})), "BadRequest");
  EXPECT_EQ(KindOf(Webp().create({.width = 0, .height = 1})), "BadRequest");
  EXPECT_EQ(KindOf(Webp().create({.width = 8, .height = 8, .format = pixel::PixelFormat::kGrey8})),
            "Internal");
  for (const auto& [width, height] : {std::pair{16383, 1}, {1, 16383}}) {
    const test::Picture line = test::Photo(width, height);
    const auto file = EncodeWebpFile(line, {.quality = 95}, 16383);
    EXPECT_LT(test::Compare(*DecodeWebp(file->view(), 64), line).mean, 5);
  }
}

TEST(Webp, RefusesRowsThatDoNotFit) {
  test::Picture picture = test::Photo(40, 40);
  const auto too_few = *Webp().create({.width = 40, .height = 41});
  EXPECT_EQ(KindOf(too_few->Write(WebpRows(picture, 0, 40))), "ok");
  EXPECT_EQ(KindOf(too_few->Finish()), "Internal");
  const auto too_many = *Webp().create({.width = 40, .height = 39});
  EXPECT_EQ(KindOf(too_many->Write(WebpRows(picture, 0, 40))), "Internal");
  EXPECT_EQ(KindOf(too_many->Finish()), "Internal");
  const auto twice = *Webp().create({.width = 40, .height = 40});
  EXPECT_EQ(KindOf(twice->Write(WebpRows(picture, 0, 40))), "ok");
  EXPECT_EQ(KindOf(twice->Finish()), "ok");
  EXPECT_EQ(KindOf(twice->Finish()), "Internal");
}

TEST(Webp, IsKnownByItsFirstSixteenBytes) {
  const auto file = EncodeWebpFile(test::Photo(8, 8));
  EXPECT_TRUE(Webp().sniff(file->view().first(16)));
  EXPECT_FALSE(Webp().sniff(file->view().first(15)));
  EXPECT_FALSE(Webp().sniff(AsBytes("RIFF\x10\x10\x10\x10WAVEVP8 ")));
  EXPECT_FALSE(Webp().sniff(AsBytes("RIFF\x10\x10\x10\x10WEBPVP9 ")));
}

// Luma and chroma are made in bands of 64 rows, to the samples that libwebp makes of all at once.
TEST(Webp, BandsOfColourLeaveNoTrace) {
  for (const int height : {1, 63, 64, 65, 129}) {
    for (const auto format : {pixel::PixelFormat::kRgb8, pixel::PixelFormat::kRgba8}) {
      Rows rows = PhotoRows(37, height, format);
      if (HasAlpha(format)) {  // the first band is opaque, those below are not
        for (int y = 0; y < height; ++y) {
          for (int x = 0; x < 37; ++x) rows.Set(x, y, 3, y < 64 ? 255 : 255 - x);
        }
      }
      const EncodeSpec spec = {.width = 37, .height = height, .format = format, .quality = 90};
      const auto whole = *NewWebpPicture(spec, WebpSamples::kArgb);
      SetArgbRows(*whole, 0, rows.Span(0, height));
      const auto config = WebpConfigOf(spec);
      ASSERT_TRUE(config);
      WebPMemoryWriter at_once;
      WebPMemoryWriterInit(&at_once);
      whole->writer = WebPMemoryWrite;
      whole->custom_ptr = &at_once;
      ASSERT_NE(WebPEncode(&*config, whole.get()), 0);
      const auto file = Encode(*ByName("webp"), rows, spec);
      ASSERT_TRUE(file);
      EXPECT_TRUE(std::ranges::equal(file->view(), ByteView(at_once.mem, at_once.size)))
          << height << HasAlpha(format);
      WebPMemoryWriterClear(&at_once);
    }
  }
}

}  // namespace
}  // namespace whittle::codec
