// AVIF as files come: the rows are those of libavif's own whole conversion, in every layout.
#include <gtest/gtest.h>

#include "pixel/aligned.h"
#include "tests/codec/avif_files.h"
#include "tests/codec/made_boxes.h"
#include "tests/codec/made_icc.h"

namespace whittle::codec {

extern const Codec kAvif;

namespace {

using pixel::PixelFormat;
using namespace std::string_literals;

Header Probed(const Bytes& file) {
  auto header = kAvif.probe(file.view(), {});
  EXPECT_TRUE(header) << header.error().detail;
  return header ? *std::move(header) : Header{};
}

TEST(AvifSource, GivesTheRowsOfTheWholeConversion) {
  for (const auto planes :
       {AVIF_PIXEL_FORMAT_YUV444, AVIF_PIXEL_FORMAT_YUV422, AVIF_PIXEL_FORMAT_YUV420}) {
    for (const int depth : {8, 10, 12}) {
      for (const bool alpha : {false, true}) {
        for (const auto range : {AVIF_RANGE_FULL, AVIF_RANGE_LIMITED}) {
          SCOPED_TRACE(testing::Message() << planes << ' ' << depth << alpha << range);
          // More rows than three bands, an odd number of them, so that every seam is there.
          const SampleRows rows =
              SamplesOf(test::Photo(37, 201), alpha ? PixelFormat::kRgba8 : PixelFormat::kRgb8);
          const Bytes file = MakeAvif(rows, {.depth = depth, .planes = planes, .range = range});
          const PixelFormat format = pixel::FormatWith(false, alpha, depth > 8);
          const auto decoded = DecodeSamples(kAvif, file.view(), {}, 7);
          ASSERT_TRUE(decoded) << decoded.error().detail;
          ASSERT_EQ(decoded->format, format);
          EXPECT_EQ(decoded->bytes, PlainAvif(file.view(), format).bytes);
          EXPECT_LT(test::Compare(decoded->Colour(), test::Photo(37, 201)).mean, 6);
        }
      }
    }
  }
}

TEST(AvifSource, GivesGreyAsGrey) {
  for (const int depth : {8, 10, 12}) {
    for (const auto range : {AVIF_RANGE_FULL, AVIF_RANGE_LIMITED}) {
      for (const bool alpha : {false, true}) {
        SCOPED_TRACE(testing::Message() << depth << range << alpha);
        const test::Picture grey = test::Photo(40, 30, 1);
        const Bytes file = MakeAvif(
            SamplesOf(grey, alpha ? PixelFormat::kRgba8 : PixelFormat::kRgb8),
            {.depth = depth, .planes = AVIF_PIXEL_FORMAT_YUV400, .range = range, .quantizer = 0});
        const auto decoded = DecodeSamples(kAvif, file.view());
        ASSERT_TRUE(decoded) << decoded.error().detail;
        ASSERT_EQ(decoded->format, pixel::FormatWith(true, alpha, depth > 8));
        EXPECT_EQ(Probed(file).info.channels, 1);
        EXPECT_LE(test::Compare(decoded->Colour(), grey).max, 1);
        const int most = depth > 8 ? 65535 : 255;
        if (alpha) EXPECT_NEAR(decoded->at(19, 3, 1), most / 2.0, most / 100.0);
        if (alpha) EXPECT_EQ(decoded->at(39, 29, 1), most);
      }
    }
  }
}

TEST(AvifSource, DecodesEverySmallSize) {
  for (int width = 1; width <= 5; ++width) {
    for (int height = 1; height <= 5; ++height) {
      SCOPED_TRACE(testing::Message() << width << 'x' << height);
      const Bytes file = MakeAvif(SamplesOf(test::Photo(width, height), PixelFormat::kRgb8),
                                  {.planes = AVIF_PIXEL_FORMAT_YUV420, .quantizer = 0});
      const auto decoded = DecodeSamples(kAvif, file.view(), {}, 1);
      ASSERT_TRUE(decoded) << decoded.error().detail;
      EXPECT_EQ(decoded->bytes, PlainAvif(file.view(), PixelFormat::kRgb8).bytes);
    }
  }
}

TEST(AvifSource, DividesPremultipliedColourByAlpha) {
  test::Picture picture = test::Photo(64, 32);
  const SampleRows rows = SamplesOf(picture, PixelFormat::kRgba8);
  for (const auto planes : {AVIF_PIXEL_FORMAT_YUV444, AVIF_PIXEL_FORMAT_YUV400}) {
    const Bytes file = MakeAvif(rows, {.planes = planes, .quantizer = 0, .premultiplied = true});
    const auto decoded = DecodeSamples(kAvif, file.view());
    ASSERT_TRUE(decoded);
    ASSERT_EQ(decoded->format, PixelFormat::kRgba8);
    if (planes == AVIF_PIXEL_FORMAT_YUV400) continue;
    for (int x = 32; x < 64; ++x) {
      for (int c = 0; c < 3; ++c) EXPECT_NEAR(decoded->at(x, 9, c), picture.at(x, 9, c), 8);
    }
  }
}

TEST(AvifSource, ReportsRotationAndMirrorAsOrientation) {
  const test::Picture upright = test::Quadrants(48, 32);
  const auto quantizer = 10;
  for (int orientation = 1; orientation <= 8; ++orientation) {
    // One way of saying each, by MIAF's order: rotation, then mirror.
    const std::optional<int> irot[] = {{}, {}, 2, {}, 1, 3, 3, 1};
    const std::optional<int> imir[] = {{}, 1, {}, 0, 0, {}, 0, {}};
    const test::Picture stored = test::StoredFor(upright, orientation);
    const Bytes file = MakeAvif(
        SamplesOf(stored, PixelFormat::kRgb8),
        {.quantizer = quantizer, .irot = irot[orientation - 1], .imir = imir[orientation - 1]});
    const Header header = Probed(file);
    EXPECT_EQ(header.info.orientation, orientation);
    EXPECT_EQ(header.info.displayed_width(), 48U);
    const auto decoded = DecodeSamples(kAvif, file.view());
    ASSERT_TRUE(decoded);
    const test::Picture shown = test::Upright(decoded->Colour(), header.info.orientation);
    EXPECT_LT(test::Compare(shown, upright).mean, 3) << orientation;
  }
}

TEST(AvifSource, AMirrorTurnsARotationAround) {
  const auto orientation = [](int irot, int imir) {
    return Probed(MakeAvif(SamplesOf(test::Photo(8, 8), PixelFormat::kRgb8),
                           {.irot = irot, .imir = imir}))
        .info.orientation;
  };
  EXPECT_EQ(orientation(0, 0), 4);
  EXPECT_EQ(orientation(0, 1), 2);
  EXPECT_EQ(orientation(1, 1), 7);
  EXPECT_EQ(orientation(2, 0), 2);
  EXPECT_EQ(orientation(2, 1), 4);
  EXPECT_EQ(orientation(3, 1), 5);
}

TEST(AvifSource, CutsToTheCleanAperture) {
  const SampleRows rows = SamplesOf(test::Photo(60, 150), PixelFormat::kRgb8);
  const Bytes whole = MakeAvif(rows);
  const Bytes file = MakeAvif(rows, {.clap = avifCropRect{5, 71, 31, 70}});
  const Header header = Probed(file);
  EXPECT_EQ(header.info.width, 31U);
  EXPECT_EQ(header.info.height, 70U);
  const auto decoded = DecodeSamples(kAvif, file.view());
  ASSERT_TRUE(decoded);
  const SampleRows all = PlainAvif(whole.view(), PixelFormat::kRgb8);
  for (int y = 0; y < 70; ++y) {
    for (int x = 0; x < 31; ++x) ASSERT_EQ(decoded->at(x, y, 1), all.at(x + 5, y + 71, 1));
  }
}

TEST(AvifSource, PutsGridsTogether) {
  const Bytes file = MakeAvif(SamplesOf(test::Photo(64, 64), PixelFormat::kRgb8), {.cells = 3});
  EXPECT_EQ(Probed(file).info.width, 192U);
  const auto decoded = DecodeSamples(kAvif, file.view());
  ASSERT_TRUE(decoded) << decoded.error().detail;
  for (int x = 0; x < 64; ++x) EXPECT_EQ(decoded->at(x, 20, 0), decoded->at(x + 128, 20, 0));
}

TEST(AvifSource, ShowsTheFirstPictureOfASequence) {
  const Bytes file = MakeAvif(SamplesOf(test::Photo(40, 30), PixelFormat::kRgb8), {.frames = 3});
  ASSERT_EQ(AsText(file.view()).substr(8, 4), "avis");
  EXPECT_EQ(Probed(file).info.frames, 1U);
  const auto decoded = DecodeSamples(kAvif, file.view());
  ASSERT_TRUE(decoded) << decoded.error().detail;
  EXPECT_LT(test::Compare(decoded->Colour(), test::Photo(40, 30)).mean, 4);
}

// What a sequence's tables announce costs libavif some 50 bytes a sample, whatever is there.
TEST(AvifSource, LooksAtTenThousandSamplesOfASequenceAtMost) {
  const Bytes made = MakeAvif(SamplesOf(test::Photo(40, 30), PixelFormat::kRgb8), {.frames = 3});
  const auto probed = [&](unsigned samples) {
    std::string file(AsText(made.view()));
    // Version and flags; then one size for all and how many, or one entry: from which chunk on.
    file.replace(file.find("stsz") + 8, 8, BigEndian(1, 4) + BigEndian(samples, 4));
    file.replace(file.find("stsc") + 16, 4, BigEndian(samples, 4));
    return kAvif.probe(AsBytes(file + MadeBox("free", std::string(20'000, 0))), {});
  };
  EXPECT_TRUE(probed(10'000));
  const auto refused = probed(10'001);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().kind, ErrorKind::kUndecodable);
}

// Well-known writers leave out how many bits there are.
TEST(AvifSource, ReadsWhatAStrictReaderRefuses) {
  const Bytes made = MakeAvif(SamplesOf(test::Photo(40, 30), PixelFormat::kRgba8));
  std::string file(AsText(made.view()));
  for (auto at = file.find("pixi"); at != std::string::npos; at = file.find("pixi", at)) {
    file.replace(at, 4, "skip");
  }
  const auto decoded = DecodeSamples(kAvif, AsBytes(file));
  ASSERT_TRUE(decoded) << decoded.error().detail;
  EXPECT_LT(test::Compare(decoded->Colour(), test::Photo(40, 30)).mean, 4);
}

TEST(AvifSource, CarriesProfileAndMetadata) {
  const std::string icc = MadeIcc(500, "RGB ");
  const std::string exif = "II*\0\x08\0\0\0\0\0\0\0\0\0"s;
  const SampleRows rows = SamplesOf(test::Photo(8, 8), PixelFormat::kRgb8);
  const Bytes file = MakeAvif(rows, {.icc = icc, .exif = exif, .xmp = "<x/>"});
  EXPECT_EQ(AsText(Probed(file).icc.view()), icc);
  EXPECT_EQ(kAvif.probe(file.view(), {.max_icc_bytes = 499})->info.icc_bytes, 0U);
  EXPECT_EQ(AsText(kAvif.metadata(file.view(), {}).exif.view()), exif);
  EXPECT_EQ(AsText(kAvif.metadata(file.view(), {}).xmp.view()), "<x/>");
  EXPECT_TRUE(kAvif.metadata(file.view(), {.max_icc_bytes = 3}).xmp.empty());
  EXPECT_EQ(kAvif.metadata(file.view(), {.max_icc_bytes = 4}).xmp.size(), 4U);
  EXPECT_EQ(kAvif.metadata(file.view(), {.max_icc_bytes = 14}).exif.size(), 14U);
  EXPECT_TRUE(kAvif.metadata(file.view(), {.max_icc_bytes = 13}).exif.empty());
  EXPECT_TRUE(kAvif.metadata(file.view().first(100), {}).exif.empty());
  EXPECT_EQ(Probed(MakeAvif(rows, {.icc = MadeIcc(500, "GRAY")})).info.icc_bytes, 0U);
}

TEST(AvifSource, HoldsTheLimits) {
  const Bytes file = MakeAvif(SamplesOf(test::Photo(40, 30), PixelFormat::kRgba8));
  const auto kind = [&](const Limits& limits) {
    const auto opened = kAvif.open(file.view(), limits, {});
    EXPECT_EQ(kAvif.probe(file.view(), limits).has_value(), opened.has_value());
    return opened ? "ok" : Name(opened.error().kind);
  };
  EXPECT_EQ(kind({.max_source_bytes = file.size()}), "ok");
  EXPECT_EQ(kind({.max_source_bytes = file.size() - 1}), "TooLarge");
  EXPECT_EQ(kind({.max_source_pixels = 1200}), "ok");
  EXPECT_EQ(kind({.max_source_pixels = 1199}), "TooLarge");
  EXPECT_EQ(kind({.max_source_pixels = 0}), "TooLarge");
  const std::uint64_t needed = Probed(file).decode_bytes;
  EXPECT_EQ(kind({.max_working_bytes = needed}), "ok");
  EXPECT_EQ(kind({.max_working_bytes = needed - 1}), "TooLarge");
}

// Two sets of planes of whole blocks, a byte a pixel of the decoder's own, and a band of rows.
TEST(AvifSource, CountsWhatItsDecoderKeeps) {
  const auto needed = [](PixelFormat format, const AvifOptions& options) {
    const Bytes file = MakeAvif(SamplesOf(test::Photo(40, 30), format), options);
    return Probed(file).decode_bytes - (8U << 20);
  };
  constexpr std::uint64_t kPadded = (40 + 128) * (30 + 128);
  const auto with_band = [](std::uint64_t samples, std::size_t pixel) {
    return kPadded * (samples + 1) + pixel::RowStride(40 * pixel) * 68;
  };
  EXPECT_EQ(needed(PixelFormat::kRgb8, {}), with_band(6, 3));
  EXPECT_EQ(needed(PixelFormat::kRgba8, {}), with_band(8, 4));
  EXPECT_EQ(needed(PixelFormat::kRgb8, {.planes = AVIF_PIXEL_FORMAT_YUV422}), with_band(4, 3));
  EXPECT_EQ(needed(PixelFormat::kRgb8, {.planes = AVIF_PIXEL_FORMAT_YUV400}), with_band(2, 1));
  EXPECT_EQ(needed(PixelFormat::kRgb8, {.depth = 10, .planes = AVIF_PIXEL_FORMAT_YUV420}),
            with_band(3 * 2, 6));
}

// The boxes say 16x16, and AV1's own header far more: memory was estimated by the boxes.
TEST(AvifSource, HoldsTheDataToItsBoxes) {
  const Bytes made = MakeAvif(SamplesOf(test::Photo(600, 600), PixelFormat::kRgb8));
  std::string file(AsText(made.view()));
  const std::string size = "\0\0\x02\x58\0\0\x02\x58"s;
  const auto at = file.find("ispe");
  ASSERT_EQ(file.substr(at + 8, 8), size);
  file.replace(at + 8, 8, "\0\0\0\x10\0\0\0\x10"s);
  ASSERT_TRUE(kAvif.probe(AsBytes(file), {}));
  const auto decoded = DecodeSamples(kAvif, AsBytes(file));
  ASSERT_FALSE(decoded);
  EXPECT_EQ(decoded.error().kind, ErrorKind::kUndecodable);
  EXPECT_FALSE(decoded.error().detail.contains("what its boxes say"))
      << "found by us, once all of it had been decoded: " << decoded.error().detail;
}

TEST(AvifSource, StopsWhenAsked) {
  const Bytes file = MakeAvif(SamplesOf(test::Photo(40, 200), PixelFormat::kRgb8));
  std::stop_source stop;
  const auto source = *kAvif.open(file.view(), {}, stop.get_token());
  SampleRows rows(40, 200, PixelFormat::kRgb8);
  ASSERT_EQ(source->Read(rows.Rows(0, 8)), 8);
  stop.request_stop();
  for (int i = 0; i < 2; ++i) {
    const auto got = source->Read(rows.Rows(8, 8));
    ASSERT_FALSE(got);
    EXPECT_EQ(got.error().kind, ErrorKind::kCancelled);
  }
  const auto opened = kAvif.open(file.view(), {}, stop.get_token());
  ASSERT_FALSE(opened);
  EXPECT_EQ(opened.error().kind, ErrorKind::kCancelled);
}

TEST(AvifSource, ACutFileIsUndecodable) {
  const Bytes file = MakeAvif(SamplesOf(test::Photo(33, 21), PixelFormat::kRgba8));
  for (std::size_t size = 0; size < file.size(); ++size) {
    const auto decoded = DecodeSamples(kAvif, file.view().first(size));
    ASSERT_FALSE(decoded) << size;
    EXPECT_EQ(decoded.error().kind, size < 16 ? ErrorKind::kUnsupported : ErrorKind::kUndecodable);
  }
}

TEST(AvifSource, IsToldByItsBrands) {
  const auto sniffed = [](const std::string& major, const std::string& compatible) {
    const std::string box = "\0\0\0"s + static_cast<char>(16 + compatible.size()) + "ftyp" + major +
                            "\0\0\0\0"s + compatible;
    return kAvif.sniff(AsBytes(box));
  };
  EXPECT_TRUE(sniffed("avif", ""));
  EXPECT_TRUE(sniffed("avis", "avis"));
  EXPECT_TRUE(sniffed("mif1", "miafavif"));
  EXPECT_TRUE(sniffed("msf1", "avis"));
  EXPECT_FALSE(sniffed("mif1", "heic"));
  EXPECT_FALSE(sniffed("heic", "avif"));
  EXPECT_FALSE(sniffed("isom", "avif"));
}

}  // namespace
}  // namespace whittle::codec
