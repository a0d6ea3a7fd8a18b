#include "pixel/filter.h"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <initializer_list>
#include <numbers>

namespace whittle::pixel {
namespace {

constexpr double kLobes = 3;

// Rounds half away from zero, so that -x rounds to minus what x does.
int Round(double x) { return static_cast<int>(x + std::copysign(0.5, x)); }

// How far the kernel reaches from its centre, in source samples.
double Reach(const Axis& axis) { return kLobes * std::max(1.0, axis.scale()); }

struct Angle {
  double sin, cos;
};

// 1 - q/d0 (1 - q/d1 (1 - ...)), the inner part of a Taylor series.
double Series(double q, std::initializer_list<double> inverse_divisors_last_first) {
  double sum = 1;
  for (const double inverse : inverse_divisors_last_first) sum = 1 - q * inverse * sum;
  return sum;
}

// Sine and cosine of u, |u| <= 4, to 1e-15: Taylor's series of u / 8 up to the 14th power, doubled
// three times. Our own, because the C library's last bit differs between CPUs, and a weight must
// not.
Angle AngleOf(double u) {
  const double v = u / 8;
  const double q = v * v;
  Angle a = {v * Series(q, {1. / 156, 1. / 110, 1. / 72, 1. / 42, 1. / 20, 1. / 6}),
             Series(q, {1. / 182, 1. / 132, 1. / 90, 1. / 56, 1. / 30, 1. / 12, 1. / 2})};
  for (int i = 0; i < 3; ++i) a = {2 * a.sin * a.cos, 1 - 2 * a.sin * a.sin};
  return a;
}

Angle Sum(Angle a, Angle b) {
  return {a.sin * b.cos + a.cos * b.sin, a.cos * b.cos - a.sin * b.sin};
}

// Centre of output sample i. Rounded to a grid on which mirroring is exact, so that a mirrored
// picture meets mirrored weights.
double Centre(const Axis& axis, int i) {
  const double centre = axis.from + (i + 0.5) * axis.scale();
  constexpr double kGrid = 4294967296.0;  // 2^32
  return std::nearbyint(centre * kGrid) / kGrid;
}

std::int32_t PackPair(int even, int odd) {
  struct Pair {
    std::int16_t even, odd;
  };
  return std::bit_cast<std::int32_t>(
      Pair{static_cast<std::int16_t>(even), static_cast<std::int16_t>(odd)});
}

}  // namespace

Expected<void> Validate(const Axis& axis) {
  if (axis.src > Filter::kMaxSide || axis.dst > Filter::kMaxSide) {
    return std::unexpected(
        Error::Of(ErrorKind::kTooLarge, fmt::format("resize of {} to {} samples; the limit is {}",
                                                    axis.src, axis.dst, Filter::kMaxSide)));
  }
  // The first and the last centre lie within the source, give or take rounding. Each condition is
  // false for NaN as well.
  const double half = axis.dst >= 1 ? axis.scale() / 2 : 0;
  const double slack = axis.src * 1e-9;
  const bool sound = axis.src >= 1 && axis.dst >= 1 && axis.from < axis.to &&
                     axis.from + half >= -slack && axis.to - half <= axis.src + slack;
  if (!sound) {
    return std::unexpected(
        Error::Of(ErrorKind::kInternal, fmt::format("resize of [{}, {}) of {} samples to {}",
                                                    axis.from, axis.to, axis.src, axis.dst)));
  }
  return {};
}

int Filter::MaxPairs(const Axis& axis) {
  const int taps = static_cast<int>(std::ceil(2 * Reach(axis))) + 1;
  return std::min(taps / 2 + 1, (axis.src + 1) / 2);
}

std::size_t Filter::BytesNeeded(const Axis& axis) {
  const auto pairs = static_cast<std::size_t>(MaxPairs(axis));
  return static_cast<std::size_t>(axis.dst) * (sizeof(Window) + pairs * sizeof(std::int32_t)) +
         2 * pairs * (sizeof(double) + sizeof(int));
}

std::size_t Filter::bytes() const {
  return windows_.capacity() * sizeof(Window) + weights_.capacity() * sizeof(std::int32_t) +
         taps_.capacity() * sizeof(double) + fixed_.capacity() * sizeof(int);
}

void Filter::Release() { *this = Filter(); }

Expected<void> Filter::Configure(const Axis& axis) {
  WHITTLE_CHECK(Validate(axis));
  const auto size = static_cast<std::size_t>(axis.dst);
  stride_ = static_cast<std::size_t>(MaxPairs(axis));
  windows_.resize(size);
  weights_.resize(size * stride_);
  taps_.reserve(2 * stride_);
  fixed_.reserve(2 * stride_);

  // No weight exceeds 1.3 / scale, also where the window is cut at an edge; and twice that where
  // the interval passes the edge, so that up to half of a window is cut off.
  const bool passes_edge = axis.from < 0 || axis.to > axis.src;
  const double scale = passes_edge ? axis.scale() / 2 : axis.scale();
  bits_ = scale < 2 ? kLateBits - 1 : kLateBits + std::max(0, std::ilogb(scale) - 4);

  // Where the interval lies symmetrically, the second half of the outputs mirrors the first.
  const bool symmetric = axis.from == axis.src - axis.to;
  for (int i = 0; i < (symmetric ? (axis.dst + 1) / 2 : axis.dst); ++i) {
    ComputeTaps(axis, i);
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

void Filter::ComputeTaps(const Axis& axis, int i) {
  const double centre = Centre(axis, i);
  const double reach = Reach(axis);
  first_ = std::max(0, static_cast<int>(std::ceil(centre - reach - 0.5)));
  const int last = std::min(axis.src - 1, static_cast<int>(std::floor(centre + reach - 0.5)));
  taps_.resize(static_cast<std::size_t>(last - first_ + 1));

  // With u = pi x / 3 and s = sin u, the triple angle gives sin(3u) = s (3 - 4 s^2) and so
  // Lanczos3(x) = sinc(x) sinc(x / 3) = (s / u)^2 (1 - 4/3 s^2): one sine per tap, and that one by
  // turning the last one by a fixed angle.
  const double step = std::numbers::pi / reach;
  const double start = first_ + 0.5 - centre;
  const Angle turn = AngleOf(step);
  Angle angle = AngleOf(start * step);
  for (double& tap : taps_) {
    tap = angle.sin * angle.sin;
    angle = Sum(angle, turn);
  }
  const int taps = last - first_ + 1;
  double* tap = taps_.data();
  for (int j = 0; j < taps; ++j) {
    const double u = (j + start) * step;
    const double value = tap[j] * (1 - 4.0 / 3 * tap[j]) / (u * u);
    tap[j] = u * u < 1e-12 ? 1 : value;
  }
  double sum = 0;
  for (int j = 0; j < taps; ++j) sum += tap[j];
  const double normal = static_cast<double>(1 << bits_) / sum;
  for (int j = 0; j < taps; ++j) tap[j] *= normal;
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
