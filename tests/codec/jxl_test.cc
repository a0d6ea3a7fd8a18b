// JPEG XL there and back: every row format, lossy and lossless, and the decoder's promises.
#include <gtest/gtest.h>
#include <lcms2.h>

#include "tests/codec/jxl_files.h"
#include "tests/codec/made_icc.h"
#include "tests/codec/sample_rows.h"

namespace whittle::codec {

extern const Codec kJxl;

namespace {

using pixel::PixelFormat;
using namespace std::string_literals;

Bytes Encoded(const SampleRows& rows, EncodeSpec spec = {}, int batch = 8) {
  auto file = EncodeSamples(kJxl, rows, spec, batch);
  EXPECT_TRUE(file) << file.error().detail;
  return std::move(file).value_or(Bytes{});
}

// A real profile: linear light with Rec. 2020's primaries.
std::string WideProfile() {
  const cmsCIExyY white{0.3127, 0.3290, 1};
  const cmsCIExyYTRIPLE primaries{{0.708, 0.292, 1}, {0.170, 0.797, 1}, {0.131, 0.046, 1}};
  cmsToneCurve* curve = cmsBuildGamma(nullptr, 1.8);
  cmsToneCurve* const curves[] = {curve, curve, curve};
  const cmsHPROFILE profile = cmsCreateRGBProfile(&white, &primaries, curves);
  cmsUInt32Number size = 0;
  cmsSaveProfileToMem(profile, nullptr, &size);
  std::string bytes(size, '\0');
  cmsSaveProfileToMem(profile, bytes.data(), &size);
  cmsCloseProfile(profile);
  cmsFreeToneCurve(curve);
  return bytes;
}

// Three frames of one colour each, 100 ticks of a 300th of a second.
Bytes Animation(int width, int height) {
  JxlFile file;
  file.info.xsize = static_cast<std::uint32_t>(width);
  file.info.ysize = static_cast<std::uint32_t>(height);
  file.info.bits_per_sample = 8;
  file.info.uses_original_profile = JXL_TRUE;
  file.info.have_animation = JXL_TRUE;
  file.info.animation.tps_numerator = 300;
  file.info.animation.tps_denominator = 1;
  file.info.animation.num_loops = 7;
  file.TakeInfo();
  for (int i = 0; i < 3; ++i) {
    JxlEncoderFrameSettings* frame = file.NewFrame();
    JxlFrameHeader header;
    JxlEncoderInitFrameHeader(&header);
    header.duration = 100;
    EXPECT_EQ(JxlEncoderSetFrameHeader(frame, &header), JXL_ENC_SUCCESS);
    EXPECT_EQ(JxlEncoderSetFrameLossless(frame, JXL_TRUE), JXL_ENC_SUCCESS);
    file.Add(frame, 3,
             test::Blank(width, height, 3, static_cast<std::uint8_t>(50 * (i + 1))).samples);
  }
  return file.Finish();
}

TEST(Jxl, LosslessIsLosslessInEveryFormat) {
  for (const PixelFormat format : kJxl.writes) {
    SCOPED_TRACE(static_cast<int>(format));
    const SampleRows rows = SamplesOf(test::Noise(61, 43), format);
    const Bytes file = Encoded(rows, {.lossless = true});
    const auto header = kJxl.probe(file.view(), {});
    ASSERT_TRUE(header);
    EXPECT_EQ(header->format, format);
    EXPECT_EQ(header->info.alpha, HasAlpha(format));
    EXPECT_EQ(header->info.channels, IsGrey(format) ? 1 : 3);
    EXPECT_EQ(header->info.bits, IsWide(format) ? 16 : 8);
    EXPECT_EQ(header->info.icc_bytes, 0U);
    const auto decoded = DecodeSamples(kJxl, file.view());
    ASSERT_TRUE(decoded) << decoded.error().detail;
    EXPECT_EQ(decoded->bytes, rows.bytes);
  }
}

TEST(Jxl, LossyIsCloseInEveryFormat) {
  for (const PixelFormat format : kJxl.writes) {
    SCOPED_TRACE(static_cast<int>(format));
    const test::Picture picture = test::Photo(61, 43, IsGrey(format) ? 1 : 3);
    const SampleRows rows = SamplesOf(picture, format);
    const auto decoded = DecodeSamples(kJxl, Encoded(rows, {.quality = 95}).view());
    ASSERT_TRUE(decoded) << decoded.error().detail;
    ASSERT_EQ(decoded->format, format);
    EXPECT_LT(test::Compare(decoded->Colour(), picture).mean, 4);
    if (!HasAlpha(format)) continue;
    const int last = Channels(format) - 1, most = IsWide(format) ? 65535 : 255;
    for (int x = 0; x < 61; ++x) {
      EXPECT_NEAR(decoded->at(x, 9, last), rows.at(x, 9, last), most / 20.0);
    }
  }
}

TEST(Jxl, TakesEverySmallSizeAndEveryEffort) {
  for (int width = 1; width <= 4; ++width) {
    for (int height = 1; height <= 4; ++height) {
      const SampleRows rows = SamplesOf(test::Noise(width, height), PixelFormat::kRgba8);
      const auto decoded = DecodeSamples(kJxl, Encoded(rows, {.lossless = true}).view());
      ASSERT_TRUE(decoded);
      EXPECT_EQ(decoded->bytes, rows.bytes) << width << 'x' << height;
    }
  }
  const SampleRows rows = SamplesOf(test::Photo(40, 30), PixelFormat::kRgb8);
  for (int effort = 0; effort <= 10; ++effort) {
    EXPECT_TRUE(DecodeSamples(kJxl, Encoded(rows, {.effort = effort}).view())) << effort;
  }
}

TEST(Jxl, SpendsBytesOnQuality) {
  const SampleRows rows = SamplesOf(test::Photo(200, 150), PixelFormat::kRgb8);
  std::size_t last = 0;
  for (const double quality : {1.0, 20.0, 40.0, 60.0, 80.0, 95.0, 100.0}) {
    const std::size_t size = Encoded(rows, {.quality = quality}).size();
    EXPECT_GT(size, last) << quality;
    last = size;
  }
}

TEST(Jxl, WritesAndReadsTheSameInAnyBatch) {
  const SampleRows rows = SamplesOf(test::Photo(33, 77), PixelFormat::kRgb8);
  const Bytes whole = Encoded(rows, {}, 77);
  const auto decoded = DecodeSamples(kJxl, whole.view(), {}, 77);
  for (const int batch : {1, 5, 16, 40}) {
    EXPECT_EQ(AsText(Encoded(rows, {}, batch).view()), AsText(whole.view())) << batch;
    EXPECT_EQ(DecodeSamples(kJxl, whole.view(), {}, batch)->bytes, decoded->bytes) << batch;
  }
}

TEST(Jxl, CarriesMetadata) {
  const std::string exif = "II*\0\x08\0\0\0\0\0\0\0\0\0"s;
  const SampleRows rows = SamplesOf(test::Photo(8, 8), PixelFormat::kRgb8);
  const Bytes file = Encoded(rows, {.exif = AsBytes(exif), .xmp = AsBytes("<x/>")});
  EXPECT_TRUE(kJxl.sniff(file.view()));
  EXPECT_EQ(AsText(kJxl.metadata(file.view(), {}).exif.view()), exif);
  EXPECT_EQ(AsText(kJxl.metadata(file.view(), {}).xmp.view()), "<x/>");
  EXPECT_EQ(kJxl.metadata(file.view(), {.max_icc_bytes = 4}).xmp.size(), 4U);
  EXPECT_TRUE(kJxl.metadata(file.view(), {.max_icc_bytes = 3}).xmp.empty());
  EXPECT_EQ(kJxl.metadata(file.view(), {.max_icc_bytes = 18}).exif.size(), 14U);
  EXPECT_TRUE(kJxl.metadata(file.view(), {.max_icc_bytes = 17}).exif.empty());
  EXPECT_TRUE(kJxl.metadata(file.view(), {.max_icc_bytes = 10}).exif.empty());
  EXPECT_TRUE(DecodeSamples(kJxl, file.view()));
  EXPECT_TRUE(kJxl.metadata(Encoded(rows).view(), {}).exif.empty());
}

TEST(Jxl, KeepsTheProfileOfLosslessAndConvertsLossy) {
  const std::string icc = WideProfile();
  const test::Picture picture = test::Blank(16, 16, 3, 128);
  const SampleRows rows = SamplesOf(picture, PixelFormat::kRgb8);
  const Bytes lossless = Encoded(rows, {.lossless = true, .icc = AsBytes(icc)});
  EXPECT_EQ(AsText(kJxl.probe(lossless.view(), {})->icc.view()), icc);
  const Limits small{.max_icc_bytes = static_cast<std::uint32_t>(icc.size()) - 1};
  EXPECT_EQ(kJxl.probe(lossless.view(), small)->info.icc_bytes, 0U);
  const Bytes lossy = Encoded(rows, {.icc = AsBytes(icc)});
  EXPECT_EQ(kJxl.probe(lossy.view(), {})->info.icc_bytes, 0U);
  // 128 at gamma 1.8 is 0.289 of the light, which is 147 in sRGB.
  EXPECT_NEAR(DecodeSamples(kJxl, lossy.view())->at(8, 8, 1), 147, 3);
  const std::string broken = MadeIcc(500, "RGB ");
  EXPECT_TRUE(DecodeSamples(kJxl, Encoded(rows, {.icc = AsBytes(broken)}).view()));
}

TEST(Jxl, GivesFramesWithTheirDurations) {
  const Bytes file = Animation(40, 30);
  const auto header = kJxl.probe(file.view(), {});
  ASSERT_TRUE(header);
  EXPECT_EQ(header->info.frames, 3U);
  EXPECT_EQ(header->loops, 7);
  const auto first = DecodeSamples(kJxl, file.view());
  ASSERT_TRUE(first);
  EXPECT_EQ(first->at(20, 20, 1), 50);
  const auto frames = *kJxl.open_frames(file.view(), {}, {});
  for (int i = 0; i < 3; ++i) {
    const auto frame = frames->Next();
    ASSERT_TRUE(frame && *frame) << i;
    EXPECT_EQ((*frame)->duration, 333);
    EXPECT_EQ((*frame)->canvas.format, PixelFormat::kRgb8);
    EXPECT_EQ((*frame)->canvas.row(29)[119], 50 * (i + 1));
  }
  for (int i = 0; i < 2; ++i) {
    const auto end = frames->Next();
    ASSERT_TRUE(end);
    EXPECT_FALSE(*end);
  }
  EXPECT_EQ(kJxl.probe(file.view(), {.max_frames = 2})->info.frames, 2U);
  EXPECT_EQ(kJxl.probe(file.view(), {.max_animation_pixels = 3599})->info.frames, 1U);
  EXPECT_EQ(kJxl.probe(file.view(), {.max_animation_pixels = 3600})->info.frames, 3U);
}

TEST(Jxl, OfACutAnimationWholeFramesAreKept) {
  const Bytes file = Animation(40, 30);
  std::size_t last = 0;
  for (std::size_t size = 40; size <= file.size(); ++size) {
    const auto frames = kJxl.open_frames(file.view().first(size), {}, {});
    if (!frames) {
      EXPECT_EQ(frames.error().kind, ErrorKind::kUndecodable);
      continue;
    }
    std::size_t count = 0;
    while (true) {
      const auto frame = (*frames)->Next();
      if (!frame) {
        EXPECT_EQ(count, 0U);
        EXPECT_EQ(frame.error().kind, ErrorKind::kUndecodable);
        break;
      }
      if (!*frame) {
        EXPECT_EQ((*frames)->truncated(), size < file.size()) << size;
        EXPECT_FALSE(*(*frames)->Next());
        break;
      }
      ++count;
      EXPECT_EQ((*frame)->canvas.row(29)[119], 50 * count);
    }
    EXPECT_GE(count, last) << size;
    last = count;
  }
  EXPECT_EQ(last, 3U);
}

// Samples of 32 bits, in so many sets, and the rows.
TEST(Jxl, CountsWhatItsDecoderKeeps) {
  const auto needed = [](const Bytes& file) {
    return kJxl.probe(file.view(), {})->decode_bytes - (8U << 20);
  };
  const auto of = [&](PixelFormat format) {
    return needed(Encoded(SamplesOf(test::Photo(40, 30), format)));
  };
  EXPECT_EQ(of(PixelFormat::kRgb8), 1200U * (2 * 4 * 3 + 3));
  EXPECT_EQ(of(PixelFormat::kGrey8), 1200U * (2 * 4 * 3 + 1));
  EXPECT_EQ(of(PixelFormat::kRgba8), 1200U * (3 * 4 * 4 + 4));
  EXPECT_EQ(of(PixelFormat::kRgba16), 1200U * (3 * 4 * 4 + 8));
  EXPECT_EQ(needed(Animation(40, 30)), 1200U * (5 * 4 * 3 + 3));
}

// CMYK: an extra channel of black.
TEST(Jxl, RefusesInk) {
  JxlFile file;
  file.info.xsize = file.info.ysize = 8;
  file.info.bits_per_sample = 8;
  file.info.num_extra_channels = 1;
  file.info.uses_original_profile = JXL_TRUE;
  file.TakeInfo();
  JxlExtraChannelInfo black;
  JxlEncoderInitExtraChannelInfo(JXL_CHANNEL_BLACK, &black);
  black.bits_per_sample = 8;
  ASSERT_EQ(JxlEncoderSetExtraChannelInfo(file.get(), 0, &black), JXL_ENC_SUCCESS);
  JxlEncoderFrameSettings* frame = file.NewFrame();
  const std::vector<std::uint8_t> samples(8 * 8 * 3, 90);
  file.Add(frame, 3, samples);
  const JxlPixelFormat grey{1, JXL_TYPE_UINT8, JXL_NATIVE_ENDIAN, 0};
  ASSERT_EQ(JxlEncoderSetExtraChannelBuffer(frame, &grey, samples.data(), 64, 0), JXL_ENC_SUCCESS);
  const auto header = kJxl.probe(file.Finish().view(), {});
  ASSERT_FALSE(header);
  EXPECT_EQ(header.error().kind, ErrorKind::kUnsupported);
}

// The last box of a file may have no size.
TEST(Jxl, ReadsABoxThatEndsWithTheFile) {
  const std::string exif = "II*\0\x08\0\0\0\0\0\0\0\0\0"s;
  const Bytes made =
      Encoded(SamplesOf(test::Photo(8, 8), PixelFormat::kRgb8), {.exif = AsBytes(exif)});
  const std::string file = std::string(AsText(made.view())) + "\0\0\0\0xml <y/>"s;
  EXPECT_EQ(AsText(kJxl.metadata(AsBytes(file), {}).xmp.view()), "<y/>");
  EXPECT_TRUE(DecodeSamples(kJxl, AsBytes(file)));
}

TEST(Jxl, HoldsTheLimits) {
  const Bytes file = Encoded(SamplesOf(test::Photo(40, 30), PixelFormat::kRgba8));
  const auto kind = [&](const Limits& limits) {
    const auto opened = kJxl.open(file.view(), limits, {});
    EXPECT_EQ(kJxl.probe(file.view(), limits).has_value(), opened.has_value());
    return opened ? "ok" : Name(opened.error().kind);
  };
  EXPECT_EQ(kind({.max_source_bytes = file.size()}), "ok");
  EXPECT_EQ(kind({.max_source_bytes = file.size() - 1}), "TooLarge");
  EXPECT_EQ(kind({.max_source_pixels = 1200}), "ok");
  EXPECT_EQ(kind({.max_source_pixels = 1199}), "TooLarge");
  const std::uint64_t needed = kJxl.probe(file.view(), {})->decode_bytes;
  EXPECT_EQ(kind({.max_working_bytes = needed}), "ok");
  EXPECT_EQ(kind({.max_working_bytes = needed - 1}), "TooLarge");
}

TEST(Jxl, StopsWhenAsked) {
  const Bytes file = Encoded(SamplesOf(test::Photo(40, 64), PixelFormat::kRgb8));
  std::stop_source stop;
  const auto source = *kJxl.open(file.view(), {}, stop.get_token());
  SampleRows rows(40, 64, PixelFormat::kRgb8);
  ASSERT_EQ(source->Read(rows.Rows(0, 8)), 8);
  stop.request_stop();
  for (int i = 0; i < 2; ++i) {
    const auto got = source->Read(rows.Rows(8, 8));
    ASSERT_FALSE(got);
    EXPECT_EQ(got.error().kind, ErrorKind::kCancelled);
  }
  const auto opened = kJxl.open(file.view(), {}, stop.get_token());
  ASSERT_FALSE(opened);
  EXPECT_EQ(opened.error().kind, ErrorKind::kCancelled);
}

TEST(Jxl, ACutFileIsUndecodable) {
  const SampleRows rows = SamplesOf(test::Photo(33, 21), PixelFormat::kRgba8);
  for (const bool lossless : {false, true}) {
    const Bytes file = Encoded(rows, {.lossless = lossless, .xmp = AsBytes("<x/>")});
    for (std::size_t size = 0; size < file.size(); ++size) {
      const auto decoded = DecodeSamples(kJxl, file.view().first(size));
      ASSERT_FALSE(decoded) << size;
      EXPECT_EQ(decoded.error().kind,
                size < 13 ? ErrorKind::kUnsupported : ErrorKind::kUndecodable);
    }
  }
}

TEST(Jxl, RefusesAPictureOfTheWrongShape) {
  for (const EncodeSpec& spec : {EncodeSpec{.width = 0, .height = 40},
                                 {.width = 40, .height = -1},
                                 {.width = 16385, .height = 40},
                                 {.width = 4, .height = 4, .format = PixelFormat::kCmyk8}}) {
    EXPECT_FALSE(kJxl.create(spec));
  }
  SampleRows rows = SamplesOf(test::Photo(20, 20), PixelFormat::kRgb8);
  const auto kind = [](const auto& result) { return result ? "ok" : Name(result.error().kind); };
  const auto too_many = *kJxl.create({.width = 20, .height = 19});
  EXPECT_EQ(kind(too_many->Write(rows.Rows(0, 20))), "Internal");
  EXPECT_EQ(kind(too_many->Finish()), "Internal");
  const auto too_few = *kJxl.create({.width = 20, .height = 21});
  EXPECT_EQ(kind(too_few->Write(rows.Rows(0, 20))), "ok");
  EXPECT_EQ(kind(too_few->Finish()), "Internal");
  const auto twice = *kJxl.create({.width = 20, .height = 20});
  EXPECT_EQ(kind(twice->Write(rows.Rows(0, 20))), "ok");
  EXPECT_EQ(kind(twice->Finish()), "ok");
  EXPECT_EQ(kind(twice->Finish()), "Internal");
}

}  // namespace
}  // namespace whittle::codec
