// What a result, or a source that stands for it, says beside its pixels: nothing that is not asked
// for (privacy), and nothing that no longer holds.
#include <gtest/gtest.h>

#include <string>
#include <string_view>

#include "codec/metadata/exif_keep.h"
#include "codec/strip.h"
#include "pipeline/run.h"
#include "tests/codec/decode.h"
#include "tests/codec/made_icc.h"
#include "tests/support/corpus.h"
#include "whittle/whittle.h"

namespace whittle::pipeline {
namespace {

using namespace std::string_literals;
using codec::ByName;
using Params = Transform::Params;

Encoded Made(ByteView file, const Params& params, const Limits& limits = {}) {
  auto result = Process(file, *Transform::Make(params), limits);
  if (!result) throw std::runtime_error(result.error().text + ": " + result.error().detail);
  return *std::move(result);
}

bool Holds(ByteView file, std::string_view text) {
  return AsText(file).find(text) != std::string_view::npos;
}

const std::string kXmp =
    "<x:xmpmeta xmlns:x=\"adobe:ns:meta/\"><r:RDF "
    "xmlns:r=\"http://www.w3.org/1999/02/22-rdf-syntax-ns#\" "
    "xmlns:t=\"http://ns.adobe.com/tiff/1.0/\" xmlns:e=\"http://ns.adobe.com/exif/1.0/\">"
    "<r:Description t:Orientation=\"6\" e:PixelXDimension=\"90\"><t:Orientation>6</t:Orientation>"
    "<e:PixelYDimension>60</e:PixelYDimension></r:Description></r:RDF></x:xmpmeta>";
const std::string kXmpOfResult =
    "<x:xmpmeta xmlns:x=\"adobe:ns:meta/\"><r:RDF "
    "xmlns:r=\"http://www.w3.org/1999/02/22-rdf-syntax-ns#\" "
    "xmlns:t=\"http://ns.adobe.com/tiff/1.0/\" xmlns:e=\"http://ns.adobe.com/exif/1.0/\">"
    "<r:Description t:Orientation=\"1\" e:PixelXDimension=\"20\"><t:Orientation>1</t:Orientation>"
    "<e:PixelYDimension>30</e:PixelYDimension></r:Description></r:RDF></x:xmpmeta>";

// A TIFF structure: the maker "Dabc", orientation 6, 90x60 pixels, and by whom: "Eve".
const std::string kExif =
    "II*\0\x08\0\0\0\5\0"
    "\x0F\1\2\0\4\0\0\0Dabc"
    "\x12\1\3\0\1\0\0\0\6\0\0\0"
    "\0\1\4\0\1\0\0\0\x5A\0\0\0"
    "\1\1\3\0\1\0\0\0\x3C\0\0\0"
    "\x3B\1\2\0\4\0\0\0Eve\0"
    "\0\0\0\0"s;

Bytes Source(std::string_view format, const codec::EncodeSpec& spec) {
  return *codec::Encode(*ByName(format), codec::PhotoRows(90, 60, pixel::PixelFormat::kRgb8), spec);
}

constexpr Format kFormats[] = {Format::kJpeg, Format::kPng, Format::kWebp,
                               Format::kAvif, Format::kJxl, Format::kTiff};

TEST(KeptMetadata, OfATurnedPictureWasForReadersToTurnItAgain) {
  for (const Format from : kFormats) {
    const codec::Codec& source = *ByName(WordOf(from));
    const Bytes file = Source(source.name, {.exif = AsBytes(kExif), .xmp = AsBytes(kXmp)});
    for (const Format to : kFormats) {
      SCOPED_TRACE(std::string(source.name) + " to " + std::string(WordOf(to)));
      // Where the source's EXIF turns it, the box is met by the upright picture; elsewhere we turn.
      const bool upright = Probe(file.view(), {})->orientation == 1;
      const Encoded result = Made(file.view(), {.width = 20,
                                                .height = 30,
                                                .rotate = upright ? 90 : 0,
                                                .format = to,
                                                .keep = Keep::kAll});
      ASSERT_EQ(result.width, 20U);
      ASSERT_EQ(result.height, 30U);
      const codec::Codec& codec = *ByName(WordOf(to));
      const codec::Metadata kept = codec.metadata(result.bytes.view(), {});
      EXPECT_EQ(AsText(kept.xmp.view()), kXmpOfResult);
      EXPECT_EQ(Probe(result.bytes.view(), {})->orientation, 1);
      if (from == Format::kTiff || to == Format::kTiff) continue;  // whose tags are the file's
      EXPECT_TRUE(Holds(kept.exif.view(), "Dabc"));
      EXPECT_TRUE(Holds(kept.exif.view(), "\0\1\4\0\1\0\0\0\x14\0\0\0"s)) << "ImageWidth";
      EXPECT_TRUE(Holds(kept.exif.view(), "\1\1\3\0\1\0\0\0\x1E\0"s)) << "ImageLength";
      EXPECT_FALSE(Holds(kept.exif.view(), "\x12\1\3\0"s)) << "Orientation";
    }
  }
}

TEST(KeptMetadata, IsThatOfTheCanvasWithItsPadding) {
  const Bytes file = Source("jpeg", {.xmp = AsBytes(kXmp)});
  const Encoded result =
      Made(file.view(), {.width = 45, .pad = {.top = 7, .left = 5}, .keep = Keep::kAll});
  ASSERT_EQ(result.width, 50U);
  ASSERT_EQ(result.height, 37U);
  EXPECT_TRUE(Holds(result.bytes.view(), "PixelXDimension=\"50\""));
  EXPECT_TRUE(Holds(result.bytes.view(), "<e:PixelYDimension>37<"));
}

TEST(KeptMetadata, XmpThatCannotBeReadIsDropped) {
  const Bytes file = Source("jpeg", {.exif = AsBytes(kExif),
                                     .xmp = AsBytes("<x><tiff:Orientation>6</tiff:Orientation>")});
  const Encoded result = Made(file.view(), {.width = 20, .keep = Keep::kAll});
  EXPECT_FALSE(Holds(result.bytes.view(), "Orientation"));
  EXPECT_TRUE(Holds(result.bytes.view(), "Dabc"));
}

TEST(KeptMetadata, OfHeifIsAsOfOthers) {
  WHITTLE_NEEDS_CORPUS();
  int files = 0;
  for (const test::ManifestRow& row : test::Manifest()) {
    const auto path = *test::CorpusDir() / row.path;
    if (path.extension() != ".heic" || !is_regular_file(path)) continue;
    const Bytes file = test::ReadFile(path);
    if (codec::Sniff(file.view()) != ByName("heif")) continue;
    const codec::Metadata found = ByName("heif")->metadata(file.view(), {});
    if (found.exif.empty()) continue;
    const auto result =
        Process(file.view(), *Transform::Make({.width = 40, .keep = Keep::kAll}), Limits{});
    if (!result) continue;
    SCOPED_TRACE(row.path);
    EXPECT_EQ(Probe(result->bytes.view(), {})->orientation, 1);
    ++files;
  }
  EXPECT_GT(files, 0);
}

// --- if_larger ---------------------------------------------------------------------------------

// A source of bad quality, whose result is asked for in the best.
const Params kBetter{.width = 1000, .quality = 100};

Bytes Bad(std::string_view format, codec::EncodeSpec spec = {}) {
  spec.quality = 5;
  return *codec::Encode(*ByName(format), test::Noise(64, 64), spec);
}

bool Sent(const Encoded& result, ByteView file) {
  return AsText(result.bytes.view()) == AsText(file);
}

TEST(SourceInstead, IsStrippedOfWhatAResultWouldNotHave) {
  const std::string upright = [] {
    std::string exif = kExif;
    exif[30] = '\1';
    return exif;
  }();
  for (const std::string_view format : {"jpeg", "webp", "avif", "jxl"}) {
    SCOPED_TRACE(format);
    const Bytes plain = Bad(format);
    for (const codec::EncodeSpec& notes : {codec::EncodeSpec{.exif = AsBytes(upright)},
                                           {.xmp = AsBytes(kXmp)},
                                           {.exif = AsBytes(upright), .xmp = AsBytes(kXmp)}}) {
      const Bytes file = Bad(format, notes);
      ASSERT_GT(file.size(), plain.size());
      const Encoded result = Made(file.view(), kBetter);
      EXPECT_LT(result.bytes.size(), file.size());
      EXPECT_FALSE(Holds(result.bytes.view(), "Dabc"));
      EXPECT_FALSE(Holds(result.bytes.view(), "adobe"));
      EXPECT_TRUE(*codec::DecodeRows(result.bytes.view()) == *codec::DecodeRows(file.view()))
          << "not the source";
      Params keeping = kBetter;
      keeping.keep = Keep::kAll;
      EXPECT_TRUE(Sent(Made(file.view(), keeping), file.view()));
      keeping.if_larger_source = false;
      EXPECT_FALSE(Sent(Made(file.view(), keeping), file.view()));
    }
  }
}

TEST(SourceInstead, OfAPngHasNoTexts) {
  // Whose effort 0 makes more bytes than 10.
  const codec::Rows rows = codec::PhotoRows(90, 60, pixel::PixelFormat::kRgb8);
  const Bytes plain = *codec::Encode(*ByName("png"), rows, {.effort = 10});
  const Bytes file = *codec::Encode(*ByName("png"), rows,
                                    {.effort = 10, .exif = AsBytes("II*"), .xmp = AsBytes(kXmp)});
  EXPECT_TRUE(Sent(Made(file.view(), {.width = 1000, .effort = 0}), plain.view()));
}

TEST(SourceInstead, KeepsTheCopyrightWhereThatIsAskedFor) {
  std::string exif = kExif;
  exif[30] = '\1';
  Params params = kBetter;
  params.keep = Keep::kCopyright;
  for (const std::string_view format : {"jpeg", "webp"}) {
    const Bytes file = Bad(format, {.exif = AsBytes(exif), .xmp = AsBytes(kXmp)});
    const Encoded result = Made(file.view(), params);
    EXPECT_TRUE(*codec::DecodeRows(result.bytes.view()) == *codec::DecodeRows(file.view()));
    const codec::Metadata kept = ByName(format)->metadata(result.bytes.view(), {});
    EXPECT_TRUE(Holds(kept.exif.view(), "Eve"));
    EXPECT_FALSE(Holds(kept.exif.view(), "Dabc"));
    EXPECT_TRUE(kept.xmp.empty());
  }
  // AVIF has no place for it that we would fill: rather the result than a loss of words.
  const Bytes avif = Bad("avif", {.exif = AsBytes(exif)});
  EXPECT_TRUE(Holds(Made(avif.view(), params).bytes.view(), "Eve"));
}

TEST(SourceInstead, MustHaveFewerBytesThanTheResult) {
  const Bytes file = Bad("jpeg");
  Params params = kBetter;
  params.if_larger_source = false;
  const std::size_t result = Made(file.view(), params).bytes.size();
  ASSERT_GT(result, file.size() + 100);
  // Lengthened by a profile's worth of bytes, which is not taken for metadata.
  for (const std::size_t size : {result - 1, result, result + 1}) {
    std::string longer(AsText(file.view()));
    const std::size_t body = size - file.size() - 4;
    longer.insert(2, "\xFF\xE2"s + static_cast<char>((body + 2) >> 8) +
                         static_cast<char>(body + 2) + "ICC_PROFILE\0\1\1"s +
                         std::string(body - 14, 'x'));
    ASSERT_EQ(longer.size(), size);
    for (const Keep keep : {Keep::kNone, Keep::kAll}) {
      Params asked = kBetter;
      asked.keep = keep;
      EXPECT_EQ(Sent(Made(AsBytes(longer), asked), AsBytes(longer)), size < result) << size;
    }
  }
}

TEST(SourceInstead, IsNotLookedAtWhereTooMuchWouldGo) {
  const Bytes file = Bad("jpeg");
  Params params = kBetter;
  params.if_larger_source = false;
  const std::size_t result = Made(file.view(), params).bytes.size();
  for (const std::size_t more : {1000U, 1001U}) {
    std::string longer(AsText(file.view()));
    longer.resize(result + more, 'x');
    const Encoded sent = Made(AsBytes(longer), kBetter, {.max_icc_bytes = 1000});
    EXPECT_EQ(Sent(sent, file.view()), more == 1000) << more;
  }
}

// TIFF's own tags may say where and by whom, and nobody takes them out.
TEST(SourceInstead, IsNotSentWhereItCannotBeStripped) {
  const Bytes file = *codec::Encode(*ByName("tiff"), test::Noise(64, 64), {});
  const auto stripped = ByName("tiff")->strip;
  ASSERT_EQ(stripped, nullptr);
  std::string longer(AsText(file.view()));
  longer += "hidden";
  EXPECT_FALSE(Holds(Made(AsBytes(longer), {.width = 1000}).bytes.view(), "hidden"));
}

TEST(SourceInstead, IsNoAnimationForWhoWantsAStill) {
  const auto sink = *ByName("webp")->create_frames({.width = 64, .height = 64, .quality = 1});
  for (unsigned seed = 1; seed <= 2; ++seed) {
    const test::Picture noise = test::Noise(64, 64, 3, seed);
    ASSERT_TRUE(
        sink->Write({.canvas = {noise.samples.data(), 192, 64, 64, pixel::PixelFormat::kRgb8},
                     .duration = 50}));
  }
  const Bytes file = *sink->Finish();
  Params params = kBetter;
  EXPECT_TRUE(Sent(Made(file.view(), params), file.view()));
  params.anim = false;
  const Encoded still = Made(file.view(), params);
  EXPECT_EQ(Probe(still.bytes.view(), {})->frames, 1U);
}

TEST(SourceInstead, IsNotSentWhereAnythingIsDoneToIt) {
  const Bytes file = Bad("jpeg");
  ASSERT_TRUE(Sent(Made(file.view(), kBetter), file.view()));
  const auto differs = [&](auto change) {
    Params params = kBetter;
    change(params);
    return !Sent(Made(file.view(), params), file.view());
  };
  EXPECT_TRUE(differs([](Params& p) { p.width = 63; }));
  EXPECT_TRUE(differs([](Params& p) { p.crop = Rectangle{1, 0, 63, 64}; }));
  EXPECT_TRUE(differs([](Params& p) { p.rotate = 180; }));
  EXPECT_TRUE(differs([](Params& p) { p.flop = true; }));
  EXPECT_TRUE(differs([](Params& p) { p.pad = {.left = 1}; }));
  EXPECT_TRUE(differs([](Params& p) { p.box_blur = true; }));
  EXPECT_TRUE(differs([](Params& p) { p.greyscale = true; }));
  EXPECT_TRUE(differs([](Params& p) { p.gamma = 1.1; }));
  EXPECT_TRUE(differs([](Params& p) { p.trim = 0; }));
  EXPECT_TRUE(differs([](Params& p) { p.format = Format::kPng; }));
  EXPECT_TRUE(differs([](Params& p) { p.if_larger_source = false; }));
  const Bytes ink = test::EncodeJpeg(test::Noise(64, 64, 4), {.quality = 5});
  EXPECT_EQ(Probe(Made(ink.view(), kBetter).bytes.view(), {})->channels, 3);
}

// Transparency with something laid behind it is another picture, also where it stays transparent.
TEST(SourceInstead, IsNotSentWhereABackgroundStandsBehindIt) {
  codec::Rows rows = codec::BlankRows(64, 64, pixel::PixelFormat::kRgba8);
  rows.bytes = test::Noise(64, 64, 4).samples;
  for (const std::string_view format : {"webp", "avif"}) {
    const Bytes file = *codec::Encode(*ByName(format), rows, {.quality = 5});
    for (const Keep keep : {Keep::kNone, Keep::kAll}) {
      Params params = kBetter;
      params.keep = keep;
      const codec::Rows plain = *codec::DecodeRows(file.view());
      EXPECT_EQ(*codec::DecodeRows(Made(file.view(), params).bytes.view()), plain) << format;
      for (const int alpha : {255, 128, 1}) {
        params.background = Colour{255, 0, 0, static_cast<std::uint8_t>(alpha)};
        const Encoded result = Made(file.view(), params);
        EXPECT_EQ(Probe(result.bytes.view(), {})->alpha, alpha < 255) << format;
        EXPECT_FALSE(*codec::DecodeRows(result.bytes.view()) == plain) << format << alpha;
      }
    }
  }
}

TEST(SourceInstead, IsNotSentWhereATurnIsTakenBack) {
  for (const Keep keep : {Keep::kNone, Keep::kAll}) {
    const Bytes file = test::EncodeJpeg(test::Noise(64, 40), {.quality = 5, .orientation = 6});
    Params params = kBetter;
    params.rotate = 270;
    params.keep = keep;
    const Encoded result = Made(file.view(), params);
    EXPECT_EQ(result.width, 64U);
    EXPECT_EQ(Probe(result.bytes.view(), {})->orientation, 1);
    EXPECT_EQ(Probe(result.bytes.view(), {})->width, 64U);
    EXPECT_GT(result.bytes.size(), file.size());
  }
}

// --- profiles ----------------------------------------------------------------------------------

TEST(Profiles, GoAlongWithAnAnimation) {
  const std::string icc = codec::MadeIcc(600, "RGB ");
  const auto sink =
      *ByName("webp")->create_frames({.width = 30, .height = 20, .icc = AsBytes(icc)});
  for (unsigned seed = 1; seed <= 2; ++seed) {
    const test::Picture photo = test::Photo(30, 20, 3, seed);
    ASSERT_TRUE(sink->Write(
        {.canvas = {photo.samples.data(), 90, 30, 20, pixel::PixelFormat::kRgb8}, .duration = 50}));
  }
  const Bytes file = *sink->Finish();
  ASSERT_EQ(Probe(file.view(), {})->icc_bytes, icc.size());
  for (const Format format : {Format::kWebp, Format::kPng}) {
    const Encoded result = Made(file.view(), {.width = 15, .format = format});
    const auto header = codec::Sniff(result.bytes.view())->probe(result.bytes.view(), {});
    EXPECT_EQ(header->info.frames, 2U);
    EXPECT_EQ(AsText(header->icc.view()), icc);
  }
}

TEST(Profiles, OfColourSayNothingAboutGrey) {
  const std::string icc = codec::MadeIcc(600, "RGB ");
  for (const std::string_view format : {"jpeg", "png", "webp"}) {
    const Bytes file = Source(format, {.icc = AsBytes(icc)});
    ASSERT_EQ(Probe(file.view(), {})->icc_bytes, icc.size());
    for (const Format to : {Format::kJpeg, Format::kPng}) {
      const Encoded grey = Made(file.view(), {.width = 40, .greyscale = true, .format = to});
      EXPECT_EQ(Probe(grey.bytes.view(), {})->channels, 1);
      EXPECT_FALSE(Holds(grey.bytes.view(), to == Format::kPng ? "iCCP" : "ICC_PROFILE"));
    }
    EXPECT_EQ(Probe(Made(file.view(), {.width = 40}).bytes.view(), {})->icc_bytes, icc.size());
  }
}

}  // namespace
}  // namespace whittle::pipeline
