// Every way through a job stops soon after it is asked to, whenever that is: 24 megapixels, within
// 100 ms of CPU. Sources and results are of the formats that cost least; tests/codec has the
// others.
#include <gtest/gtest.h>

#include <ctime>
#include <string>

#include "tests/pipeline/operation_examples.h"
#include "tests/support/stop_late.h"

namespace whittle::pipeline {
namespace {

Limits NoLimits() {
  Limits limits;
  limits.max_source_bytes = limits.max_working_bytes = limits.max_scan_pixels = UINT64_MAX;
  limits.max_animation_pixels = UINT64_MAX;
  return limits;
}

constexpr std::uint32_t kFullWidth = 6000, kFullHeight = 4000;
std::uint32_t Width() { return test::StopsAtFullSize() ? kFullWidth : kFullWidth * 2 / 5; }
std::uint32_t Height() { return test::StopsAtFullSize() ? kFullHeight : kFullHeight * 2 / 5; }

// A JPEG of full size.
const Bytes& Large() {
  static const Bytes file =
      EncodeJpeg(test::Photo(static_cast<int>(Width()), static_cast<int>(Height())),
                 {.quality = 80, .h_sampling = 2, .v_sampling = 2});
  return file;
}
// The same, smaller each way by so much.
Bytes Small(int by) {
  return EncodeJpeg(test::Photo(static_cast<int>(Width()) / by, static_cast<int>(Height()) / by),
                    {.quality = 80, .h_sampling = 2, .v_sampling = 2});
}

struct Way {
  std::string_view what;
  const Bytes& file;
  double reach;  // as of ExpectStops
  Params params;
};

TEST(StopsSoon, EveryWay) {
  const Bytes& large = Large();
  const Bytes small = Small(20);
  const std::uint32_t width = Width(), height = Height();
  const Way ways[] = {
      {"enlarge rows",
       small,
       0.12,
       {.width = width,
        .height = height,
        .fit = Fit::kFill,
        .enlarge = true,
        .format = Format::kRaw}},
      {"enlarge planes",
       small,
       0.05,
       {.width = width,
        .height = height,
        .fit = Fit::kFill,
        .enlarge = true,
        .preset = Preset::kFast}},
      {"shrink a little, rows", large, 0.2, {.width = width - 10, .format = Format::kRaw}},
      {"shrink a little, planes", large, 0.12, {.width = width - 10, .preset = Preset::kFast}},
      {"turn rows", large, 0.2, {.width = width, .rotate = 90, .format = Format::kRaw}},
      {"turn planes", large, 0.16, {.width = width - 10, .rotate = 90, .preset = Preset::kFast}},
      {"pad",
       small,
       0.13,
       {.width = 100,
        .pad = {height / 2, width / 2, height / 2, width / 2},
        .format = Format::kRaw}},
      {"trim", large, 0.15, {.width = 100, .trim = 10, .format = Format::kRaw}},
      {"blur and turn",
       large,
       0.5,
       {.width = width, .rotate = 90, .blur = 7.9, .format = Format::kRaw}},
      {"quality by look, rows",
       large,
       0.8,
       {.width = 4600,
        .format = Format::kWebp,
        .auto_quality = true,
        .subsampling = ChromaSubsampling::kAuto,
        .preset = Preset::kFast}},
      {"quality by look, planes", large, 0.5, {.width = 4600, .auto_quality = true}},
      {"a budget of bytes",
       large,
       0.3,
       {.width = width, .preset = Preset::kFast, .max_bytes = 20000}},
  };
  for (const Way& each : ways) {
    const Transform transform = MadeTransform(each.params);
    test::ExpectStops(
        each.what, test::kSoon, each.reach, [&](std::stop_token stop) -> Expected<void> {
          WHITTLE_CHECK(Process(each.file.view(), transform, NoLimits(), std::move(stop)));
          return {};
        });
  }
}

double CpuSeconds() {
  timespec now{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) / 1e9;
}

// A result of full size, of half the source. Asked at moments until its own end.
TEST(StopsSoon, EveryOperation) {
  const Bytes half = Small(2);
  const Params box = {.width = Width(),
                      .height = Height() * 3 / 5,
                      .fit = Fit::kFill,
                      .enlarge = true,
                      .format = Format::kRaw};
  for (const OperationExample& example : OperationExamples(box)) {
    const Transform transform = MadeTransform(example.params);
    const double before = CpuSeconds();
    ASSERT_TRUE(Process(half.view(), transform, NoLimits()));
    const double seconds = CpuSeconds() - before;
    test::ExpectStops(example.query, test::kSoon, seconds * 0.9,
                      [&](std::stop_token stop) -> Expected<void> {
                        WHITTLE_CHECK(Process(half.view(), transform, NoLimits(), std::move(stop)));
                        return {};
                      });
  }
}

}  // namespace
}  // namespace whittle::pipeline
