#include "pixel/passes.h"

#include <algorithm>
#include <cassert>

namespace whittle::pixel {
namespace {

static_assert(VerticalPass::kRingPairs <= kEarlyPairs);

// Samples that a piecewise sum handles at a time: the ring's part is 32 bytes each.
constexpr std::size_t kStrip = 768;

std::size_t SumStride(std::size_t samples) {
  return RowStride(samples * sizeof(std::int32_t)) / sizeof(std::int32_t);
}

}  // namespace

VerticalPass::Shape VerticalPass::ShapeFor(const Axis& axis) {
  const int pairs = Filter::MaxPairs(axis);
  if (pairs <= kRingPairs) return {.ring = pairs, .sums = 0};
  // The rows in progress have their centres within one window, plus a pair's slack at either end.
  const double rows = (2 * pairs + 4) / std::max(1.0, axis.scale()) + 2;
  return {.ring = kRingPairs, .sums = static_cast<int>(std::min<double>(axis.dst, rows))};
}

std::size_t VerticalPass::BytesNeeded(const Axis& axis, std::size_t samples) {
  const Shape shape = ShapeFor(axis);
  return Filter::BytesNeeded(axis) + PairRing::BytesNeeded(shape.ring, samples) +
         static_cast<std::size_t>(shape.sums) * SumStride(samples) * sizeof(std::int32_t);
}

Expected<void> VerticalPass::Configure(const Kernels& kernels, const Axis& axis,
                                       std::size_t samples, const PairRing* leader) {
  WHITTLE_CHECK(filter_.Configure(axis));
  kernels_ = &kernels;
  leader_ = leader;
  shape_ = ShapeFor(axis);
  samples_ = samples;
  sum_stride_ = SumStride(samples);
  if (leader == nullptr) ring_.Configure(shape_.ring, samples);
  sums_.Resize(static_cast<std::size_t>(shape_.sums) * sum_stride_);
  rows_.resize(static_cast<std::size_t>(shape_.ring));
  // Pairs above the first window are never taken.
  have_ = 0;
  flushed_ = filter_.window(0).begin;
  next_ = 0;
  return {};
}

bool VerticalPass::Wants() const {
  return next_ < filter_.size() && have_ >= filter_.window(next_).begin;
}

bool VerticalPass::HasRoom() {
  if (!Wants()) return true;
  const Filter::Window window = filter_.window(next_);
  if (shape_.sums == 0) return have_ - window.begin < shape_.ring;
  if (have_ - flushed_ < shape_.ring) return true;
  if (window.end() <= have_) return false;
  Flush();
  return true;
}

WeighedRows VerticalPass::Weigh(int output, int from, int to, std::size_t sample) {
  const PairRing& ring = leader_ != nullptr ? *leader_ : ring_;
  for (int pair = from; pair < to; ++pair) {
    rows_[static_cast<std::size_t>(pair - from)] = ring.Row(pair) + 2 * sample;
  }
  return {rows_.data(), filter_.weights(output) + (from - filter_.window(output).begin), to - from};
}

// Goes in strips, so that the ring's part of a strip is read by all outputs from the first-level
// cache.
void VerticalPass::Flush() {
  for (std::size_t x = 0; x < samples_; x += kStrip) {
    const std::size_t count = std::min(kStrip, samples_ - x);
    for (int output = next_; output < filter_.size(); ++output) {
      const int begin = filter_.window(output).begin;
      if (begin >= have_) break;
      assert(output - next_ < shape_.sums);
      kernels_->weigh_rows(Weigh(output, std::max(begin, flushed_), have_, x), count,
                           begin >= flushed_, filter_.early_bits(), SumsOf(output) + x);
    }
  }
  flushed_ = have_;
}

bool VerticalPass::Next(std::int16_t* lane_row) {
  if (Done()) return false;
  const Filter::Window window = filter_.window(next_);
  if (window.end() > have_) return false;
  const bool begun = shape_.sums > 0 && window.begin < flushed_;
  const int from = begun ? flushed_ : window.begin;
  kernels_->finish_row(Weigh(next_, from, window.end(), 0), samples_,
                       begun ? SumsOf(next_) : nullptr, filter_.early_bits(), filter_.late_bits(),
                       lane_row);
  ++next_;
  return true;
}

std::size_t HorizontalPass::BytesNeeded(const Axis& axis, std::size_t samples) {
  return Filter::BytesNeeded(axis) + samples / 2 * kGroupRows * sizeof(std::int32_t);
}

Expected<void> HorizontalPass::Configure(const Kernels& kernels, const Axis& axis,
                                         std::size_t samples, Order order) {
  WHITTLE_CHECK(filter_.Configure(axis));
  kernels_ = &kernels;
  samples_ = samples;
  order_ = order;
  columns_.Resize(samples / 2 * kGroupRows);
  return {};
}

void HorizontalPass::Run(const std::int16_t* const* lane_rows, std::int16_t most,
                         std::int16_t* out) {
  kernels_->turn(lane_rows, samples_, order_, columns_.data());
  kernels_->weigh_columns(filter_, columns_.data(), most, out);
}

}  // namespace whittle::pixel
