// What a plan decides, condition by condition, and what it counts.
#include "pipeline/plan.h"

#include <gtest/gtest.h>

#include "codec/encoder_memory.h"
#include "codec/metadata/exif_keep.h"
#include "codec/metadata/xmp_keep.h"
#include "color/space_transform.h"
#include "effect/adjust.h"
#include "effect/blur.h"
#include "effect/sharpen.h"
#include "pipeline/auto_quality.h"
#include "pipeline/fine_chroma.h"
#include "pipeline/operations.h"
#include "pipeline/workspace.h"
#include "tests/codec/made_icc.h"
#include "tests/pipeline/jobs.h"
#include "tests/support/pictures.h"

namespace whittle::pipeline {
namespace {

using codec::Subsampling;
using pixel::PixelFormat;

const Bytes& Photo420() {
  static const Bytes file = EncodeJpeg(test::Photo(200, 150), {.h_sampling = 2, .v_sampling = 2});
  return file;
}

// Of a JPEG in RGB of any size: a plan looks at nothing else.
codec::Header HeaderOf(std::uint32_t width, std::uint32_t height) {
  codec::Header header;
  header.info.width = width;
  header.info.height = height;
  header.info.channels = 3;
  return header;
}

TEST(Plan, PlanesGoWhereNothingNeedsPixels) {
  const auto has_planes = [](const Params& params) {
    return PlanOf(Photo420().view(), params).planes.has_value();
  };
  EXPECT_TRUE(has_planes({.width = 100}));
  EXPECT_TRUE(has_planes({.width = 100, .rotate = 90, .format = Format::kWebp}));
  EXPECT_TRUE(has_planes({.width = 100, .greyscale = false, .quality = 89.99}));
  for (const Params& params : {
           Params{.width = 100, .kernel = Kernel::kMitchell},
           Params{.width = 100, .pad = {.left = 1}},
           Params{.width = 100, .blur = 1},
           Params{.width = 100, .sharpen = std::array{1.0, 1.0}},
           Params{.width = 100, .box_blur = true},
           Params{.width = 100, .brightness = 0.9},
           Params{.width = 100, .greyscale = true},
           Params{.width = 100, .quality = 90},
           Params{.width = 100, .subsampling = ChromaSubsampling::k444},
           Params{.width = 100, .colours = 16},
           Params{.width = 100, .max_bytes = 1 << 20},
           Params{.width = 100, .format = Format::kPng},
           Params{.width = 100, .format = Format::kWebp, .lossless = true},
           Params{.width = 100, .height = 30, .fit = Fit::kCover, .position = Position::kEntropy},
           Params{.width = 100, .height = 100, .fit = Fit::kContain},
       }) {
    EXPECT_FALSE(has_planes(params)) << MadeTransform(params).Canonical();
  }
}

// Also where a decoder could give planes of its first frame.
TEST(Plan, AnimationsGoAsFrames) {
  const Bytes file = MadeAnimation("webp", 200, 150, 2);
  const codec::Codec& webp = *codec::ByName("webp");
  codec::Header header = *webp.probe(file.view(), {});
  header.planes = codec::ByName("jpeg")->probe(Photo420().view(), {})->planes;
  ASSERT_TRUE(header.planes);
  for (const bool animated : {true, false}) {
    const Transform transform =
        MadeTransform({.width = 100, .format = Format::kWebp, .anim = animated});
    const auto plan = MakePlan(webp, header, WholeOf(header, transform), transform, {});
    ASSERT_TRUE(plan);
    EXPECT_EQ(plan->output.animated, animated);
    EXPECT_EQ(plan->planes.has_value(), !animated);
  }
}

TEST(Plan, AProfileThatIsConvertedNeedsPixels) {
  const std::string icc = codec::MadeIcc(600, "RGB ");
  const Bytes file =
      EncodeJpeg(test::Photo(60, 40), {.h_sampling = 2, .v_sampling = 2, .icc = icc});
  const Plan kept = PlanOf(file.view(), {.width = 30});
  EXPECT_FALSE(kept.to_srgb);
  EXPECT_TRUE(kept.planes);
  const Plan converted = PlanOf(file.view(), {.width = 30, .profile = Profile::kSrgb});
  EXPECT_TRUE(converted.to_srgb);
  EXPECT_FALSE(converted.planes);
  EXPECT_TRUE(PlanOf(file.view(), {.width = 30, .greyscale = true}).to_srgb)
      << "a profile of colour says nothing about grey";
  EXPECT_TRUE(PlanOf(file.view(), {.width = 30, .format = Format::kGif}).to_srgb)
      << "there is no place for it";
}

TEST(Plan, ChromaIsHalvedByTheQualityThatCounts) {
  const auto at = [](const Params& params) {
    return PlanOf(Photo420().view(), params).subsampling;
  };
  EXPECT_EQ(at({.width = 50, .quality = 89.99}), Subsampling::k420);
  EXPECT_EQ(at({.width = 50, .quality = 90}), Subsampling::k444);
  EXPECT_EQ(at({.width = 50, .quality = 95, .subsampling = ChromaSubsampling::k420}),
            Subsampling::k420);
  EXPECT_EQ(at({.width = 50, .quality = 10, .subsampling = ChromaSubsampling::k444}),
            Subsampling::k444);
  EXPECT_EQ(at({.width = 50, .quality = 10, .preset = Preset::kQuality}), Subsampling::k444);
  EXPECT_EQ(at({.width = 50, .quality = 10, .avif_quality = 95}), Subsampling::k420);
  EXPECT_EQ(at({.width = 50, .format = Format::kAvif, .quality = 10, .avif_quality = 95}),
            Subsampling::k444);
  EXPECT_EQ(at({.width = 50, .format = Format::kAvif, .quality = 95, .avif_quality = 10}),
            Subsampling::k420);
  EXPECT_EQ(at({.width = 50, .format = Format::kWebp, .quality = 100}), Subsampling::k420)
      << "it has no other";
}

TEST(Plan, EachFormatsOwnQualityCounts) {
  const auto quality = [](Format format) {
    const Params params = {
        .width = 50, .format = format, .quality = 81, .webp_quality = 69, .avif_quality = 48};
    return ResultOf(PlanOf(Photo420().view(), params), MadeTransform(params)).quality;
  };
  EXPECT_EQ(quality(Format::kJpeg), 81);
  EXPECT_EQ(quality(Format::kJxl), 81);
  EXPECT_EQ(quality(Format::kWebp), 69);
  EXPECT_EQ(quality(Format::kAvif), 48);
}

TEST(Plan, RowsAreWrittenAsNarrowAsTheyCanBe) {
  const auto written = [](PixelFormat source, Params params) {
    params.width = 30;
    if (!params.format) params.format = Format::kPng;
    return PlanOf(MadeFile("png", 40, 30, source).view(), params).written;
  };
  const Colour red = {255, 0, 0, 255}, grey = {9, 9, 9, 255}, glass = {255, 0, 0, 128};
  const Sides pad = {.top = 1};
  EXPECT_EQ(written(PixelFormat::kGrey8, {}), PixelFormat::kGrey8);
  EXPECT_EQ(written(PixelFormat::kRgb8, {.greyscale = true}), PixelFormat::kGrey8);
  EXPECT_EQ(written(PixelFormat::kGrey16, {}), PixelFormat::kGrey16);
  EXPECT_EQ(written(PixelFormat::kGrey8, {.tint = red}), PixelFormat::kRgb8);
  EXPECT_EQ(written(PixelFormat::kGrey8, {.background = red}), PixelFormat::kGrey8)
      << "nothing shows it";
  EXPECT_EQ(written(PixelFormat::kGreyA8, {.background = red}), PixelFormat::kRgb8);
  EXPECT_EQ(written(PixelFormat::kGreyA8, {.background = grey}), PixelFormat::kGrey8);
  EXPECT_EQ(written(PixelFormat::kGreyA8, {.background = glass}), PixelFormat::kRgba8);
  EXPECT_EQ(written(PixelFormat::kGrey8, {.pad = pad, .background = red}), PixelFormat::kRgb8);
  EXPECT_EQ(written(PixelFormat::kGrey8, {.pad = pad, .background = grey}), PixelFormat::kGrey8);
  EXPECT_EQ(written(PixelFormat::kRgb8, {.pad = pad}), PixelFormat::kRgba8);
  EXPECT_EQ(written(PixelFormat::kRgb8, {.pad = pad, .background = red}), PixelFormat::kRgb8);
  EXPECT_EQ(written(PixelFormat::kRgb8, {.pad = pad, .background = glass}), PixelFormat::kRgba8);
  EXPECT_EQ(written(PixelFormat::kRgba8, {.pad = pad, .format = Format::kJpeg}),
            PixelFormat::kRgb8);
}

TEST(Plan, WhatStandsBehindTransparencyIsOpaqueWhereTheFormatIs) {
  const Bytes file = MadeFile("png", 40, 30, PixelFormat::kRgba8);
  const auto background = [&](Params params) {
    params.width = 30;
    params.flatten = {255, 255, 255, 255};
    return PlanOf(file.view(), params).background;
  };
  const Colour glass = {255, 0, 0, 128};
  EXPECT_EQ(background({.format = Format::kPng}).alpha, 0);
  EXPECT_EQ(background({.background = glass, .format = Format::kPng}), glass);
  EXPECT_EQ(background({.format = Format::kJpeg}), (Colour{255, 255, 255, 255}));
  const Colour laid = background({.background = glass, .format = Format::kJpeg});
  EXPECT_EQ(laid.alpha, 255);
  EXPECT_GT(laid.red, laid.green) << "red glass on white";
  EXPECT_GT(laid.green, 100);
  EXPECT_LT(laid.green, 255);
}

TEST(Plan, QualityIsChosenByLookUpToSixteenMegapixels) {
  const auto target = [&](std::uint32_t width, std::uint32_t height, Params params) {
    params.width = params.height = 8192;
    params.auto_quality = true;
    params.auto_target = 70;
    return PlanOf(*codec::ByName("jpeg"), HeaderOf(width, height), params,
                  {.max_working_bytes = 1ULL << 40})
        .auto_target;
  };
  EXPECT_EQ(target(4000, 4000, {}), 70);
  EXPECT_EQ(target(4001, 4000, {}), std::nullopt);
  EXPECT_EQ(target(3999, 4000, {.pad = {.left = 1}}), 70) << "padding counts";
  EXPECT_EQ(target(3999, 4000, {.pad = {.left = 2}}), std::nullopt);
  EXPECT_EQ(target(400, 300, {.format = Format::kPng}), std::nullopt);
  EXPECT_EQ(target(400, 300, {.format = Format::kWebp}), 70);
  EXPECT_EQ(target(400, 300, {.format = Format::kWebp, .lossless = true}), std::nullopt);
}

TEST(Plan, AnimationsAreNeverChosenByLookNorKept) {
  const Bytes file = MadeAnimation("webp", 30, 20, 2);
  Params params = {.width = 20, .format = Format::kWebp, .auto_quality = true, .max_bytes = 1000};
  const Plan animated = PlanOf(file.view(), params);
  EXPECT_TRUE(animated.output.animated);
  EXPECT_EQ(animated.auto_target, std::nullopt);
  EXPECT_FALSE(animated.keeps_canvas);
  params.anim = false;
  const Plan still = PlanOf(file.view(), params);
  EXPECT_TRUE(still.auto_target);
  EXPECT_TRUE(still.keeps_canvas);
  params.max_bytes = 0;
  EXPECT_TRUE(PlanOf(file.view(), params).keeps_canvas) << "for the look alone";
  params.auto_quality = false;
  EXPECT_FALSE(PlanOf(file.view(), params).keeps_canvas);
}

// jpeg/encoder.h: 2.25 bytes for each sample of whole MCUs, three samples a pixel in 4:4:4; and a
// file of a byte and a half for each at most.
TEST(Plan, CountsTheCoefficientsOfAnOptimisingJpegEncoder) {
  const auto needed = [&](Preset preset) {
    return PlanOf(*codec::ByName("jpeg"), HeaderOf(1600, 1600),
                  {.width = 1600, .quality = 95, .preset = preset})
        .working_bytes;
  };
  const std::uint64_t samples = 3ULL * 1600 * 1600;
  EXPECT_GE(needed(Preset::kDefault), samples * 9 / 4 + samples);
  EXPECT_LE(needed(Preset::kDefault), samples * 9 / 4 + samples * 2);
  EXPECT_GE(needed(Preset::kFast), samples * 3 / 2);
  EXPECT_LE(needed(Preset::kFast), samples * 5 / 2);
}

// The original and a copy in three planes each, and two files, are there at once with what
// effect/likeness.h holds.
TEST(Plan, CountsWhatComparingNeeds) {
  for (const bool planes : {true, false}) {
    const Bytes file = planes
                           ? EncodeJpeg(test::Photo(400, 300), {.h_sampling = 2, .v_sampling = 2})
                           : MadeFile("png", 400, 300);
    Params params = {.width = 400, .format = Format::kJpeg, .max_bytes = planes ? 0U : 1U << 30};
    const std::uint64_t without = PlanOf(file.view(), params).working_bytes;
    params.auto_quality = true;
    const Plan plan = PlanOf(file.view(), params);
    ASSERT_EQ(plan.planes.has_value(), planes);
    EXPECT_GE(plan.working_bytes,
              without + 2 * 3 * 400 * 300 + effect::Likeness::BytesNeeded(400, 300));
  }
}

TEST(Plan, CountsTheDearestOfItsEffects) {
  const Bytes file = MadeFile("png", 60, 40);
  const auto counted = [&](const Params& params) {
    return OperationBytes(PlanOf(file.view(), params));
  };
  const PixelFormat rows = PixelFormat::kRgb8;
  const std::array gently = {1.0, 1.0}, widely = {9.0, 1.0};
  EXPECT_EQ(counted({.width = 60}), 0U);
  EXPECT_EQ(counted({.width = 60, .box_blur = true}), effect::BoxBlur3BytesNeeded(60, rows));
  EXPECT_EQ(counted({.width = 60, .blur = 5}), effect::GaussianBlurBytesNeeded(60, rows, 5));
  EXPECT_EQ(counted({.width = 60, .sharpen = widely}), effect::SharpenBytesNeeded(60, rows, 9));
  EXPECT_EQ(counted({.width = 60, .blur = 1, .sharpen = widely}),
            effect::SharpenBytesNeeded(60, rows, 9));
  EXPECT_EQ(counted({.width = 60, .blur = 50, .sharpen = gently}),
            effect::GaussianBlurBytesNeeded(60, rows, 50));
}

// Three planes and a decoder's batch of the widest rows; chroma at luma's resolution twice, as it
// comes and turned.
TEST(Plan, CountsEveryPlaneThatIsCompared) {
  EXPECT_GE(Compared::BytesNeeded(400, 300),
            3 * 400 * 300 + 400ULL * 8 * static_cast<std::uint64_t>(Workspace::kBatchRows));
  const Plan plan = PlanOf(Photo420().view(), {.width = 200});
  ASSERT_TRUE(plan.planes);
  EXPECT_GE(FineChroma::BytesNeeded(plan), 2 * 2 * 200 * 150U);
}

TEST(Plan, CountsTheProfileAndWhatEffectsHold) {
  const std::string icc = codec::MadeIcc(600, "RGB ");
  const Bytes file = MadeFile("png", 60, 40, PixelFormat::kRgb8, {.icc = AsBytes(icc)});
  const Bytes plain = MadeFile("png", 60, 40, PixelFormat::kRgb8);
  const auto needed = [](const Bytes& from, const Params& params) {
    return PlanOf(from.view(), params).working_bytes;
  };
  EXPECT_GE(needed(file, {.width = 30}), needed(plain, {.width = 30}) + 600);
  const std::uint64_t frame = 60ULL * 40 * 3;
  EXPECT_GE(needed(plain, {.width = 60, .blur = 5}), needed(plain, {.width = 60}) + frame);
}

// How large they are no header says; they are read after the plan.
TEST(Plan, CountsExifAndXmpThatAreLookedThrough) {
  const auto counted = [](std::string_view format, Keep keep, std::uint32_t most) {
    return PlanOf(MadeFile(format, 60, 40).view(), {.width = 30, .keep = keep},
                  {.max_icc_bytes = most})
        .working_bytes;
  };
  const std::uint64_t none = counted("png", Keep::kNone, 1000);
  EXPECT_EQ(counted("png", Keep::kCopyright, 1000), none + 2 * 1000 + codec::kExifBytes);
  EXPECT_EQ(counted("png", Keep::kAll, 1000),
            none + 1000 + codec::kExifBytes + codec::XmpBytesNeeded(1000));
  EXPECT_EQ(counted("png", Keep::kAll, 4U << 20), none + codec::kExifBytes + 10 * (4U << 20));
}

// Tables of adjustments where there are some, those of code points where they are converted.
TEST(Plan, CountsTheTablesOfItsColours) {
  const codec::Codec& input = *codec::ByName("png");
  codec::Header header = HeaderOf(30, 20);
  const Params params = {.width = 30, .brightness = 0.9, .profile = Profile::kSrgb};
  const Plan plain = PlanOf(input, header, params);
  EXPECT_GE(plain.working_bytes,
            Workspace::BytesNeeded(plain) +
                plain.output.codec->encoder_memory(ResultOf(plain, MadeTransform(params))).most +
                effect::Adjuster::kBytes);
  header.colour.cicp = {.primaries = 12, .transfer = 13};
  const Plan converted = PlanOf(input, header, params);
  ASSERT_TRUE(converted.to_srgb);
  EXPECT_GE(converted.working_bytes, plain.working_bytes + color::SpaceToSrgb::kBytes);
}

// Of an animation the frames' decoder, which holds canvases, or the first picture's: the dearer.
TEST(Plan, CountsTheDecoderThatIsUsed) {
  const codec::Codec& input = *codec::ByName("gif");
  const auto needed = [&](std::uint64_t still, std::uint64_t frames, bool anim) {
    codec::Header header = HeaderOf(30, 20);
    header.info.frames = 2;
    header.decode_bytes = still;
    header.frames_bytes = frames;
    return PlanOf(input, header, {.width = 30, .format = Format::kGif, .anim = anim}).working_bytes;
  };
  EXPECT_EQ(needed(100, 5000, true) - needed(100, 0, true), 4900U);
  EXPECT_EQ(needed(5000, 100, true), needed(5000, 0, true));
  EXPECT_EQ(needed(100, 5000, false), needed(100, 0, false));
}

// A file, its copy and both their planes are there at once; beside planes, chroma as fine as luma.
TEST(Plan, CountsComparingPlanesInFull) {
  for (const bool planes : {true, false}) {
    const Bytes file = MadeFile(planes ? "jpeg" : "png", 400, 300);
    Params params = {.width = 399, .format = Format::kJpeg, .max_bytes = planes ? 0U : 1U << 30};
    const std::uint64_t without = PlanOf(file.view(), params).working_bytes;
    params.auto_quality = true;
    const Plan plan = PlanOf(file.view(), params);
    ASSERT_EQ(plan.planes.has_value(), planes);
    const Size canvas = plan.layout.canvas;
    const std::uint64_t files = 2 * 3 * canvas.pixels();
    EXPECT_GE(plan.working_bytes - without,
              3 * Compared::BytesNeeded(canvas.width, canvas.height) +
                  effect::Likeness::BytesNeeded(canvas.width, canvas.height) + files +
                  (planes ? FineChroma::BytesNeeded(plan) : 0));
  }
}

}  // namespace
}  // namespace whittle::pipeline
