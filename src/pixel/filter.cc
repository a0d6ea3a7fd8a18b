#include "pixel/filter.h"

#include <algorithm>
#include <bit>
#include <cmath>

#include "base/checked.h"

namespace whittle::pixel {
namespace {

// ComputeTaps rounds the number of taps up to a multiple of so many.
constexpr int kLanes = 4;

// Rounds half away from zero, so that -x rounds to minus what x does.
int Round(double x) { return static_cast<int>(x + std::copysign(0.5, x)); }

std::int32_t PackPair(int even, int odd) {
  struct Pair {
    std::int16_t even, odd;
  };
  return std::bit_cast<std::int32_t>(
      Pair{static_cast<std::int16_t>(even), static_cast<std::int16_t>(odd)});
}

}  // namespace

int Filter::MaxPairs(const Axis& axis) {
  if (axis.kernel == Kernel::kNearest) return 1;
  return std::min(MaxTaps(axis) / 2 + 1, (axis.src + 1) / 2);
}

std::size_t Filter::BytesNeeded(const Axis& axis) {
  const auto pairs = static_cast<std::size_t>(MaxPairs(axis));
  return static_cast<std::size_t>(axis.dst) * (sizeof(Window) + pairs * sizeof(std::int32_t)) +
         2 * pairs * (sizeof(double) + sizeof(int)) + kLanes * sizeof(double);
}

std::size_t Filter::bytes() const {
  return windows_.capacity() * sizeof(Window) + weights_.capacity() * sizeof(std::int32_t) +
         taps_.capacity() * sizeof(double) + fixed_.capacity() * sizeof(int);
}

void Filter::Release() { *this = Filter(); }

// No weight exceeds 1.34 / scale, also where the window is cut at an edge; and twice that where the
// interval passes the edge, so that up to half of a window is cut off. A sample that is alone, or
// the nearest, weighs 1.
int Filter::BitsFor(const Axis& axis) {
  const bool passes_edge = axis.from < 0 || axis.to > axis.src;
  const double scale = passes_edge ? axis.scale() / 2 : axis.scale();
  if (scale < 2 || axis.src == 1 || axis.kernel == Kernel::kNearest) return kLateBits - 1;
  return kLateBits + std::max(0, std::ilogb(scale) - 4);
}

Expected<void> Filter::Configure(const Axis& axis) {
  WHITTLE_CHECK(Validate(axis));
  if (axis == axis_) return {};
  axis_ = axis;
  const auto size = static_cast<std::size_t>(axis.dst);
  stride_ = static_cast<std::size_t>(MaxPairs(axis));
  windows_.resize(size);
  weights_.resize(size * stride_);
  taps_.reserve(2 * stride_ + kLanes);
  fixed_.reserve(2 * stride_);

  bits_ = BitsFor(axis);
  // Where the interval lies symmetrically, the second half of the outputs mirrors the first.
  const bool symmetric = IsSymmetric(axis);
  for (int i = 0; i < (symmetric ? (axis.dst + 1) / 2 : axis.dst); ++i) {
    first_ = ComputeTaps(axis, i, 1 << bits_, taps_);
    Quantise();
    Store(i);
    if (symmetric && axis.dst - 1 - i > i) {
      std::ranges::reverse(fixed_);
      first_ = axis.src - first_ - static_cast<int>(fixed_.size());
      Store(axis.dst - 1 - i);
    }
  }
  KeepWindowsInOrder();
  return {};
}

// Rounds the running sum instead of each weight: the weight of any leading or trailing part of the
// window is then right to half a unit, so a step edge is. Runs from both ends to the middle, so
// that mirrored windows get mirrored weights.
void Filter::Quantise() {
  const auto taps = static_cast<int>(taps_.size());
  fixed_.resize(taps_.size());
  const double* exact = taps_.data();
  int* fixed = fixed_.data();
  int rest = 1 << bits_;
  const auto walk = [&](int from, int step, int count) {
    double sum = 0;
    int given = 0;
    for (int j = from; count > 0; j += step, --count) {
      sum += exact[j];
      fixed[j] = Round(sum) - given;
      given += fixed[j];
    }
    rest -= given;
  };
  const int half = taps / 2;
  walk(0, 1, half);
  walk(taps - 1, -1, half);
  if (taps % 2 == 1) {
    fixed[half] = rest;
  } else {
    fixed[exact[half - 1] > exact[half] ? half - 1 : half] += rest;
  }
}

// Weights that came out as 0 at either end cost time and change nothing: they are left out.
void Filter::Store(int i) {
  const int* fixed = fixed_.data();
  int begin = 0;
  int end = static_cast<int>(fixed_.size());
  while (fixed[begin] == 0) ++begin;
  while (fixed[end - 1] == 0) --end;
  const int first_pair = (first_ + begin) / 2;
  const Window window = {first_pair, (first_ + end + 1) / 2 - first_pair};
  const auto weight = [&](int source) {
    const int j = source - first_;
    return j >= begin && j < end ? fixed[j] : 0;
  };
  std::int32_t* out = weights_.data() + static_cast<std::size_t>(i) * stride_;
  for (int p = window.begin; p < window.end(); ++p) {
    *out++ = PackPair(weight(2 * p), weight(2 * p + 1));
  }
  windows_[static_cast<std::size_t>(i)] = window;
}

// Where an output's centre meets a source sample's, leaving out zeros may shrink its window below
// its neighbours'. Takes back as many zeros as it needs for begins and ends that never go
// backwards.
void Filter::KeepWindowsInOrder() {
  for (std::size_t i = windows_.size() - 1; i-- > 0;) {
    Window& window = windows_[i];
    const int more = window.begin - windows_[i + 1].begin;
    if (more <= 0) continue;
    std::int32_t* weights = weights_.data() + i * stride_;
    std::copy_backward(weights, weights + window.pairs, weights + window.pairs + more);
    std::fill_n(weights, more, 0);
    window = {window.begin - more, window.pairs + more};
  }
  for (std::size_t i = 1; i < windows_.size(); ++i) {
    Window& window = windows_[i];
    const int more = windows_[i - 1].end() - window.end();
    if (more <= 0) continue;
    std::fill_n(weights_.data() + i * stride_ + window.pairs, more, 0);
    window.pairs += more;
  }
}

}  // namespace whittle::pixel
