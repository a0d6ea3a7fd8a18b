// The last stage alone, fed with rows: what it does with their colours, their order and their end.
#include "pipeline/delivery.h"

#include <gtest/gtest.h>

#include <array>
#include <optional>
#include <stop_token>

#include "codec/registry.h"
#include "pipeline/colours.h"
#include "pipeline/job.h"
#include "pipeline/kept_canvas.h"
#include "tests/codec/decode.h"

namespace whittle::pipeline {
namespace {

using codec::Rows;
using pixel::PixelFormat;
using Params = Transform::Params;

class NoPhases final : public PhaseObserver {
 public:
  void Enter(Phase) override {}
};

// A job whose rows the test hands over itself, and the canvas that is left of them.
class Delivered {
 public:
  /// `sink`, unless it is null, gets the rows instead.
  Delivered(const Rows& source, const Params& params, const pixel::ColourSpace& colour = {},
            codec::RowSink* sink = nullptr) {
    header_.info.width = static_cast<std::uint32_t>(source.width);
    header_.info.height = static_cast<std::uint32_t>(source.height);
    header_.info.channels = 3;
    header_.format = source.format;
    header_.colour = colour;
    SettleColours(header_);
    const auto transform = *Transform::Make(params);
    const codec::Codec& png = *codec::ByName("png");
    plan_ = *MakePlan(png, header_, WholeOf(header_, transform), transform, limits_);
    if (!workspace_.Prepare(plan_)) throw std::runtime_error("no workspace");
    job_.emplace(Job{.input = png,
                     .source = {},
                     .header = header_,
                     .plan = plan_,
                     .limits = limits_,
                     .result = ResultOf(plan_, transform),
                     .stop = stop_.get_token(),
                     .phases = phases_,
                     .workspace = workspace_,
                     .truncated = truncated_});
    kept_.emplace(workspace_.kept, job_->result);
    delivery_.emplace(*job_, sink != nullptr ? *sink : *kept_);
  }

  Expected<void> Take(Rows rows, int from, int count) {
    return delivery_->Take(rows.Span(from, count));
  }
  Expected<void> Finish() {
    WHITTLE_CHECK(delivery_->Finish());
    WHITTLE_CHECK(kept_->Finish());
    return {};
  }
  void Stop() { stop_.request_stop(); }
  const Plan& plan() const { return plan_; }
  int at(int x, int y, int c) const { return kept_->rows().row(y)[x * 3 + c]; }

 private:
  std::stop_source stop_;
  const Limits limits_;
  codec::Header header_;
  Plan plan_;
  Workspace workspace_;
  NoPhases phases_;
  bool truncated_ = false;
  std::optional<Job> job_;
  std::optional<KeptCanvas> kept_;
  std::optional<Delivery> delivery_;
};

constexpr int kSide = 70;  // two batches and a bit

Rows Photo() { return codec::PhotoRows(kSide, kSide, PixelFormat::kRgb8); }
Params As(int rotate) { return {.width = kSide, .rotate = rotate, .format = Format::kPng}; }

// Clockwise, an odd number of rows at a time.
TEST(Delivery, TurnsWhatComesInAnyPieces) {
  const Rows photo = Photo();
  Delivered delivered(photo, As(90));
  ASSERT_TRUE(delivered.plan().holds_result());
  for (int y = 0; y < kSide; y += 7) ASSERT_TRUE(delivered.Take(photo, y, 7));
  ASSERT_TRUE(delivered.Finish());
  for (int y = 0; y < kSide; ++y) {
    for (int x = 0; x < kSide; ++x) {
      for (int c = 0; c < 3; ++c) {
        ASSERT_EQ(delivered.at(x, y, c), photo.Sample(y, kSide - 1 - x, c)) << x << ' ' << y;
      }
    }
  }
}

TEST(Delivery, DoesNotPassOnAPictureThatEndedEarly) {
  const Rows photo = Photo();
  for (const int rotate : {0, 90}) {
    Delivered delivered(photo, As(rotate));
    ASSERT_TRUE(delivered.Take(photo, 0, 32));
    ASSERT_TRUE(delivered.Take(photo, 32, 32));
    ASSERT_TRUE(delivered.Take(photo, 64, 5));
    const auto finished = delivered.Finish();
    ASSERT_FALSE(finished) << rotate;
    EXPECT_EQ(finished.error().kind, ErrorKind::kInternal);
  }
}

TEST(Delivery, StopsAmidEffects) {
  const Rows photo = Photo();
  Params params = As(0);
  params.blur = 3;
  for (const bool stopped : {false, true}) {
    Delivered delivered(photo, params);
    for (int y = 0; y < kSide; y += 10) ASSERT_TRUE(delivered.Take(photo, y, 10));
    if (stopped) delivered.Stop();
    const auto finished = delivered.Finish();
    ASSERT_EQ(finished.has_value(), !stopped);
    if (stopped) {
      EXPECT_EQ(finished.error().kind, ErrorKind::kCancelled);
    }
  }
}

// Asks to stop at the first rows, and counts how often it gets more.
class AsksAtOnce final : public codec::RowSink {
 public:
  Expected<void> Write(pixel::ConstRowSpan) override {
    if (++writes_ == 1) delivered_->Stop();
    return {};
  }
  Expected<Bytes> Finish() override { return Bytes(); }
  void Watch(Delivered& delivered) { delivered_ = &delivered; }
  int writes() const { return writes_; }

 private:
  Delivered* delivered_ = nullptr;
  int writes_ = 0;
};

// A picture that is held leaves in thousands of batches, padding may be all of it.
TEST(Delivery, StopsAtTheNextBatch) {
  const Rows photo = Photo();
  Params mirrored = As(0), blurred = As(0), padded = As(0);
  mirrored.flop = true;
  blurred.box_blur = true;
  padded.pad = {.top = 400};
  for (const Params& params : {As(0), As(90), mirrored, blurred, padded}) {
    AsksAtOnce sink;
    Delivered delivered(photo, params, {}, &sink);
    sink.Watch(delivered);
    Expected<void> outcome = delivered.Take(photo, 0, 32);
    if (outcome) outcome = delivered.Take(photo, 32, 32);
    if (outcome) outcome = delivered.Take(photo, 64, 6);
    if (outcome) outcome = delivered.Finish();
    ASSERT_FALSE(outcome);
    EXPECT_EQ(outcome.error().kind, ErrorKind::kCancelled);
    EXPECT_EQ(sink.writes(), 1) << Transform::Make(params)->Canonical();
  }
}

// Also while it only gathers rows, before it is turned for an effect, and below the picture.
TEST(Delivery, StopsWhereNothingIsWritten) {
  const Rows photo = Photo();
  Delivered gathering(photo, As(90));
  gathering.Stop();
  EXPECT_FALSE(gathering.Take(photo, 0, 32));
  Params padded = As(0);
  padded.pad = {.bottom = 400};
  Delivered below(photo, padded);
  for (int y = 0; y < kSide; y += 10) ASSERT_TRUE(below.Take(photo, y, 10));
  below.Stop();
  const auto finished = below.Finish();
  ASSERT_FALSE(finished);
  EXPECT_EQ(finished.error().kind, ErrorKind::kCancelled);
}

// Once, whichever way the rows go on from here: as they come, mirrored, turned, or through effects.
TEST(Delivery, ConvertsColoursOnceOnEveryWay) {
  const Rows grey = codec::BlankRows(kSide, kSide, PixelFormat::kRgb8, 100);
  const pixel::ColourSpace linear = {.cicp = {}, .calibration = pixel::Calibration{.gamma = 1}};
  Params mirrored = As(0), turned = As(270), blurred = As(90);
  mirrored.flop = true;
  blurred.blur = 1;
  for (Params params : {As(0), mirrored, turned, blurred}) {
    for (const Profile profile : {Profile::kAuto, Profile::kSrgb}) {
      params.profile = profile;
      Delivered delivered(grey, params, linear);
      for (int y = 0; y < kSide; y += 14) ASSERT_TRUE(delivered.Take(grey, y, 14));
      ASSERT_TRUE(delivered.Finish());
      const int expected = profile == Profile::kSrgb ? 168 : 100;
      for (const int y : {0, 13, 14, 31, 32, 69}) {
        for (int c = 0; c < 3; ++c) EXPECT_EQ(delivered.at(y, y, c), expected) << y;
      }
    }
  }
}

}  // namespace
}  // namespace whittle::pipeline
