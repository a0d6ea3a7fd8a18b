// Colours described by code points or by a calibration, from file to file through the whole call:
// kept with a label where the result's format has one, else with a profile, else converted; and
// HDR, which stays HDR or is tone mapped. What is expected of converted codes is what Chromium 156
// shows (tests/color/chromium_patches.h).
#include "pipeline/colours.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <string>
#include <vector>

#include "color/encoding.h"
#include "color/made_profile.h"
#include "color/space_transform.h"
#include "pipeline/plan.h"
#include "pipeline/run.h"
#include "tests/codec/avif_files.h"
#include "tests/codec/decode.h"
#include "tests/codec/heif_files.h"
#include "tests/codec/png_files.h"
#include "tests/color/profiles.h"
#include "whittle/whittle.h"

namespace whittle::pipeline {
namespace {

using codec::ByName;
using codec::Header;
using codec::Rows;
using pixel::Cicp;
using pixel::PixelFormat;
using Params = Transform::Params;
using Codes = std::array<int, 3>;

constexpr Codes kCodes = {200, 100, 100};
constexpr Codes kP3Shown = {215, 93, 97};
constexpr Codes kPqShown = {255, 0, 14};    // of BT.2020
constexpr Codes kHlgShown = {230, 48, 77};  // of BT.2020
constexpr int kWidth = 64, kHeight = 48;

codec::SampleRows Filled(PixelFormat format, const Codes& codes = kCodes) {
  codec::SampleRows rows(kWidth, kHeight, format);
  for (int y = 0; y < kHeight; ++y) {
    for (int x = 0; x < kWidth; ++x) {
      for (int c = 0; c < Channels(format); ++c) {
        const int alpha = x < 8 ? 128 : 255;
        const int code = c < 3 ? codes[static_cast<std::size_t>(c)] : alpha;
        rows.Set(x, y, c, IsWide(format) ? code * 257 : code);
      }
    }
  }
  return rows;
}

Bytes Avif(int depth, int primaries, int transfer, PixelFormat format = PixelFormat::kRgb8) {
  codec::AvifOptions options;
  options.depth = depth;
  options.quantizer = 0;
  options.primaries = primaries;
  options.transfer = transfer;
  return codec::MakeAvif(
      Filled(depth > 8 ? pixel::FormatWith(false, HasAlpha(format), true) : format), options);
}

Params To(Format format) {
  return {.width = 32,
          .format = format,
          .quality = 100,
          .subsampling = ChromaSubsampling::k444,
          .if_larger_source = false};
}

Encoded Made(const Bytes& file, const Params& params) {
  auto result = Process(file.view(), *Transform::Make(params), Limits{});
  if (!result) throw std::runtime_error(result.error().text + ": " + result.error().detail);
  return *std::move(result);
}

// A result as its reader has it.
struct Result {
  Header header;
  Codes codes;  ///< in the middle, of 255
};

Result Read(const Bytes& file) {
  Result result{.header = *codec::Sniff(file.view())->probe(file.view(), {}), .codes = {}};
  const Rows rows = *codec::DecodeRows(file.view());
  for (int c = 0; c < 3; ++c) {
    const int code = rows.Sample(rows.width / 2, rows.height / 2, IsGrey(rows.format) ? 0 : c);
    result.codes[static_cast<std::size_t>(c)] = IsWide(rows.format) ? (code + 128) / 257 : code;
  }
  return result;
}
Result Read(const Bytes& file, const Params& params) { return Read(Made(file, params).bytes); }

void ExpectCodes(const Result& result, const Codes& expected, int off, std::string_view what) {
  for (std::size_t c = 0; c < 3; ++c) {
    EXPECT_NEAR(result.codes[c], expected[c], off) << what << " channel " << c;
  }
}

void ExpectSrgb(const Result& result, std::string_view what) {
  EXPECT_TRUE(result.header.icc.empty()) << what;
  EXPECT_TRUE(result.header.colour.empty()) << what;
}

const pixel::ColourSpace kP3 = {.cicp = Cicp{12, 13}, .calibration = {}};
const pixel::ColourSpace kPq = {.cicp = Cicp{9, 16}, .calibration = {}};

TEST(Colours, KeepTheirLabelWhereTheFormatHasOne) {
  for (const int depth : {8, 10}) {
    for (const Format format : {Format::kAvif, Format::kPng, Format::kJxl}) {
      const Result result = Read(Avif(depth, 12, 13), To(format));
      EXPECT_EQ(result.header.colour, kP3) << WordOf(format);
      EXPECT_TRUE(result.header.icc.empty()) << WordOf(format);
      ExpectCodes(result, kCodes, 2, WordOf(format));
    }
  }
}

TEST(Colours, GetAProfileWhereTheFormatHasOnlyThat) {
  const Bytes profile = color::MakeProfile(kP3, color::ProfileKind::kColour);
  for (const int depth : {8, 10}) {
    for (const Format format : {Format::kJpeg, Format::kWebp, Format::kTiff}) {
      const Result result = Read(Avif(depth, 12, 13), To(format));
      ASSERT_EQ(result.header.icc.size(), profile.size()) << WordOf(format);
      EXPECT_TRUE(std::ranges::equal(result.header.icc.view(), profile.view()));
      ExpectCodes(result, kCodes, 3, WordOf(format));
    }
  }
}

TEST(Colours, AreConvertedWhereTheFormatHasNeither) {
  const Result gif = Read(Avif(8, 12, 13), To(Format::kGif));
  ExpectSrgb(gif, "gif");
  ExpectCodes(gif, kP3Shown, 3, "gif");
  const Encoded raw = Made(Avif(8, 12, 13), To(Format::kRaw));
  EXPECT_NEAR(raw.bytes.data()[0], kP3Shown[0], 2);
  EXPECT_NEAR(raw.bytes.data()[1], kP3Shown[1], 2);
}

TEST(Colours, AreConvertedWhereThatIsAskedFor) {
  for (const int depth : {8, 10}) {
    for (const Format format : {Format::kAvif, Format::kPng, Format::kJxl, Format::kJpeg}) {
      Params params = To(format);
      params.profile = Profile::kSrgb;
      const Result result = Read(Avif(depth, 12, 13), params);
      ExpectSrgb(result, WordOf(format));
      ExpectCodes(result, kP3Shown, 2, WordOf(format));
    }
  }
}

// What has no name that all know goes as a profile, and as sRGB into JPEG XL, which gets none.
TEST(Colours, OfRareCodePointsGoAsAProfile) {
  const Bytes file = Avif(8, 4, 4);
  for (const Format format : {Format::kAvif, Format::kPng}) {
    const Result result = Read(file, To(format));
    EXPECT_TRUE(result.header.colour.empty());
    EXPECT_FALSE(result.header.icc.empty());
    ExpectCodes(result, kCodes, 2, WordOf(format));
  }
  const Result jxl = Read(file, To(Format::kJxl));
  ExpectSrgb(jxl, "jxl");
  ExpectCodes(jxl, {232, 96, 95}, 2, "jxl");
}

TEST(Colours, ThatAreSrgbAnywayLeaveNoTrace) {
  const Bytes plain = Made(Avif(8, 1, 13), To(Format::kJpeg)).bytes;
  for (const auto& [primaries, transfer] :
       std::vector<std::array<int, 2>>{{1, 1}, {2, 2}, {1, 6}, {1, 14}, {2, 13}}) {
    const Bytes same = Made(Avif(8, primaries, transfer), To(Format::kJpeg)).bytes;
    EXPECT_TRUE(std::ranges::equal(plain.view(), same.view())) << primaries << '/' << transfer;
  }
  ExpectSrgb(Read(Avif(8, 1, 1), To(Format::kAvif)), "avif");
}

// A video's transfer function, as stills mean it: sRGB's (codec/isobmff/nclx.h).
TEST(Colours, OfVideosKeepTheirPrimaries) {
  const Result result = Read(Avif(10, 9, 14), To(Format::kAvif));
  EXPECT_EQ(result.header.colour.cicp, (Cicp{9, 13}));
}

TEST(Colours, GoAlongInPlanes) {
  codec::AvifOptions options;
  options.planes = AVIF_PIXEL_FORMAT_YUV420;
  options.quantizer = 0;
  options.primaries = 12;
  const Bytes file = codec::MakeAvif(Filled(PixelFormat::kRgb8), options);
  Header header = *ByName("avif")->probe(file.view(), {});
  SettleColours(header);
  Params params = To(Format::kJpeg);
  params.quality = 80;
  params.subsampling = ChromaSubsampling::kAuto;
  for (const Format format : {Format::kJpeg, Format::kWebp, Format::kAvif}) {
    params.format = format;
    const auto transform = *Transform::Make(params);
    const Plan plan =
        *MakePlan(*ByName("avif"), header, WholeOf(header, transform), transform, Limits{});
    EXPECT_TRUE(plan.planes) << WordOf(format);
    const Result result = Read(file, params);
    EXPECT_EQ(result.header.colour.empty(), format != Format::kAvif);
    EXPECT_EQ(result.header.icc.empty(), format == Format::kAvif);
    ExpectCodes(result, kCodes, 4, WordOf(format));
  }
}

TEST(Colours, OfGreyHaveNoPrimaries) {
  codec::AvifOptions options;
  options.planes = AVIF_PIXEL_FORMAT_YUV400;
  options.quantizer = 0;
  options.primaries = 12;
  const Codes grey = {100, 100, 100};
  const Bytes p3 = codec::MakeAvif(Filled(PixelFormat::kRgb8, grey), options);
  for (const Format format : {Format::kAvif, Format::kPng, Format::kJpeg}) {
    ExpectSrgb(Read(p3, To(format)), WordOf(format));
  }
  options.transfer = 8;
  const Bytes linear = codec::MakeAvif(Filled(PixelFormat::kRgb8, grey), options);
  const Result png = Read(linear, To(Format::kPng));
  EXPECT_EQ(png.header.colour.cicp, (Cicp{1, 8}));
  ExpectCodes(png, grey, 1, "png");
  const Result jpeg = Read(linear, To(Format::kJpeg));
  EXPECT_TRUE(pixel::IsGrey(jpeg.header.format));
  const Bytes profile =
      color::MakeProfile({.cicp = Cicp{1, 8}, .calibration = {}}, color::ProfileKind::kGrey);
  EXPECT_TRUE(std::ranges::equal(jpeg.header.icc.view(), profile.view()));
  // WebP has no grey, and no profile of grey says anything about colour.
  const Result webp = Read(linear, To(Format::kWebp));
  ExpectSrgb(webp, "webp");
  ExpectCodes(webp, {168, 168, 168}, 2, "webp");
  options.transfer = 16;
  options.depth = 10;
  const Result pq =
      Read(codec::MakeAvif(Filled(PixelFormat::kRgb16, grey), options), To(Format::kJpeg));
  ExpectSrgb(pq, "jpeg");
  ExpectCodes(pq, {76, 76, 76}, 2, "jpeg");
  // AVIF gets it as colour, PNG as grey.
  for (const Format format : {Format::kAvif, Format::kPng}) {
    const Result stays =
        Read(codec::MakeAvif(Filled(PixelFormat::kRgb16, grey), options), To(format));
    EXPECT_EQ(stays.header.colour.cicp, (Cicp{1, 16})) << WordOf(format);
    ExpectCodes(stays, grey, 1, WordOf(format));
  }
}

TEST(Colours, OfHeicAreRead) {
  const Bytes p3 = codec::MadeHeic(12, 13);
  const Result jpeg = Read(p3, To(Format::kJpeg));
  EXPECT_FALSE(jpeg.header.icc.empty());
  ExpectCodes(jpeg, kCodes, 3, "jpeg");
  EXPECT_EQ(Read(p3, To(Format::kAvif)).header.colour, kP3);
  const Result pq = Read(codec::MadeHeic(9, 16), To(Format::kJpeg));
  ExpectSrgb(pq, "jpeg");
  ExpectCodes(pq, kPqShown, 6, "jpeg");
  ExpectSrgb(Read(codec::MadeHeic(1, 1), To(Format::kJpeg)), "jpeg");
}

TEST(Colours, OfPngAreRead) {
  const auto with = [](const std::string& name, const std::string& body) {
    const Rows rows = [] {
      Rows filled = codec::BlankRows(kWidth, kHeight, PixelFormat::kRgb8);
      filled.bytes = Filled(PixelFormat::kRgb8).bytes;
      return filled;
    }();
    return codec::WithChunk(*codec::Encode(*ByName("png"), rows, {}), name, body, "PLTE");
  };
  const Bytes p3 = with("cICP", std::string("\x0c\x0d\0\1", 4));
  EXPECT_EQ(Read(p3, To(Format::kPng)).header.colour, kP3);
  const Result gif = Read(p3, To(Format::kGif));
  ExpectCodes(gif, kP3Shown, 3, "gif");
  const Result pq = Read(with("cICP", std::string("\x09\x10\0\1", 4)), To(Format::kPng));
  ExpectSrgb(pq, "png");  // of 8 bits
  ExpectCodes(pq, kPqShown, 3, "png");
  const Bytes linear = with("gAMA", std::string("\0\1\x86\xa0", 4));
  const Result png = Read(linear, To(Format::kPng));
  EXPECT_FALSE(png.header.icc.empty());
  ExpectCodes(png, kCodes, 0, "png");
  const Result jxl = Read(linear, To(Format::kJxl));
  ExpectSrgb(jxl, "jxl");
  ExpectCodes(jxl, {229, 168, 168}, 2, "jxl");
}

Bytes Jxl(PixelFormat format, const Cicp& cicp) {
  Rows rows = codec::BlankRows(kWidth, kHeight, format);
  rows.bytes = Filled(format).bytes;
  return *codec::Encode(*ByName("jxl"), rows, {.lossless = true, .cicp = cicp});
}

// libjxl's profile of PQ has 10 000 cd/m2 as white: (200, 100, 100) came out as (92, 7, 7).
TEST(Colours, OfJpegXlAreNoProfile) {
  const Result pq = Read(Jxl(PixelFormat::kRgb8, {9, 16}), To(Format::kJpeg));
  ExpectSrgb(pq, "jpeg");
  ExpectCodes(pq, kPqShown, 3, "jpeg");
  const Result hlg = Read(Jxl(PixelFormat::kRgb16, {9, 18}), To(Format::kJpeg));
  ExpectSrgb(hlg, "jpeg");
  ExpectCodes(hlg, kHlgShown, 3, "jpeg");
  const Bytes p3 = Jxl(PixelFormat::kRgb8, {12, 13});
  EXPECT_EQ(Read(p3, To(Format::kJxl)).header.colour, kP3);
  EXPECT_FALSE(Read(p3, To(Format::kJpeg)).header.icc.empty());
}

TEST(Hdr, StaysHdrInFormatsThatCanSay) {
  for (const Format format : {Format::kAvif, Format::kPng, Format::kJxl}) {
    const Result pq = Read(Avif(10, 9, 16), To(format));
    EXPECT_EQ(pq.header.colour, kPq) << WordOf(format);
    EXPECT_EQ(pq.header.info.bits, 16U) << WordOf(format);
    ExpectCodes(pq, kCodes, 1, WordOf(format));
    const Result hlg = Read(Avif(12, 12, 18), To(format));
    EXPECT_EQ(hlg.header.colour.cicp, (Cicp{12, 18})) << WordOf(format);
  }
}

TEST(Hdr, IsToneMappedElsewhere) {
  for (const Format format : {Format::kJpeg, Format::kWebp, Format::kGif, Format::kTiff}) {
    const Result pq = Read(Avif(10, 9, 16), To(format));
    ExpectSrgb(pq, WordOf(format));
    ExpectCodes(pq, kPqShown, 4, WordOf(format));
    const Result hlg = Read(Avif(10, 9, 18), To(format));
    ExpectSrgb(hlg, WordOf(format));
    ExpectCodes(hlg, kHlgShown, 4, WordOf(format));
  }
}

TEST(Hdr, IsToneMappedWhereThatIsAskedFor) {
  for (const Format format : {Format::kAvif, Format::kPng, Format::kJxl}) {
    Params params = To(format);
    params.profile = Profile::kSrgb;
    const Result result = Read(Avif(10, 9, 16), params);
    ExpectSrgb(result, WordOf(format));
    EXPECT_EQ(result.header.info.bits, 16U);
    ExpectCodes(result, kPqShown, 3, WordOf(format));
  }
}

TEST(Hdr, OfEightBitsIsToneMapped) {
  const Result result = Read(Avif(8, 9, 16), To(Format::kAvif));
  ExpectSrgb(result, "avif");
  ExpectCodes(result, kPqShown, 6, "avif");
}

TEST(Hdr, WithPrimariesWithoutANameIsToneMapped) {
  ExpectSrgb(Read(Avif(10, 11, 16), To(Format::kAvif)), "avif");
}

// Everything that counts on sRGB's light, or brings such colours in.
TEST(Hdr, IsToneMappedForEverythingButGeometry) {
  const Bytes file = Avif(10, 9, 16), with_alpha = Avif(10, 9, 16, PixelFormat::kRgba8);
  const auto stays = [](const Bytes& source, Params params) {
    const Result result = Read(source, params);
    EXPECT_TRUE(result.header.icc.empty());
    return result.header.colour == kPq;
  };
  const Params plain = To(Format::kAvif);
  EXPECT_TRUE(stays(file, plain));
  EXPECT_TRUE(stays(with_alpha, plain));
  const auto changed = [&plain](auto change) {
    Params params = plain;
    change(params);
    return params;
  };
  EXPECT_TRUE(stays(file, changed([](Params& p) { p.rotate = 90; })));
  EXPECT_TRUE(stays(file, changed([](Params& p) { p.flip = true; })));
  EXPECT_TRUE(stays(file, changed([](Params& p) { p.background = Colour{1, 2, 3, 255}; })))
      << "behind nothing";
  // A cut whose place is known beforehand is geometry; entropy and attention look for theirs.
  const auto cut = [](Position position, Params params) {
    params.width = params.height = 24;
    params.fit = Fit::kCover;
    params.position = position;
    return params;
  };
  EXPECT_TRUE(stays(file, cut(Position::kCentre, plain)));
  EXPECT_FALSE(stays(file, cut(Position::kEntropy, plain)));
  EXPECT_FALSE(stays(file, cut(Position::kAttention, plain)));
  EXPECT_FALSE(stays(file, changed([](Params& p) {
                       p.width = p.height = 64;
                       p.fit = Fit::kContain;
                     })))
      << "padded to a square";
  EXPECT_FALSE(stays(file, changed([](Params& p) { p.tint = Colour{255, 0, 0, 255}; })));
  EXPECT_FALSE(stays(file, changed([](Params& p) { p.box_blur = true; })));
  EXPECT_FALSE(stays(file, changed([](Params& p) { p.brightness = 1.1; })));
  EXPECT_FALSE(stays(file, changed([](Params& p) { p.greyscale = true; })));
  EXPECT_FALSE(stays(file, changed([](Params& p) { p.blur = 1; })));
  EXPECT_FALSE(stays(file, changed([](Params& p) { p.sharpen = {1, 1}; })));
  EXPECT_FALSE(stays(file, changed([](Params& p) { p.pad = {2, 2, 2, 2}; })));
  EXPECT_FALSE(stays(with_alpha, changed([](Params& p) { p.background = Colour{1, 2, 3, 255}; })));
  EXPECT_FALSE(stays(with_alpha, changed([](Params& p) { p.background = Colour{1, 2, 3, 9}; })));
  Params palette = changed([](Params& p) { p.colours = 16; });
  palette.format = Format::kPng;
  EXPECT_FALSE(stays(file, palette));
}

TEST(Hdr, ThatIsTurnedIsToneMappedOnce) {
  Params params = To(Format::kJpeg);
  params.rotate = 90;
  const Result result = Read(Avif(10, 9, 16), params);
  EXPECT_EQ(result.header.info.height, 43U);
  ExpectCodes(result, kPqShown, 4, "turned");
}

TEST(Hdr, HasTheQualityOfTheSettings) {
  Params params = To(Format::kAvif);
  params.quality = 60;
  const Bytes fixed = Made(Avif(10, 9, 16), params).bytes;
  params.auto_quality = true;
  EXPECT_TRUE(std::ranges::equal(Made(Avif(10, 9, 16), params).bytes.view(), fixed.view()));
  const Bytes sdr = Avif(10, 12, 13);
  params.auto_quality = false;
  const Bytes fixed_sdr = Made(sdr, params).bytes;
  params.auto_quality = true;
  EXPECT_FALSE(std::ranges::equal(Made(sdr, params).bytes.view(), fixed_sdr.view()));
}

TEST(Colours, OfPaddingAreCodesOfTheCanvas) {
  Params params = To(Format::kPng);
  params.pad = {8, 8, 8, 8};
  params.background = Colour{255, 128, 0, 255};
  const Bytes result = Made(Avif(8, 12, 13), params).bytes;
  EXPECT_EQ(Read(result).header.colour, kP3);
  const Rows rows = *codec::DecodeRows(result.view());
  EXPECT_EQ(rows.Sample(0, 0, 0), 255);
  EXPECT_EQ(rows.Sample(0, 0, 1), 128);
  EXPECT_EQ(rows.Sample(0, 0, 2), 0);
}

TEST(Colours, GoAlongInTheSourceItself) {
  Params params = To(Format::kAvif);
  params.width = kWidth;
  params.quality = 100;
  params.lossless = true;
  params.if_larger_source = true;
  codec::AvifOptions options;
  options.primaries = 12;
  options.quantizer = 60;
  const Bytes small = codec::MakeAvif(Filled(PixelFormat::kRgb8), options);
  EXPECT_EQ(Read(Made(small, params).bytes).header.colour, kP3);
  params.profile = Profile::kSrgb;
  const Result converted = Read(Made(small, params).bytes);
  ExpectSrgb(converted, "never the source");
}

TEST(Colours, OfEveryFrameAreConverted) {
  for (const Cicp& cicp : {Cicp{9, 16}, Cicp{12, 13}}) {
    codec::EncodeSpec spec{.width = kWidth, .height = kHeight, .lossless = true, .cicp = cicp};
    auto sink = ByName("jxl")->create_frames(spec);
    ASSERT_TRUE(sink);
    for (int frame = 0; frame < 2; ++frame) {
      codec::SampleRows rows = Filled(PixelFormat::kRgb8, frame == 0 ? Codes{10, 20, 30} : kCodes);
      ASSERT_TRUE((*sink)->Write({.canvas = rows.Rows(0, kHeight), .duration = 100}));
    }
    const Bytes file = *(*sink)->Finish();
    Params params = To(Format::kWebp);
    params.lossless = true;
    params.profile = Profile::kSrgb;
    const Bytes result = Made(file, params).bytes;
    const Header header = *ByName("webp")->probe(result.view(), {});
    EXPECT_EQ(header.info.frames, 2U);
    EXPECT_TRUE(header.icc.empty());
    auto frames = ByName("webp")->open_frames(result.view(), {}, {});
    ASSERT_TRUE((*frames)->Next());
    const auto second = (*frames)->Next();
    ASSERT_TRUE(second && *second);
    const Codes& expected = cicp.transfer == 16 ? kPqShown : kP3Shown;
    const pixel::ConstRowSpan canvas = (*second)->canvas;
    const std::uint8_t* pixel = canvas.row(5) + 5 * pixel::PixelBytes(canvas.format);
    for (std::size_t c = 0; c < 3; ++c) {
      EXPECT_NEAR(pixel[c], expected[c], 3) << c;
    }
  }
}

// A profile of 3.9 MB had gone into a thumbnail of 3 kB. Padding, which some writers add, makes
// ours as large as wanted.
TEST(Colours, OfAProfileTooLargeToEmbedAreConverted) {
  const auto padded = [](std::string profile, std::size_t size) {
    profile.resize(size);
    return profile;
  };
  const auto made = [](std::string_view from, const std::string& icc, Format to,
                       Profile profile = Profile::kAuto) {
    const PixelFormat rows = from == "grey" ? PixelFormat::kGrey8 : PixelFormat::kRgb8;
    codec::Rows picture = codec::BlankRows(kWidth, kHeight, rows, 150);
    if (rows == PixelFormat::kRgb8) {
      for (std::size_t i = 0; i < picture.bytes.size(); i += 3) picture.bytes[i] = 200;
    }
    const Bytes file = *codec::Encode(*ByName("png"), picture, {.icc = AsBytes(icc)});
    Params params = To(to);
    params.profile = profile;
    return Read(file, params);
  };
  static_assert(kMostEmbeddedProfile == 1 << 20);
  for (const std::string_view from : {"grey", "colour"}) {
    const std::string profile = from == "grey" ? color::GreyProfile(1) : color::AdobeProfile();
    for (const Format to : {Format::kPng, Format::kJpeg, Format::kTiff}) {
      const Result most = made(from, padded(profile, kMostEmbeddedProfile), to);
      EXPECT_EQ(most.header.icc.size(), kMostEmbeddedProfile) << from << " " << WordOf(to);
      const Result more = made(from, padded(profile, kMostEmbeddedProfile + 1), to);
      ExpectSrgb(more, WordOf(to));
      ExpectCodes(more, made(from, profile, to, Profile::kSrgb).codes, 0, WordOf(to));
      EXPECT_NE(more.codes, most.codes) << from << " " << WordOf(to);
    }
  }
}

TEST(Colours, AreInTheMemoryThatIsCounted) {
  const auto planned = [](const pixel::ColourSpace& colour, Profile profile) {
    Header header;
    header.info.width = 100;
    header.info.height = 80;
    header.info.channels = 3;
    header.format = PixelFormat::kRgb8;
    header.colour = colour;
    SettleColours(header);
    Params params{.width = 50, .format = Format::kPng};
    params.profile = profile;
    const auto transform = *Transform::Make(params);
    const Plan plan =
        *MakePlan(*ByName("png"), header, WholeOf(header, transform), transform, Limits{});
    return plan.working_bytes - header.icc.size();
  };
  const std::uint64_t plain = planned({}, Profile::kSrgb);
  EXPECT_EQ(planned(kP3, Profile::kAuto), plain);
  EXPECT_EQ(planned(kP3, Profile::kSrgb), plain + color::SpaceToSrgb::kBytes);
  EXPECT_EQ(planned(kPq, Profile::kAuto), plain + color::SpaceToSrgb::kBytes);
}

TEST(SettleColours, LeavesOnlyWhatCounts) {
  const auto settled = [](const pixel::ColourSpace& colour, PixelFormat format,
                          std::uint32_t frames = 1) {
    Header header;
    header.format = format;
    header.colour = colour;
    header.info.frames = frames;
    SettleColours(header);
    return header;
  };
  const Header srgb = settled({.cicp = Cicp{1, 13}, .calibration = {}}, PixelFormat::kRgb8);
  EXPECT_TRUE(srgb.icc.empty() && srgb.colour.empty());
  const Header ink = settled(kP3, PixelFormat::kCmyk8);
  EXPECT_TRUE(ink.icc.empty() && ink.colour.empty());
  const Header p3 = settled(kP3, PixelFormat::kRgba16);
  EXPECT_FALSE(p3.icc.empty());
  EXPECT_EQ(p3.colour, kP3);
  const Header grey = settled(kP3, PixelFormat::kGreyA8);
  EXPECT_TRUE(grey.icc.empty() && grey.colour.empty());
  const Header grey_pq = settled(kPq, PixelFormat::kGrey16);
  EXPECT_TRUE(grey_pq.icc.empty());
  EXPECT_EQ(grey_pq.colour.cicp, (Cicp{1, 16}));
  // Of an animation that is grey, frames come as colour.
  const Header frames = settled({.cicp = Cicp{1, 8}, .calibration = {}}, PixelFormat::kGrey8, 2);
  EXPECT_TRUE(frames.icc.empty());
  EXPECT_EQ(frames.colour.cicp, (Cicp{1, 8}));
}

}  // namespace
}  // namespace whittle::pipeline
