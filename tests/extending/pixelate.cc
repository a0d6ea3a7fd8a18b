// Squares of one colour, the mean of their pixels' codes: pixelate=<pixels on a side>. Squares
// begin at the upper left corner; those on the right and below may be cut.
#include <algorithm>
#include <cstddef>
#include <vector>

#include "effect/samples.h"
#include "pipeline/operation.h"
#include "pipeline/plan.h"

namespace whittle::pipeline {
namespace {

constexpr std::string_view kExamples[] = {"pixelate=2", "pixelate=16"};

bool Active(const Plan& plan) { return plan.params.pixelate.has_value(); }

std::size_t SumsOf(int width, pixel::PixelFormat format) {
  return static_cast<std::size_t>(width) * static_cast<std::size_t>(pixel::Channels(format));
}

std::uint64_t Bytes(const Plan& plan) {
  return SumsOf(static_cast<int>(plan.result.width), plan.working) * sizeof(std::uint32_t);
}

// One row of squares: `sums` has a place for each channel of each square.
template <class Sample, int kChannels>
void Pixelate(pixel::RowSpan rows, int side, std::vector<std::uint32_t>& sums) {
  std::ranges::fill(sums, 0);
  const auto each = [&](auto work) {
    for (int y = 0; y < rows.rows; ++y) {
      auto* sample = reinterpret_cast<Sample*>(rows.row(y));
      for (int x = 0; x < rows.width; ++x) {
        for (int c = 0; c < kChannels; ++c) {
          work(sums[static_cast<std::size_t>(x / side * kChannels + c)], *sample++);
        }
      }
    }
  };
  each([](std::uint32_t& sum, Sample& sample) { sum += sample; });
  for (int x = 0; x < rows.width; x += side) {
    const auto pixels = static_cast<std::uint32_t>(std::min(side, rows.width - x) * rows.rows);
    for (int c = 0; c < kChannels; ++c) {
      std::uint32_t& sum = sums[static_cast<std::size_t>(x / side * kChannels + c)];
      sum = (sum + pixels / 2) / pixels;
    }
  }
  each([](std::uint32_t& mean, Sample& sample) { sample = static_cast<Sample>(mean); });
}

Expected<pixel::RowSpan> Work(pixel::RowSpan picture, const Plan& plan,
                              const std::stop_token& stop) {
  const int side = *plan.params.pixelate;  // 256 * 256 samples of 16 bits fit a sum
  std::vector<std::uint32_t> sums(SumsOf(picture.width, picture.format));
  for (int y = 0; y < picture.rows; y += side) {
    if (stop.stop_requested()) return Fail(ErrorKind::kCancelled);
    const pixel::RowSpan rows = picture.Slice(y, std::min(side, picture.rows - y));
    effect::WithSamples(rows.format, [&]<class Sample, int kChannels>() {
      Pixelate<Sample, kChannels>(rows, side, sums);
    });
  }
  return picture;
}

}  // namespace

extern const Operation kPixelate;
const Operation kPixelate = {
    .name = "pixelate",
    .examples = kExamples,
    .result_ns = 6,
    .active = Active,
    .bytes = Bytes,
    .on_picture = Work,
};

}  // namespace whittle::pipeline
