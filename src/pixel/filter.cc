#include "pixel/filter.h"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <numbers>

#include "base/checked.h"
#include "pixel/angle.h"

namespace whittle::pixel {
namespace {

constexpr double kLobes = 3;
constexpr int kLanes = 4;

// Rounds half away from zero, so that -x rounds to minus what x does.
int Round(double x) { return static_cast<int>(x + std::copysign(0.5, x)); }

// How far the kernel reaches from its centre, in source samples.
double Reach(const Axis& axis) { return kLobes * std::max(1.0, axis.scale()); }

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
  const int taps = static_cast<int>(std::ceil(2 * Reach(axis))) + (axis.box > 1 ? 3 : 1);
  return std::min(taps / 2 + 1, (axis.src + 1) / 2);
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
  const int taps = last - first_ + 1;

  // With u = pi x / 3 and s = sin u, the triple angle gives sin(3u) = s (3 - 4 s^2) and so
  // Lanczos3(x) = sinc(x) sinc(x / 3) = (s / u)^2 (1 - 4/3 s^2): one sine per tap, and that one by
  // turning an earlier one by a fixed angle; kLanes of them go side by side.
  const double step = std::numbers::pi / reach;
  const double start = first_ + 0.5 - centre;
  const Angle one = AngleOf(step);
  const Angle two = Sum(one, one);
  const Angle turn = Sum(two, two);
  const Angle first = AngleOf(start * step);
  const Angle second = Sum(first, one);
  Angle angle[kLanes] = {first, second, Sum(first, two), Sum(second, two)};
  taps_.resize(RoundUp(static_cast<std::size_t>(taps), std::size_t{kLanes}));
  double* tap = taps_.data();
  for (int j = 0; j < taps; j += kLanes) {
    for (int lane = 0; lane < kLanes; ++lane) {
      const double q = angle[lane].sin * angle[lane].sin;
      const double u = (j + lane + start) * step;
      const double value = q * (1 - 4.0 / 3 * q) / (u * u);
      tap[j + lane] = u * u < 1e-12 ? 1 : value;
      angle[lane] = Sum(angle[lane], turn);
    }
  }
  taps_.resize(static_cast<std::size_t>(taps));
  if (axis.box > 1) UndoBoxes(axis);
  if (first_ + static_cast<int>(taps_.size()) == axis.src) taps_.back() *= axis.last;
  double sum = 0;
  for (const double value : taps_) sum += value;
  const double normal = static_cast<double>(1 << bits_) / sum;
  for (double& value : taps_) value *= normal;
}

// The average of f over a box of width 1 around x is f(x) + f''(x) / 24 and higher terms; over k
// samples in place of the whole box, (1 - 1 / k^2) times that. So f, at the centres, is the average
// less that share of its second difference, and by symmetry the weights change as f would. At the
// ends of the source the neighbour that is missing counts as equal, which keeps the sum.
void Filter::UndoBoxes(const Axis& axis) {
  const double share = (1 - 1.0 / (axis.box * axis.box)) / 24;
  if (first_ + static_cast<int>(taps_.size()) < axis.src) taps_.push_back(0);
  if (first_ > 0) {
    taps_.insert(taps_.begin(), 0);
    --first_;
  }
  double before = taps_.front();
  for (std::size_t j = 0; j < taps_.size(); ++j) {
    const double here = taps_[j];
    const double after = j + 1 < taps_.size() ? taps_[j + 1] : here;
    taps_[j] = here - share * ((before + after) - 2 * here);
    before = here;
  }
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
