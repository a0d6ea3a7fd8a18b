// Every decoder that a job opens gets the job's own stop token and limits, whichever way its
// pictures go: nothing else ends a decoder's long calls, or keeps it within its memory.
#include <gtest/gtest.h>

#include <utility>

#include "pipeline/auto_quality.h"
#include "pipeline/compared.h"
#include "pipeline/kept_canvas.h"
#include "pipeline/trim.h"
#include "tests/pipeline/remembers.h"

namespace whittle::pipeline {
namespace {

TEST(HandedOn, ByTheLookForBorders) {
  RememberedJob job;
  EXPECT_FALSE(FindInside(kRemembers, {}, 10, job.limits(), job.stop(), job.workspace()));
  EXPECT_TRUE(job.HandedOnOnce());
}

TEST(HandedOn, ByRows) {
  RememberedJob remembered;
  const Job job = remembered.Of(kRemembers);
  KeptCanvas canvas(job.workspace.kept, job.result);
  EXPECT_FALSE(StreamRows(job, canvas));
  EXPECT_TRUE(remembered.HandedOnOnce());
}

TEST(HandedOn, ByAnimations) {
  RememberedJob remembered;
  EXPECT_FALSE(StreamFrames(remembered.Of(kRemembers)));
  EXPECT_TRUE(remembered.HandedOnOnce());
}

// From half the size on, a decoder may be quicker.
TEST(HandedOn, ByPlanes) {
  for (const auto& [input, shown] : {std::pair(&kRemembersPlanes, Size{15, 16}),
                                     {&kRemembersPlanes, Size{16, 15}},
                                     {&kRemembersShrunk, Size{16, 16}}}) {
    RememberedJob remembered;
    Plan& plan = remembered.plan();
    plan.output.codec = codec::ByName("jpeg");
    plan.planes = {.count = 1};
    plan.resized = {8, 8};
    plan.shown = Area::Of(shown);
    EXPECT_FALSE(StreamPlanes(remembered.Of(*input)));
    EXPECT_TRUE(remembered.HandedOnOnce()) << shown.width << "x" << shown.height;
  }
}

// The copies that a search for a look makes are decoded as well, which takes longest of all.
TEST(HandedOn, ByALookAtCopies) {
  const std::uint64_t any = 12'345'678;
  for (const codec::Codec* format : {&kRemembers, &kRemembersPlanes}) {
    const RememberedJob job;
    Compared copy;
    EXPECT_FALSE(copy.Decode(*format, {}, 8, 8, {.max_working_bytes = any}, job.stop()));
    EXPECT_TRUE(job.HandedOnOnce());
  }
}

// Our own files: whatever sources may take, a copy is read.
TEST(HandedOn, ByTheSearchForALook) {
  for (const codec::Codec* format : {&kRemembers, &kRemembersPlanes}) {
    RememberedJob remembered;
    remembered.plan().output.codec = format;
    Compared original;
    original.Shape(8, 8, Compared::Chroma::kNone);
    const int before = handed.times;
    const auto chosen = EncodeAuto(remembered.Of(kRemembers), 70, original.planes(),
                                   [](double) -> Expected<Bytes> { return Bytes(1); });
    ASSERT_FALSE(chosen);
    EXPECT_EQ(handed.times, before + 1);
    EXPECT_EQ(handed.stop, remembered.stop());
    EXPECT_EQ(handed.limits.max_working_bytes, UINT64_MAX);
    EXPECT_EQ(handed.limits.max_source_bytes, UINT64_MAX);
  }
}

}  // namespace
}  // namespace whittle::pipeline
