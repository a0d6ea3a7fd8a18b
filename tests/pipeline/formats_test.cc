// From format to format through the whole call: alpha, depth, profiles, animations, metadata, and
// which format a result gets.
#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <string>

#include "pipeline/run.h"
#include "tests/codec/decode.h"
#include "tests/codec/made_icc.h"
#include "tests/pixel/reference.h"
#include "whittle/whittle.h"

namespace whittle::pipeline {
namespace {

using codec::ByName;
using codec::Rows;
using pixel::PixelFormat;
using Params = Transform::Params;

Encoded Made(ByteView file, const Params& params) {
  const auto transform = Transform::Make(params);
  if (!transform) throw std::runtime_error(transform.error().text);
  auto result = Process(file, *transform, Limits{});
  if (!result) throw std::runtime_error(result.error().text + ": " + result.error().detail);
  return *std::move(result);
}

Rows Shown(ByteView file, const Params& params) {
  auto rows = codec::DecodeRows(Made(file, params).bytes.view());
  if (!rows) throw std::runtime_error(rows.error().detail);
  return *std::move(rows);
}

Bytes File(std::string_view format, const Rows& rows, const codec::EncodeSpec& spec = {}) {
  return *codec::Encode(*ByName(format), rows, spec);
}

TEST(Formats, TheSourcesOwnIsTheDefault) {
  for (const std::string_view format : {"jpeg", "png", "webp", "avif", "gif", "jxl", "tiff"}) {
    const Rows rows = codec::PhotoRows(
        90, 60, format == "gif" || format == "avif" ? PixelFormat::kRgba8 : PixelFormat::kRgb8);
    const Encoded result = Made(File(format, rows).view(), {.width = 40});
    EXPECT_EQ(result.mime, ByName(format)->mime);
    EXPECT_EQ(codec::Sniff(result.bytes.view()), ByName(format));
    EXPECT_EQ(result.width, 40U);
    EXPECT_EQ(result.height, 27U);
  }
}

TEST(Formats, EveryOneBecomesEveryOther) {
  for (const std::string_view from : {"jpeg", "png", "webp", "avif", "gif", "jxl", "tiff"}) {
    const Rows rows = codec::PhotoRows(
        61, 43, from == "jpeg" || from == "tiff" ? PixelFormat::kRgb8 : PixelFormat::kRgba8);
    const Bytes file = File(from, rows, {.quality = 95});
    for (const Format to : {Format::kJpeg, Format::kPng, Format::kWebp, Format::kAvif, Format::kGif,
                            Format::kJxl, Format::kTiff, Format::kRaw}) {
      const Encoded result = Made(file.view(), {.width = 31, .format = to});
      EXPECT_EQ(result.mime, MimeOf(to)) << from;
      EXPECT_EQ(result.width, 31U);
      EXPECT_EQ(result.height, 22U);
      EXPECT_FALSE(result.bytes.empty());
    }
  }
}

TEST(Formats, OffersAreTakenInOrderWhereTheyHoldThePicture) {
  const Bytes opaque = File("png", codec::PhotoRows(60, 40, PixelFormat::kRgb8));
  const Bytes transparent = File("png", codec::PhotoRows(60, 40, PixelFormat::kRgba8));
  Params params{.width = 30};
  params.offers = {Format::kJpeg, Format::kWebp};
  EXPECT_EQ(Made(opaque.view(), params).mime, "image/jpeg");
  EXPECT_EQ(Made(transparent.view(), params).mime, "image/webp");
  params.background = Colour{255, 255, 255, 255};
  EXPECT_EQ(Made(transparent.view(), params).mime, "image/jpeg");
}

TEST(Formats, TransparencyIsFlattenedWhereThereIsNone) {
  Rows rows = codec::BlankRows(40, 40, PixelFormat::kRgba8, 0);
  for (int y = 0; y < 40; ++y) {
    for (int x = 0; x < 20; ++x) {
      rows.Set(x, y, 0, 255);
      rows.Set(x, y, 3, 255);
    }
  }
  const Bytes file = File("png", rows);
  const auto right = [&](const Params& params, int c) {
    return Shown(file.view(), params).Sample(36, 20, c);
  };
  Params params{.width = 40, .format = Format::kJpeg};
  EXPECT_NEAR(right(params, 1), 0, 3) << "black, as a plain Params says";
  params.flatten = {255, 255, 255, 255};
  EXPECT_NEAR(right(params, 1), 255, 3);
  params.background = Colour{0, 0, 255, 255};
  EXPECT_NEAR(right(params, 2), 255, 8);
  EXPECT_NEAR(right(params, 1), 0, 8);
}

// The left half is opaque red, the right one transparent.
Bytes HalfRed() {
  Rows rows = codec::BlankRows(40, 40, PixelFormat::kRgba8, 0);
  for (int y = 0; y < 40; ++y) {
    for (int x = 0; x < 20; ++x) {
      rows.Set(x, y, 0, 255);
      rows.Set(x, y, 3, 255);
    }
  }
  return File("png", rows);
}

void ExpectPixel(const Rows& rows, int x, int y, const std::array<int, 4>& rgba) {
  for (int c = 0; c < Channels(rows.format); ++c) {
    EXPECT_NEAR(rows.Sample(x, y, c), rgba[static_cast<std::size_t>(c)], 4)
        << x << "," << y << " channel " << c;
  }
}

TEST(Formats, ATransparentBackgroundWasNotBehindTransparency) {
  const Bytes file = HalfRed();
  Params params{.width = 40, .background = Colour{0, 0, 255, 128}, .flatten = {255, 255, 255}};
  const Rows plain = Shown(file.view(), params);
  ExpectPixel(plain, 3, 20, {255, 0, 0, 255});
  ExpectPixel(plain, 36, 20, {0, 0, 255, 128});
  params.pad = {.top = 5, .right = 5, .bottom = 5, .left = 5};
  const Rows padded = Shown(file.view(), params);
  ExpectPixel(padded, 2, 2, {0, 0, 255, 128});
  ExpectPixel(padded, 41, 25, {0, 0, 255, 128});
  ExpectPixel(padded, 8, 25, {255, 0, 0, 255});
}

TEST(Formats, ATransparentBackgroundWasTakenAsOpaqueWhereTheFormatHasNoAlpha) {
  Params params{.width = 40, .background = Colour{0, 0, 255, 128}, .format = Format::kJpeg};
  params.flatten = {255, 255, 255};
  // Half the light of white stays.
  ExpectPixel(Shown(HalfRed().view(), params), 36, 20, {187, 187, 255, 255});
}

TEST(Formats, ATransparentBackgroundSentTransparencyToAnOfferWithout) {
  Params params{.width = 20, .background = Colour{0, 0, 255, 128}};
  params.offers = {Format::kJpeg, Format::kWebp};
  EXPECT_EQ(Made(HalfRed().view(), params).mime, "image/webp");
}

TEST(Formats, NoHaloAtTransparentEdges) {
  // Red beside transparent black: any mix of the two colours would be a darker red.
  Rows rows = codec::BlankRows(64, 64, PixelFormat::kRgba8, 0);
  for (int y = 0; y < 64; ++y) {
    for (int x = 0; x < 64; ++x) {
      if ((x / 5 + y / 7) % 2 == 0) continue;
      rows.Set(x, y, 0, 255);
      rows.Set(x, y, 3, 255);
    }
  }
  const Rows shown = Shown(File("png", rows).view(), {.width = 19});
  ASSERT_TRUE(HasAlpha(shown.format));
  int partial = 0;
  for (int y = 0; y < shown.height; ++y) {
    for (int x = 0; x < shown.width; ++x) {
      const int alpha = shown.Sample(x, y, 3);
      if (alpha > 20 && alpha < 235) ++partial;
      if (alpha > 20) {
        EXPECT_GE(shown.Sample(x, y, 0), 250) << x << "," << y << " alpha " << alpha;
        EXPECT_LE(shown.Sample(x, y, 1), 4);
      }
    }
  }
  EXPECT_GT(partial, 50);
}

TEST(Formats, SixteenBitsStaySixteenBits) {
  Rows rows = codec::BlankRows(64, 8, PixelFormat::kGrey16);
  for (int y = 0; y < 8; ++y) {
    for (int x = 0; x < 64; ++x) rows.Set(x, y, 0, 30'000 + 16 * x);
  }
  const Rows shown = Shown(File("png", rows).view(), {.width = 32});
  ASSERT_EQ(shown.format, PixelFormat::kGrey16);
  for (int x = 4; x < 28; ++x) {
    EXPECT_NEAR(shown.Sample(x, 2, 0), 30'000 + 16 * (2 * x + 0.5), 6) << x;
  }
  const Rows narrow = Shown(File("png", rows).view(), {.width = 32, .format = Format::kJpeg});
  EXPECT_EQ(narrow.format, PixelFormat::kGrey8);
}

TEST(Formats, PlanesGoBetweenJpegWebpAndAvifInBothRanges) {
  const Rows photo = codec::PhotoRows(200, 140, PixelFormat::kRgb8);
  const test::Picture source = PictureOf(photo);
  const test::Picture wanted =
      pixel::test::ExactResize(source, pixel::Geometry::Whole(200, 140, 80, 56));
  for (const std::string_view from : {"jpeg", "webp", "avif"}) {
    const Bytes file = File(from, photo, {.quality = 95});
    ASSERT_TRUE(ByName(from)->probe(file.view(), {})->planes) << from;
    for (const Format to : {Format::kJpeg, Format::kWebp, Format::kAvif}) {
      const Rows shown = Shown(file.view(), {.width = 80, .format = to, .quality = 89});
      EXPECT_LT(test::Compare(PictureOf(shown), wanted).mean, 4.5) << from << WordOf(to);
      // Black and white reach their ends: a range taken for the other would move them by 16.
      const Rows white = codec::BlankRows(64, 64, PixelFormat::kRgb8, 255);
      const Rows black = codec::BlankRows(64, 64, PixelFormat::kRgb8, 0);
      for (const auto& [plain, code] : {std::pair{white, 255}, {black, 0}}) {
        const Rows result =
            Shown(File(from, plain, {.quality = 95}).view(), {.width = 30, .format = to});
        EXPECT_NEAR(result.Sample(15, 15, 0), code, 2) << from << WordOf(to);
        EXPECT_NEAR(result.Sample(15, 15, 1), code, 2) << from << WordOf(to);
      }
    }
  }
}

// Three canvases of one colour each.
Bytes Animation(std::string_view format) {
  const auto sink = *ByName(format)->create_frames(
      {.width = 60, .height = 40, .format = PixelFormat::kRgba8, .loops = 3});
  for (const int code : {10, 120, 240}) {
    Rows rows = codec::BlankRows(60, 40, PixelFormat::kRgba8, static_cast<std::uint8_t>(code));
    for (int y = 0; y < 40; ++y) {
      for (int x = 0; x < 60; ++x) rows.Set(x, y, 3, 255);
    }
    EXPECT_TRUE(sink->Write({.canvas = rows.Span(0, 40), .duration = 100 + code}));
  }
  return *sink->Finish();
}

TEST(Formats, AnimationsStayAnimatedWhereTheFormatCan) {
  for (const std::string_view from : {"gif", "webp", "png", "jxl"}) {
    const Bytes file = Animation(from);
    for (const Format to : {Format::kGif, Format::kWebp, Format::kPng, Format::kJxl}) {
      const Encoded result = Made(file.view(), {.width = 30, .format = to});
      const auto header = codec::Sniff(result.bytes.view())->probe(result.bytes.view(), {});
      ASSERT_TRUE(header);
      EXPECT_EQ(header->info.frames, 3U) << from << WordOf(to);
      EXPECT_EQ(header->loops, 3) << from << WordOf(to);
      EXPECT_EQ(header->info.width, 30U);
      const auto frames = *ByName(WordOf(to))->open_frames(result.bytes.view(), {}, {});
      for (const int code : {10, 120, 240}) {
        const auto frame = frames->Next();
        ASSERT_TRUE(frame && *frame);
        EXPECT_NEAR((*frame)->canvas.row(10)[40], code, 4) << from << WordOf(to);
        EXPECT_NEAR((*frame)->duration, 100 + code, 10) << from << WordOf(to);
      }
    }
    const auto frames_of = [&](const Params& params) {
      const Encoded result = Made(file.view(), params);
      return codec::Sniff(result.bytes.view())->probe(result.bytes.view(), {})->info.frames;
    };
    EXPECT_EQ(frames_of({.width = 30}), 3U) << from;
    EXPECT_EQ(frames_of({.width = 30, .anim = false}), 1U) << from;
    EXPECT_EQ(frames_of({.width = 30, .format = Format::kJpeg}), 1U) << from;
  }
}

TEST(Formats, EffectsWorkOnEveryFrame) {
  const Encoded result = Made(Animation("gif").view(), {.width = 30,
                                                        .height = 30,
                                                        .fit = Fit::kCover,
                                                        .rotate = 90,
                                                        .blur = 1,
                                                        .brightness = 0.5,
                                                        .format = Format::kWebp});
  EXPECT_EQ(codec::Sniff(result.bytes.view())->probe(result.bytes.view(), {})->info.frames, 3U);
  EXPECT_EQ(result.width, 30U);
  EXPECT_EQ(result.height, 30U);
}

TEST(Formats, AnimationsCanBeGrey) {
  for (const Format to : {Format::kGif, Format::kWebp, Format::kPng, Format::kJxl}) {
    const Encoded result =
        Made(Animation("gif").view(), {.width = 30, .greyscale = true, .format = to});
    EXPECT_EQ(codec::Sniff(result.bytes.view())->probe(result.bytes.view(), {})->info.frames, 3U)
        << WordOf(to);
  }
}

TEST(Formats, TooLargeAnAnimationBecomesItsFirstFrame) {
  const Bytes file = Animation("gif");
  const Transform transform = *Transform::Make({.width = 30});
  const auto result = Process(file.view(), transform, {.max_animation_pixels = 3 * 60 * 40 - 1});
  ASSERT_TRUE(result);
  EXPECT_EQ(codec::Sniff(result->bytes.view())->probe(result->bytes.view(), {})->info.frames, 1U);
}

TEST(Formats, ProfilesGoAlongOrAreConverted) {
  const std::string icc = codec::MadeIcc(600, "RGB ");
  const Bytes file =
      File("png", codec::PhotoRows(60, 40, PixelFormat::kRgb8), {.icc = AsBytes(icc)});
  const auto carried = [&](const Params& params) {
    const Encoded result = Made(file.view(), params);
    return codec::Sniff(result.bytes.view())->probe(result.bytes.view(), {})->icc.size();
  };
  EXPECT_EQ(carried({.width = 30}), 600U);
  EXPECT_EQ(carried({.width = 30, .format = Format::kJpeg}), 600U);
  EXPECT_EQ(carried({.width = 30, .format = Format::kWebp}), 600U);
  EXPECT_EQ(carried({.width = 30, .profile = Profile::kSrgb}), 0U);
  EXPECT_EQ(carried({.width = 30, .format = Format::kGif}), 0U);
  EXPECT_EQ(carried({.width = 30, .greyscale = true}), 0U) << "it says nothing about grey";
}

TEST(Formats, MetadataGoesUnlessItIsAskedFor) {
  // One directory with a copyright: tag 0x8298, ASCII, 9 bytes at 26.
  const std::string exif(
      "II*\0\x08\0\0\0\x01\0\x98\x82\x02\0\x09\0\0\0\x1A\0\0\0\0\0\0\0somebody\0", 35);
  const std::string xmp = "<x:xmpmeta/>";
  const Bytes file = File("jpeg", codec::PhotoRows(60, 40, PixelFormat::kRgb8),
                          {.exif = AsBytes(exif), .xmp = AsBytes(xmp)});
  for (const Format to : {Format::kJpeg, Format::kPng, Format::kWebp}) {
    const auto kept = [&](Keep keep) {
      const Encoded result = Made(file.view(), {.width = 30, .format = to, .keep = keep});
      return ByName(WordOf(to))->metadata(result.bytes.view(), {});
    };
    EXPECT_TRUE(kept(Keep::kNone).exif.empty()) << WordOf(to);
    EXPECT_TRUE(kept(Keep::kNone).xmp.empty()) << WordOf(to);
    EXPECT_NE(AsText(kept(Keep::kCopyright).exif.view()).find("somebody"), std::string::npos);
    EXPECT_TRUE(kept(Keep::kCopyright).xmp.empty()) << WordOf(to);
    EXPECT_EQ(AsText(kept(Keep::kAll).xmp.view()), xmp) << WordOf(to);
  }
}

TEST(Formats, PaddingIsTransparentWhereItCan) {
  const Bytes file = File("png", codec::PhotoRows(60, 40, PixelFormat::kRgb8));
  const Rows shown = Shown(file.view(), {.width = 40, .height = 40, .fit = Fit::kContain});
  ASSERT_TRUE(HasAlpha(shown.format));
  EXPECT_EQ(shown.Sample(20, 1, 3), 0);
  EXPECT_EQ(shown.Sample(20, 20, 3), 255);
}

}  // namespace
}  // namespace whittle::pipeline
