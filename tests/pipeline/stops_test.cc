// Every part of a job that can take long is told to stop, not only the job's own loops: those look
// once a batch, and one batch may be a whole progressive picture, a blur or an encode.
#include <gtest/gtest.h>

#include <stop_token>

#include "pipeline/metadata.h"
#include "pipeline/operations.h"
#include "tests/codec/heif_grids.h"
#include "tests/pipeline/jobs.h"
#include "tests/support/pictures.h"

namespace whittle::pipeline {
namespace {

using pixel::PixelFormat;

// Stops the job as it turns to its n-th phase; returns how many it turned to all the same.
std::size_t PhasesAfterStop(ByteView file, const Params& params, std::size_t n) {
  StopsAt observer(n);
  const auto result = Process(file, MadeTransform(params), {}, observer.token(), &observer);
  EXPECT_FALSE(result) << "stopped at phase " << n;
  if (!result) EXPECT_EQ(result.error().kind, ErrorKind::kCancelled);
  return observer.after();
}

std::vector<Phase> PhasesOf(ByteView file, const Params& params) {
  StopsAt observer(StopsAt::kNever);
  EXPECT_TRUE(Process(file, MadeTransform(params), {}, {}, &observer));
  return observer.entered();
}

// The job has looked at its token when it turns to the decoder; what is asked then only the decoder
// can see, which gives the whole picture at once.
TEST(Stops, ADecoderIsStoppedWithinItsFirstCall) {
  const Bytes progressive = EncodeJpeg(test::Photo(256, 256), {.progressive = true});
  const Bytes upright =
      EncodeJpeg(test::Photo(256, 256), {.h_sampling = 2, .v_sampling = 2, .progressive = true});
  const Params rows = {.width = 100, .format = Format::kPng};
  const Params planes = {.width = 100};
  ASSERT_TRUE(PlanOf(upright.view(), planes).planes);
  // Once for the header, then for the rows.
  EXPECT_EQ(PhasesAfterStop(progressive.view(), rows, 2), 0U);
  EXPECT_EQ(PhasesAfterStop(upright.view(), planes, 2), 0U);
}

TEST(Stops, WheneverItIsAskedNothingElseIsBegun) {
  struct Case {
    std::string_view what;
    Bytes file;
    Params params;
    std::size_t most_after;  // to the end of the batch
  };
  Case cases[] = {
      {"rows", MadeFile("png", 90, 200), {.width = 60}, 6},
      {"planes",
       EncodeJpeg(test::Photo(160, 320), {.h_sampling = 2, .v_sampling = 2}),
       {.width = 80},
       24},
      {"rows enlarged",
       MadeFile("png", 4, 6),
       {.width = 40, .height = 4000, .fit = Fit::kFill, .enlarge = true},
       3},
      {"planes enlarged",
       EncodeJpeg(test::Photo(16, 16), {.h_sampling = 2, .v_sampling = 2}),
       {.width = 40, .height = 4000, .fit = Fit::kFill, .enlarge = true},
       3},
      {"frames", MadeAnimation("gif", 64, 80, 3), {.width = 40}, 10},
      {"a budget",
       MadeFile("png", 90, 200),
       {.width = 60, .format = Format::kJpeg, .max_bytes = 900},
       6},
  };
  for (const Case& each : cases) {
    const std::size_t phases = PhasesOf(each.file.view(), each.params).size();
    // After the last one nothing is asked any more, unless the encoder itself takes long.
    for (std::size_t n = 1; n + 8 < phases; n += 1 + phases / 40) {
      EXPECT_LE(PhasesAfterStop(each.file.view(), each.params, n), each.most_after)
          << each.what << " at " << n << " of " << phases;
    }
  }
}

// The search for a quality encodes up to eight times, and turns to that once.
TEST(Stops, TheSearchForABudgetIsStopped) {
  const Bytes file = MadeFile("png", 90, 60);
  const Params params = {.width = 60, .format = Format::kJpeg, .max_bytes = 900};
  const std::vector<Phase> phases = PhasesOf(file.view(), params);
  ASSERT_EQ(phases.back(), Phase::kEncode);
  EXPECT_EQ(PhasesAfterStop(file.view(), params, phases.size()), 0U);
}

TEST(Stops, TheSearchForALookIsStopped) {
  for (const bool planes : {false, true}) {
    const Bytes file = planes
                           ? EncodeJpeg(test::Photo(160, 120), {.h_sampling = 2, .v_sampling = 2})
                           : MadeFile("png", 160, 120);
    const Params params = {
        .width = 120, .format = Format::kJpeg, .auto_quality = true, .auto_target = 60};
    ASSERT_EQ(PlanOf(file.view(), params).planes.has_value(), planes);
    const std::vector<Phase> phases = PhasesOf(file.view(), params);
    ASSERT_EQ(phases.back(), Phase::kEncode);
    // At the last encode but one there is still a comparison to come, and another encode.
    EXPECT_EQ(PhasesAfterStop(file.view(), params, phases.size() - 1), 0U) << planes;
  }
}

// A blur of a large frame takes hundreds of milliseconds.
TEST(Stops, EachEffectIsTold) {
  const Bytes file = MadeFile("png", 40, 40);
  std::stop_source stop;
  stop.request_stop();
  for (const Params& params :
       {Params{.width = 40, .box_blur = true}, Params{.width = 40, .blur = 3},
        Params{.width = 40, .sharpen = std::array{2.0, 1.0}}}) {
    const Plan plan = PlanOf(file.view(), params);
    codec::Rows rows = codec::PhotoRows(40, 40, PixelFormat::kRgb8);
    EXPECT_TRUE(ApplyToPicture(rows.Span(0, 40), plan, {}));
    const auto stopped = ApplyToPicture(rows.Span(0, 40), plan, stop.get_token());
    ASSERT_FALSE(stopped) << MadeTransform(params).Canonical();
    EXPECT_EQ(stopped.error().kind, ErrorKind::kCancelled);
  }
}

// Opening a HEIC may wait for a process, and a kept packet of XMP may be large.
TEST(Stops, WhatComesBeforeThePictureIsTold) {
  std::stop_source stop;
  stop.request_stop();
  const Transform transform = MadeTransform({.width = 40, .keep = Keep::kAll});
  const std::string heif = codec::MadeSingle().Make();
  if (codec::ByName("heif") != nullptr) {
    EXPECT_TRUE(Prepare(AsBytes(heif), transform, {}));
    const auto stopped = Prepare(AsBytes(heif), transform, {}, stop.get_token());
    ASSERT_FALSE(stopped);
    EXPECT_EQ(stopped.error().kind, ErrorKind::kCancelled);
  }
  const Bytes png = MadeFile("png", 40, 40, PixelFormat::kRgb8, {.xmp = AsBytes("<a/>")});
  const codec::Codec& input = *codec::ByName("png");
  const auto header = input.probe(png.view(), {});
  const auto kept = [&](std::stop_token token) {
    return KeptMetadata(input, png.view(), *header, Keep::kAll, {40, 40}, {}, token).xmp.size();
  };
  EXPECT_EQ(kept({}), 4U);
  EXPECT_EQ(kept(stop.get_token()), 0U);
}

// The encoder of a whole picture looks at the token that its EncodeSpec brings.
TEST(Stops, ALongEncodeIsTold) {
  const Bytes file = MadeFile("png", 64, 64);
  for (const Format format : {Format::kPng, Format::kWebp, Format::kGif}) {
    const Params params = {.width = 64, .format = format};
    const std::size_t phases = PhasesOf(file.view(), params).size();
    StopsAt observer(phases);
    const auto result =
        Process(file.view(), MadeTransform(params), {}, observer.token(), &observer);
    EXPECT_FALSE(result) << WordOf(format);
  }
}

}  // namespace
}  // namespace whittle::pipeline
