// What operation.h promises, asked of every row of operations.def by its own examples.
#include <gtest/gtest.h>

#include <set>
#include <string>

#include "pipeline/cost.h"
#include "pipeline/operations.h"
#include "tests/pipeline/heap_meter.h"
#include "tests/pipeline/operation_examples.h"
#include "tests/support/pictures.h"

namespace whittle::pipeline {
namespace {

using pixel::PixelFormat;

TEST(OperationRows, WorkInTheOrderOfTheirKinds) {
  bool rows_began = false;
  std::set<std::string_view> names;
  for (const Operation* row : Operations()) {
    EXPECT_NE(row->on_picture == nullptr, row->on_rows == nullptr) << row->name;
    EXPECT_TRUE(row->gives == nullptr || row->on_rows != nullptr) << row->name;
    EXPECT_GT(row->result_ns, 0) << row->name;
    EXPECT_FALSE(row->examples.empty()) << row->name;
    EXPECT_TRUE(names.insert(row->name).second) << row->name;
    rows_began = rows_began || row->on_rows != nullptr;
    EXPECT_EQ(rows_began, row->on_rows != nullptr) << row->name << " stands behind one on rows";
  }
}

TEST(OperationRows, EachIsAskedForByItsExamplesAlone) {
  const Bytes file = EncodeJpeg(test::Photo(300, 200));
  EXPECT_TRUE(PlanOf(file.view(), kExampleBox).operations.empty());
  for (const OperationExample& example : OperationExamples(kExampleBox)) {
    const OperationSet active = PlanOf(file.view(), example.params).operations;
    EXPECT_EQ(active.rows, 1U << example.row) << example.query;
    EXPECT_EQ(active.on_picture, example.operation->on_picture != nullptr) << example.query;
    EXPECT_NE(MadeTransform(example.params).Canonical(), MadeTransform(kExampleBox).Canonical());
  }
}

// From planes, which hold the same picture otherwise.
TEST(OperationRows, EachIsSeenWhereverThePictureGoes) {
  const Bytes file = EncodeJpeg(test::Photo(300, 200), {.h_sampling = 2, .v_sampling = 2});
  ASSERT_TRUE(PlanOf(file.view(), kExampleBox).planes);
  const auto plain = Process(file.view(), MadeTransform(kExampleBox), {});
  ASSERT_TRUE(plain);
  for (OperationExample& example : OperationExamples(kExampleBox)) {
    EXPECT_FALSE(PlanOf(file.view(), example.params).planes) << example.query;
    for (const int turn : {0, 90}) {
      example.params.rotate = turn;
      const auto made = Process(file.view(), MadeTransform(example.params), {});
      ASSERT_TRUE(made) << example.query;
      EXPECT_NE(AsText(made->bytes.view()), AsText(plain->bytes.view())) << example.query;
    }
  }
}

// Nothing but the operation asks for other pixels here, so the source would do without it.
TEST(OperationRows, EachKeepsTheSourceFromBeingSent) {
  const Bytes file = EncodeJpeg(test::Photo(300, 200), {.quality = 30});
  const Params same = {.width = 300, .height = 200, .fit = Fit::kFill, .quality = 100};
  const auto source = Process(file.view(), MadeTransform(same), {});
  ASSERT_TRUE(source);
  EXPECT_EQ(source->bytes.size(), file.size());
  for (const OperationExample& example : OperationExamples(same)) {
    const Plan plan = PlanOf(file.view(), example.params);
    if (plan.operations.empty()) continue;  // nothing to cut
    const auto made = Process(file.view(), MadeTransform(example.params), {});
    ASSERT_TRUE(made) << example.query;
    EXPECT_NE(AsText(made->bytes.view()), AsText(source->bytes.view())) << example.query;
  }
}

TEST(OperationRows, EachTakesEveryKindOfRows) {
  for (const PixelFormat format :
       {PixelFormat::kGrey8, PixelFormat::kGreyA8, PixelFormat::kRgb8, PixelFormat::kRgba8,
        PixelFormat::kGrey16, PixelFormat::kGreyA16, PixelFormat::kRgb16, PixelFormat::kRgba16}) {
    const Bytes file = MadeFile("png", 300, 200, format);
    for (OperationExample& example : OperationExamples(kExampleBox)) {
      for (const Format to : {Format::kPng, Format::kJpeg}) {
        example.params.format = to;
        const auto made = Process(file.view(), MadeTransform(example.params), {});
        ASSERT_TRUE(made) << example.query;
        EXPECT_EQ(made->width, kExampleBox.width) << example.query;
        EXPECT_EQ(made->height, kExampleBox.height) << example.query;
      }
    }
  }
}

TEST(OperationRows, EachIsCountedInTimeAndMemory) {
  const Bytes file = MadeFile("png", 300, 200);
  const codec::Codec& input = *codec::Sniff(file.view());
  const auto header = input.probe(file.view(), {});
  const auto guess = [&](const Params& params) {
    const Plan plan = PlanOf(file.view(), params);
    return GuessCost(input, *header, plan, ResultOf(plan, MadeTransform(params))).cpu_ns;
  };
  const std::uint64_t plain = PlanOf(file.view(), kExampleBox).working_bytes;
  const double pixels = kExampleBox.width * kExampleBox.height;
  for (const OperationExample& example : OperationExamples(kExampleBox)) {
    EXPECT_NEAR(guess(example.params) - guess(kExampleBox), example.operation->result_ns * pixels,
                1)
        << example.query;
    const Plan plan = PlanOf(file.view(), example.params);
    if (example.operation->on_picture != nullptr) {  // others may make a smaller kind of result
      EXPECT_GE(plan.working_bytes, plain + OperationBytes(plan)) << example.query;
    }
    const auto bytes = example.operation->bytes;
    EXPECT_EQ(OperationBytes(plan), bytes != nullptr ? bytes(plan) : 0) << example.query;
  }
}

TEST(OperationRows, HoldNoMoreThanTheySay) {
  if (!test::MeasuresHeap()) {
    GTEST_SKIP() << "LEFT OUT: a sanitizer's allocator does not tell what it holds";
  }
  constexpr std::uint64_t kSmall = 128 << 10;  // what every plan counts for that
  for (const PixelFormat format : {PixelFormat::kRgb8, PixelFormat::kRgba16}) {
    const Bytes file = MadeFile("png", 300, 200, format);
    for (const OperationExample& example : OperationExamples(kExampleBox)) {
      if (example.operation->on_picture == nullptr) continue;
      const Plan plan = PlanOf(file.view(), example.params);
      codec::Rows rows = codec::PhotoRows(300, 200, plan.working);
      ASSERT_TRUE(ApplyToPicture(rows.Span(0, 200), plan, {}));  // tables that are made once
      const test::HeapPeak peak;
      ASSERT_TRUE(ApplyToPicture(rows.Span(0, 200), plan, {}));
      EXPECT_LE(peak.bytes(), OperationBytes(plan) + kSmall) << example.query;
    }
  }
}

TEST(OperationRows, OnThePictureAreTold) {
  const Bytes file = MadeFile("png", 300, 200);
  std::stop_source stop;
  stop.request_stop();
  for (const OperationExample& example : OperationExamples(kExampleBox)) {
    if (example.operation->on_picture == nullptr) continue;
    const Plan plan = PlanOf(file.view(), example.params);
    codec::Rows rows = codec::PhotoRows(300, 200, plan.working);
    const auto stopped = ApplyToPicture(rows.Span(0, 200), plan, stop.get_token());
    ASSERT_FALSE(stopped) << example.query;
    EXPECT_EQ(stopped.error().kind, ErrorKind::kCancelled) << example.query;
  }
}

// A blur and what comes after it: one's memory at a time, but tables of rows beside.
TEST(OperationRows, ArePlannedTogether) {
  const Bytes file = MadeFile("png", 300, 200);
  const auto bytes = [&](const Params& params) {
    return OperationBytes(PlanOf(file.view(), params));
  };
  const std::uint64_t blur = bytes({.width = 300, .blur = 20});
  const std::uint64_t sharpen = bytes({.width = 300, .sharpen = std::array{2.0, 1.0}});
  const std::uint64_t tables = bytes({.width = 300, .contrast = 1.2});
  ASSERT_GT(blur, sharpen);
  EXPECT_EQ(bytes({.width = 300, .blur = 20, .sharpen = std::array{2.0, 1.0}, .contrast = 1.2}),
            blur + tables);
}

}  // namespace
}  // namespace whittle::pipeline
