// The whole product as one call, against plain libjpeg and the double-precision resize.
#include <gtest/gtest.h>

#include <cmath>
#include <string>
#include <vector>

#include "codec/registry.h"
#include "pipeline/plan.h"
#include "pipeline/run.h"
#include "tests/pixel/reference.h"
#include "tests/support/pictures.h"
#include "whittle/whittle.h"

namespace whittle::pipeline {
namespace {

using test::Compare;
using test::JpegOptions;
using test::Picture;

Transform Box(std::uint32_t width, std::uint32_t height, double quality = 100) {
  return *Transform::Make({.width = width, .height = height, .quality = quality});
}

Picture Resized(ByteView file, const Transform& transform) {
  const auto result = Process(file, transform, Limits{});
  if (!result) throw std::runtime_error(result.error().text + ": " + result.error().detail);
  return test::DecodeJpeg(result->bytes.view());
}

Picture Exact(const Picture& source, int width, int height) {
  return pixel::test::ExactResize(
      source, pixel::Geometry::Whole(source.width, source.height, width, height));
}

TEST(Process, AgreesWithTheDoublePrecisionResize) {
  for (const int channels : {1, 3}) {
    const Bytes file = EncodeJpeg(test::Photo(613, 407, channels), {.quality = 95});
    const Picture source = test::DecodeJpeg(file.view());
    const Picture result = Resized(file.view(), Box(200, 0));
    ASSERT_EQ(result.channels, channels);
    const auto difference = Compare(result, Exact(source, 200, 133));
    EXPECT_LT(difference.mean, 0.7) << channels;  // what quality 100 costs
    EXPECT_LE(difference.max, 6) << channels;
  }
}

TEST(Process, ServesEverySizeFromOneToSeventeenInEverySubsampling) {
  for (const auto& [h, v] : {std::pair{1, 1}, {2, 1}, {1, 2}, {2, 2}, {4, 1}}) {
    for (int width = 1; width <= 17; ++width) {
      for (int height = 1; height <= 17; ++height) {
        const Bytes file =
            EncodeJpeg(test::Photo(width, height), {.h_sampling = h, .v_sampling = v});
        const Picture source = test::DecodeJpeg(file.view());
        const auto same = Compare(Resized(file.view(), Box(100, 100)), source);
        EXPECT_LT(same.mean, 1.5) << width << "x" << height;
        const int w = (width + 1) / 2;
        const Picture half = Resized(file.view(), Box(static_cast<std::uint32_t>(w), 0));
        EXPECT_LT(Compare(half, Exact(source, half.width, half.height)).mean, 2)
            << width << "x" << height << " " << h << v;
      }
    }
  }
}

TEST(Process, TurnsAllEightOrientationsUpright) {
  const Picture upright = test::Quadrants(301, 187);
  for (int orientation = 1; orientation <= 8; ++orientation) {
    const Bytes file =
        EncodeJpeg(test::StoredFor(upright, orientation), {.orientation = orientation});
    const auto result = Process(file.view(), Box(100, 100), Limits{});
    ASSERT_TRUE(result);
    EXPECT_EQ(result->width, 100U);
    EXPECT_EQ(result->height, 62U);
    EXPECT_EQ(result->source.orientation, orientation);
    const auto difference =
        Compare(test::DecodeJpeg(result->bytes.view()), Exact(upright, 100, 62));
    EXPECT_LT(difference.mean, 2) << orientation;
    // Not resized, the same holds.
    const auto whole = Compare(Resized(file.view(), Box(8192, 8192)), upright);
    EXPECT_LT(whole.mean, 2) << orientation;
    // The result says nothing of orientation, or viewers would turn it again.
    EXPECT_EQ(Probe(result->bytes.view(), Limits{})->orientation, 1);
  }
}

TEST(Process, TurnsExtremeAspects) {
  for (int orientation = 1; orientation <= 8; ++orientation) {
    for (const auto& [width, height] : {std::pair{3000, 1}, {1, 3000}, {2999, 7}, {5, 2001}}) {
      const Picture upright = test::Photo(width, height);
      const Bytes file =
          EncodeJpeg(test::StoredFor(upright, orientation), {.orientation = orientation});
      const Picture result = Resized(file.view(), Box(500, 500));
      EXPECT_EQ(std::max(result.width, result.height), 500);
      const auto difference = Compare(result, Exact(upright, result.width, result.height));
      EXPECT_LT(difference.mean, 3) << width << "x" << height << " " << orientation;
    }
  }
}

TEST(Process, ReadsProgressiveAndRestartMarkersAlike) {
  const Picture photo = test::Photo(320, 240);
  const auto from = [&](const JpegOptions& options) {
    return Resized(EncodeJpeg(photo, options).view(), Box(100, 100));
  };
  const Picture plain = from({.h_sampling = 2, .v_sampling = 2});
  EXPECT_EQ(Compare(from({.h_sampling = 2, .v_sampling = 2, .progressive = true}), plain).max, 0);
  EXPECT_EQ(Compare(from({.h_sampling = 2, .v_sampling = 2, .restart_interval = 3}), plain).max, 0);
}

TEST(Process, TurnsInkIntoLight) {
  // No profile: R = (1 - C)(1 - K). Full cyan is no red; a quarter black darkens all.
  Picture ink = test::Blank(64, 48, 4);
  for (std::size_t i = 0; i < ink.samples.size(); i += 4) {
    ink.samples[i] = 255;
    ink.samples[i + 3] = 64;
  }
  for (const bool ycck : {false, true}) {
    const auto result =
        Process(EncodeJpeg(ink, {.quality = 100, .ycck = ycck, .icc = "junk"}).view(), Box(32, 32),
                Limits{});
    ASSERT_TRUE(result);
    std::string icc;
    const Picture light = test::DecodeJpeg(result->bytes.view(), &icc);
    EXPECT_NEAR(light.at(5, 5, 0), 0, 3) << ycck;
    EXPECT_NEAR(light.at(5, 5, 1), 191, 3) << ycck;
    EXPECT_NEAR(light.at(5, 5, 2), 191, 3) << ycck;
    EXPECT_TRUE(icc.empty()) << "a profile for ink must not describe light";
  }
}

TEST(Process, AReusedWorkspaceChangesNothing) {
  Workspace reused;
  const std::vector<Bytes> files = [] {
    std::vector<Bytes> made;
    made.push_back(EncodeJpeg(test::Photo(900, 700), {.h_sampling = 2, .v_sampling = 2}));
    made.push_back(EncodeJpeg(test::Noise(33, 1000, 1)));
    made.push_back(EncodeJpeg(test::Photo(301, 203), {.orientation = 6}));
    made.push_back(EncodeJpeg(test::Photo(50, 40, 4)));
    made.push_back(EncodeJpeg(test::Photo(17, 9), {.orientation = 2}));
    return made;
  }();
  for (int round = 0; round < 3; ++round) {
    for (std::size_t i = 0; i < files.size(); ++i) {
      const auto& file = files[(i * (static_cast<std::size_t>(round) + 1)) % files.size()];
      const auto fresh = Process(file.view(), Box(120, 90), Limits{});
      const auto warm = pipeline::Run(reused, file.view(), Box(120, 90), Limits{}, {}, nullptr);
      ASSERT_TRUE(fresh && warm);
      EXPECT_EQ(AsText(fresh->bytes.view()), AsText(warm->bytes.view()));
    }
  }
}

TEST(Process, HoldsNoMoreThanItsPlanSaid) {
  for (const int orientation : {1, 2, 3, 6}) {
    for (const int channels : {1, 3}) {
      const Bytes file = EncodeJpeg(test::Photo(1200, 800, channels), {.orientation = orientation});
      const auto header = codec::ByName("jpeg")->probe(file.view(), Limits{});
      ASSERT_TRUE(header);
      const auto plan = MakePlan(*codec::ByName("jpeg"), *header, WholeOf(*header, Box(300, 300)),
                                 Box(300, 300), Limits{});
      ASSERT_TRUE(plan);
      Workspace workspace;
      ASSERT_TRUE(pipeline::Run(workspace, file.view(), Box(300, 300), Limits{}, {}, nullptr));
      EXPECT_LE(workspace.bytes(), Workspace::BytesNeeded(*plan)) << orientation;
      EXPECT_GE(2 * workspace.bytes(), Workspace::BytesNeeded(*plan)) << "a wild guess";
    }
  }
}

TEST(Process, MemoryOfAnUprightPictureDoesNotGrowWithItsHeight) {
  const auto held = [](int height) {
    Workspace workspace;
    const Bytes file = EncodeJpeg(test::Photo(400, height));
    EXPECT_TRUE(pipeline::Run(workspace, file.view(), Box(0, 100), Limits{}, {}, nullptr));
    return workspace.bytes();
  };
  // Ten times the rows shrink ten times more, so the kernel, and its ring of rows, is taller; the
  // frame is not there. 4000 rows of 400 pixels would be 4.8 MB.
  EXPECT_LT(held(4000), 1'200'000U);
}

TEST(Process, RefusesWhatItIsNotAllowedToHold) {
  const Bytes file = EncodeJpeg(test::Photo(1000, 800), {.progressive = true});
  Limits limits;
  limits.max_working_bytes = 1 << 20;
  const auto result = Process(file.view(), Box(100, 100), limits);
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().kind, ErrorKind::kTooLarge);
}

TEST(Process, RefusesSourcesOverItsLimitsBeforeDecoding) {
  const Bytes file = EncodeJpeg(test::Photo(100, 80));
  Limits few_pixels;
  few_pixels.max_source_pixels = 7999;
  EXPECT_EQ(Process(file.view(), Box(10, 10), few_pixels).error().kind, ErrorKind::kTooLarge);
  Limits few_bytes;
  few_bytes.max_source_bytes = file.size() - 1;
  EXPECT_EQ(Process(file.view(), Box(10, 10), few_bytes).error().kind, ErrorKind::kTooLarge);
}

TEST(Process, SaysWhenItDoesNotKnowAFormat) {
  for (const char* text : {"", "GIF", "\x89PNG\r\n\x1a", "<svg/>", "\xFF", "BM"}) {
    const auto result = Process(AsBytes(text), Box(10, 10), Limits{});
    ASSERT_FALSE(result);
    EXPECT_EQ(result.error().kind, ErrorKind::kUnsupported);
    EXPECT_EQ(result.error().text, "unsupported image format");
  }
}

// Asks to stop at the n-th change of phase.
class StopAt final : public PhaseObserver {
 public:
  explicit StopAt(int n) : left_(n) {}
  void Enter(Phase phase) override {
    if (--left_ == 0) stop_.request_stop();
    if (left_ < 0 && phase == Phase::kDecode) ++decodes_after_;
  }
  std::stop_token token() const { return stop_.get_token(); }
  int decodes_after() const { return decodes_after_; }

 private:
  int left_;
  int decodes_after_ = 0;
  std::stop_source stop_;
};

TEST(Process, StopsWithinOneBatchOfRows) {
  const Bytes file = EncodeJpeg(test::Photo(400, 2000));
  for (const int n : {1, 2, 5, 20, 60}) {
    StopAt observer(n);
    const auto result = Process(file.view(), Box(100, 1000), Limits{}, observer.token(), &observer);
    ASSERT_FALSE(result) << n;
    EXPECT_EQ(result.error().kind, ErrorKind::kCancelled);
    EXPECT_LE(observer.decodes_after(), 1) << n;
  }
}

// A result that says it is whole in what it shows must not be the file that is not.
TEST(Process, NeverSendsACutSourceBackInsteadOfALargerResult) {
  const Bytes whole = EncodeJpeg(test::Photo(64, 48), {.quality = 30});
  EXPECT_EQ(AsText(Process(whole.view(), Box(64, 48), Limits{})->bytes.view()),
            AsText(whole.view()));
  const Bytes cut = Bytes::CopyOf(whole.view().first(whole.size() - whole.size() / 8));
  const auto shown = Process(cut.view(), Box(64, 48), Limits{});
  ASSERT_TRUE(shown);
  ASSERT_TRUE(shown->truncated);
  EXPECT_GT(shown->bytes.size(), cut.size());
  test::DecodeJpeg(shown->bytes.view());  // throws unless it is sound
}

TEST(Process, PresetsTradeBytesForTime) {
  const Bytes file = EncodeJpeg(test::Photo(800, 600));
  const auto size = [&](Preset preset) {
    const auto transform =
        *Transform::Make({.width = 400, .height = 400, .quality = 80, .preset = preset});
    return Process(file.view(), transform, Limits{})->bytes.size();
  };
  EXPECT_LT(size(Preset::kSmall), size(Preset::kDefault));
  EXPECT_LT(size(Preset::kDefault), size(Preset::kFast));
}

TEST(Process, QualityCounts) {
  const Bytes file = EncodeJpeg(test::Photo(800, 600));
  std::size_t last = 0;
  for (const double quality : {1.0, 20.0, 50.0, 80.0, 89.5, 95.0, 100.0}) {
    const std::size_t size = Process(file.view(), Box(400, 400, quality), Limits{})->bytes.size();
    EXPECT_GT(size, last) << quality;
    last = size;
  }
}

}  // namespace
}  // namespace whittle::pipeline
