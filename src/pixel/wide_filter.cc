#include "pixel/wide_filter.h"

#include <algorithm>

namespace whittle::pixel {
namespace {

// ComputeTaps rounds the number of taps up by fewer than so many.
constexpr std::size_t kSpareTaps = 4;

}  // namespace

int WideFilter::LongestWindow(const Axis& axis) { return std::min(MaxTaps(axis), axis.src); }

std::size_t WideFilter::BytesNeeded(const Axis& axis) {
  const auto taps = static_cast<std::size_t>(LongestWindow(axis));
  return static_cast<std::size_t>(axis.dst) * (sizeof(Window) + taps * sizeof(float)) +
         (taps + kSpareTaps) * sizeof(double);
}

std::size_t WideFilter::bytes() const {
  return windows_.capacity() * sizeof(Window) + weights_.capacity() * sizeof(float) +
         taps_.capacity() * sizeof(double);
}

Expected<void> WideFilter::Configure(const Axis& axis) {
  WHITTLE_CHECK(Validate(axis));
  if (axis == axis_) return {};
  axis_ = axis;
  const auto size = static_cast<std::size_t>(axis.dst);
  stride_ = static_cast<std::size_t>(LongestWindow(axis));
  windows_.resize(size);
  weights_.resize(size * stride_);
  taps_.reserve(stride_ + kSpareTaps);
  for (std::size_t i = 0; i < size; ++i) {
    const int begin = ComputeTaps(axis, static_cast<int>(i), 1, taps_);
    windows_[i] = {begin, static_cast<int>(taps_.size())};
    std::ranges::transform(taps_, weights_.data() + i * stride_,
                           [](double tap) { return static_cast<float>(tap); });
  }
  return {};
}

}  // namespace whittle::pixel
