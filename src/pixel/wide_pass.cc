#include "pixel/wide_pass.h"

#include <algorithm>

namespace whittle::pixel {
namespace {

// Windows of at most so many rows are kept whole: all of an enlargement.
constexpr int kWholeRows = 12;
// The ring of longer ones.
constexpr int kPieceRows = 8;

std::size_t Stride(std::size_t samples) {
  return RowStride(samples * sizeof(float)) / sizeof(float);
}

}  // namespace

WideVerticalPass::Shape WideVerticalPass::ShapeFor(const Axis& axis) {
  const int taps = WideFilter::LongestWindow(axis);
  if (taps <= kWholeRows) return {.ring = taps, .sums = 0};
  // The rows in progress have their centres within one window, plus a row's slack at either end.
  const double rows = (taps + 2) / std::max(1.0, axis.scale()) + 2;
  return {.ring = kPieceRows, .sums = static_cast<int>(std::min<double>(axis.dst, rows))};
}

std::size_t WideVerticalPass::BytesNeeded(const Axis& axis, std::size_t samples) {
  const Shape shape = ShapeFor(axis);
  return WideFilter::BytesNeeded(axis) +
         static_cast<std::size_t>(shape.ring + shape.sums) * Stride(samples) * sizeof(float);
}

Expected<void> WideVerticalPass::Configure(const Kernels& kernels, const Axis& axis,
                                           std::size_t samples) {
  WHITTLE_CHECK(filter_.Configure(axis));
  kernels_ = &kernels;
  shape_ = ShapeFor(axis);
  samples_ = samples;
  stride_ = Stride(samples);
  const auto ring = static_cast<std::size_t>(shape_.ring);
  ring_.Resize(ring * stride_);
  // The padding is read, though not used.
  std::fill_n(ring_.data(), ring * stride_, 0.0F);
  sums_.Resize(static_cast<std::size_t>(shape_.sums) * stride_);
  rows_.resize(ring);
  // Rows above the first window are never taken.
  have_ = 0;
  flushed_ = filter_.window(0).begin;
  next_ = 0;
  return {};
}

bool WideVerticalPass::HasRoom() {
  if (!Wants()) return true;
  const WideFilter::Window window = filter_.window(next_);
  if (shape_.sums == 0) return have_ - window.begin < shape_.ring;
  if (have_ - flushed_ < shape_.ring) return true;
  if (window.end() <= have_) return false;
  Flush();
  return true;
}

// Adds the rows from `from` on, as far as they are there and in the window.
void WideVerticalPass::Weigh(int output, int from, const float* before, float* sums) {
  const WideFilter::Window window = filter_.window(output);
  const int to = std::min(window.end(), have_);
  for (int row = from; row < to; ++row) rows_[static_cast<std::size_t>(row - from)] = RowAt(row);
  kernels_->weigh_wide_rows(rows_.data(), filter_.weights(output) + (from - window.begin),
                            to - from, samples_, before, sums);
}

void WideVerticalPass::Flush() {
  for (int output = next_; output < filter_.size(); ++output) {
    const int begin = filter_.window(output).begin;
    if (begin >= have_) break;
    float* sums = SumsOf(output);
    Weigh(output, std::max(begin, flushed_), begin < flushed_ ? sums : nullptr, sums);
  }
  flushed_ = have_;
}

bool WideVerticalPass::Next(float* lane_row) {
  if (Done()) return false;
  const WideFilter::Window window = filter_.window(next_);
  if (window.end() > have_) return false;
  const bool begun = shape_.sums > 0 && window.begin < flushed_;
  Weigh(next_, begun ? flushed_ : window.begin, begun ? SumsOf(next_) : nullptr, lane_row);
  ++next_;
  return true;
}

}  // namespace whittle::pixel
