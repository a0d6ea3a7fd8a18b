#include "pixel/filter.h"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <numbers>

namespace whittle::pixel {
namespace {

constexpr double kLobes = 3;

// Rounds half away from zero, so that -x rounds to minus what x does.
int Round(double x) { return static_cast<int>(x + std::copysign(0.5, x)); }

// How far the kernel reaches from its centre, in source samples.
double Reach(const Axis& axis) { return kLobes * std::max(1.0, axis.scale()); }

// Centre of output sample i. Rounded to a grid on which mirroring is exact, so that a mirrored
// picture meets mirrored weights.
double Centre(const Axis& axis, int i) {
  const double centre = axis.from + (i + 0.5) * axis.scale();
  return std::ldexp(std::nearbyint(std::ldexp(centre, 32)), -32);
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
  const bool sound = axis.src >= 1 && axis.dst >= 1 && axis.from >= 0 && axis.from < axis.to &&
                     axis.to <= axis.src;  // false for NaN as well
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

  // No weight exceeds 1.3 / scale, also where the window is cut at an edge.
  const double scale = axis.scale();
  bits_ = scale < 2 ? kLateBits - 1 : kLateBits + std::max(0, std::ilogb(scale) - 4);

  for (int i = 0; i < axis.dst; ++i) {
    ComputeTaps(axis, i);
    Quantise(i);
  }
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
  const double step = std::numbers::pi / kLobes / std::max(1.0, axis.scale());
  const double step_sin = std::sin(step);
  const double step_cos = std::cos(step);
  double u = (first_ + 0.5 - centre) * step;
  double s = std::sin(u);
  double c = std::cos(u);
  double sum = 0;
  int j = first_;
  for (double& tap : taps_) {
    u = (j++ + 0.5 - centre) * step;
    tap = std::abs(u) < 1e-6 ? 1 : s * s * (1 - 4.0 / 3 * s * s) / (u * u);
    sum += tap;
    const double turned = s * step_cos + c * step_sin;
    c = c * step_cos - s * step_sin;
    s = turned;
  }
  const double normal = std::ldexp(1 / sum, bits_);
  for (double& tap : taps_) tap *= normal;
}

// Rounds the running sum instead of each weight: the weight of any leading or trailing part of the
// window is then right to half a unit, so a step edge is. Runs from both ends to the middle, so
// that mirrored windows get mirrored weights.
void Filter::Quantise(int i) {
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

  // Weights that came out as 0 at either end cost time and change nothing.
  int begin = 0;
  int end = taps;
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

}  // namespace whittle::pixel
