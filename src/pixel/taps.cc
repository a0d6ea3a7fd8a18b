#include "pixel/taps.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numbers>

#include "base/checked.h"
#include "pixel/angle.h"

namespace whittle::pixel {
namespace {

constexpr int kLanes = 4;

// How much wider than itself the kernel becomes.
double Widening(const Axis& axis) { return std::max(1.0, axis.scale()); }

// Centre of output sample i. Rounded to a grid on which mirroring is exact, so that a mirrored
// picture meets mirrored weights.
double Centre(const Axis& axis, int i) {
  const double centre = axis.from + (i + 0.5) * axis.scale();
  constexpr double kGrid = 4294967296.0;  // 2^32
  return std::nearbyint(centre * kGrid) / kGrid;
}

// With u = pi x / n and s = sin u, the kernel Lanczosn(x) = sinc(x) sinc(x / n) is
//   n = 3: (s / u)^2 (1 - 4/3 s^2), by sin(3u) = s (3 - 4 s^2)
//   n = 2: (s / u)^2 cos u, by sin(2u) = 2 s cos u
// so it needs one sine per tap, and that one comes by turning an earlier one by a fixed angle;
// kLanes of them go side by side. `step` is u from one sample to the next, `start` the place of the
// first. Rounds the number of taps up.
template <class Rest>
void LanczosTaps(double start, double step, int count, std::vector<double>& taps,
                 const Rest& rest) {
  const Angle one = AngleOf(step);
  const Angle two = Sum(one, one);
  const Angle turn = Sum(two, two);
  const Angle first = AngleOf(start * step);
  const Angle second = Sum(first, one);
  Angle angle[kLanes] = {first, second, Sum(first, two), Sum(second, two)};
  taps.resize(RoundUp(static_cast<std::size_t>(count), std::size_t{kLanes}));
  double* tap = taps.data();
  for (int j = 0; j < count; j += kLanes) {
    for (int lane = 0; lane < kLanes; ++lane) {
      const double q = angle[lane].sin * angle[lane].sin;
      const double u = (j + lane + start) * step;
      const double value = q * rest(q, angle[lane].cos) / (u * u);
      tap[j + lane] = u * u < 1e-12 ? 1 : value;
      angle[lane] = Sum(angle[lane], turn);
    }
  }
}

double Linear(double x) { return 1 - x; }

// The family of Mitchell and Netravali, "Reconstruction Filters in Computer Graphics" (1988).
double Cubic(double x, double b, double c) {
  if (x < 1) return ((2 - 1.5 * b - c) * x + (2 * b + c - 3)) * x * x + (1 - b / 3);
  return (((-b / 6 - c) * x + (b + 5 * c)) * x - (2 * b + 8 * c)) * x + (4 * b / 3 + 4 * c);
}

// Magic Kernel Sharp by John Costella (https://johncostella.com/magic): the quadratic B-spline,
// sharpened by (-1, 6, -1) / 4, and in the version of 2021 by (1, 0, 34, 0, 1) / 36 besides.
double MagicSharp2013(double x) {
  if (x < 0.5) return 17.0 / 16 - 7.0 / 4 * x * x;
  if (x < 1.5) return (x - 1) * (x - 7.0 / 4);
  return -(x - 2.5) * (x - 2.5) / 8;
}
double MagicSharp2021(double x) {
  if (x < 0.5) return 577.0 / 576 - 239.0 / 144 * x * x;
  if (x < 1.5) return ((140 * x - 379) * x + 239) / 144;
  if (x < 2.5) return -((24 * x - 113) * x + 130) / 144;
  if (x < 3.5) return ((4 * x - 27) * x + 45) / 144;
  return -(x - 4.5) * (x - 4.5) / 288;
}

// The kernels that are polynomials piece by piece, of the distance in their unit.
template <class Value>
void PieceTaps(double start, double widening, int count, double radius, std::vector<double>& taps,
               const Value& value) {
  taps.resize(static_cast<std::size_t>(count));
  for (int j = 0; j < count; ++j) {
    const double x = std::abs(j + start) / widening;
    taps[static_cast<std::size_t>(j)] = x < radius ? value(x) : 0;
  }
}

// `count` values of the kernel; the first lies `start` source samples from the centre.
void Evaluate(const Axis& axis, double start, int count, std::vector<double>& taps) {
  const double widening = Widening(axis);
  const double radius = RadiusOf(axis.kernel);
  const double step = std::numbers::pi / (radius * widening);
  const auto pieces = [&](const auto& value) {
    PieceTaps(start, widening, count, radius, taps, value);
  };
  switch (axis.kernel) {
    case Kernel::kNearest:
      return pieces([](double) { return 1.0; });
    case Kernel::kLinear:
      return pieces(Linear);
    case Kernel::kCubic:  // Catmull and Rom's
      return pieces([](double x) { return Cubic(x, 0, 0.5); });
    case Kernel::kMitchell:
      return pieces([](double x) { return Cubic(x, 1.0 / 3, 1.0 / 3); });
    case Kernel::kLanczos2:
      LanczosTaps(start, step, count, taps, [](double, double cos) { return cos; });
      break;
    case Kernel::kLanczos3:
      LanczosTaps(start, step, count, taps, [](double q, double) { return 1 - 4.0 / 3 * q; });
      break;
    case Kernel::kMks2013:
      return pieces(MagicSharp2013);
    case Kernel::kMks2021:
      return pieces(MagicSharp2021);
  }
  taps.resize(static_cast<std::size_t>(count));
}

// The average of f over a box of width 1 around x is f(x) + f''(x) / 24 and higher terms; over k
// samples in place of the whole box, (1 - 1 / k^2) times that. So f, at the centres, is the average
// less that share of its second difference, and by symmetry the weights change as f would. At the
// ends of the source the neighbour that is missing counts as equal, which keeps the sum. Returns
// the new first sample.
int UndoBoxes(const Axis& axis, int first, std::vector<double>& taps) {
  const double share = (1 - 1.0 / (axis.box * axis.box)) / 24;
  if (first + static_cast<int>(taps.size()) < axis.src) taps.push_back(0);
  if (first > 0) {
    taps.insert(taps.begin(), 0);
    --first;
  }
  double before = taps.front();
  for (std::size_t j = 0; j < taps.size(); ++j) {
    const double here = taps[j];
    const double after = j + 1 < taps.size() ? taps[j + 1] : here;
    taps[j] = here - share * ((before + after) - 2 * here);
    before = here;
  }
  return first;
}

}  // namespace

double RadiusOf(Kernel kernel) {
  switch (kernel) {
    case Kernel::kNearest:
      return 0.5;
    case Kernel::kLinear:
      return 1;
    case Kernel::kCubic:
    case Kernel::kMitchell:
    case Kernel::kLanczos2:
      return 2;
    case Kernel::kLanczos3:
      return 3;
    case Kernel::kMks2013:
      return 2.5;
    case Kernel::kMks2021:
      return 4.5;
  }
  return 0;
}

Expected<void> Validate(const Axis& axis) {
  if (axis.src > kMaxResizeSide || axis.dst > kMaxResizeSide) {
    return std::unexpected(
        Error::Of(ErrorKind::kTooLarge, fmt::format("resize of {} to {} samples; the limit is {}",
                                                    axis.src, axis.dst, kMaxResizeSide)));
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

int MaxTaps(const Axis& axis) {
  if (axis.kernel == Kernel::kNearest) return 1;
  const double reach = RadiusOf(axis.kernel) * Widening(axis);
  return static_cast<int>(std::ceil(2 * reach)) + (axis.box > 1 ? 3 : 1);
}

int ComputeTaps(const Axis& axis, int i, double total, std::vector<double>& taps) {
  const double centre = Centre(axis, i);
  if (axis.kernel == Kernel::kNearest) {
    taps.assign(1, total);
    return std::clamp(static_cast<int>(std::floor(centre)), 0, axis.src - 1);
  }
  const double reach = RadiusOf(axis.kernel) * Widening(axis);
  int first = std::max(0, static_cast<int>(std::ceil(centre - reach - 0.5)));
  const int last = std::min(axis.src - 1, static_cast<int>(std::floor(centre + reach - 0.5)));
  Evaluate(axis, first + 0.5 - centre, last - first + 1, taps);
  if (axis.box > 1) first = UndoBoxes(axis, first, taps);
  if (first + static_cast<int>(taps.size()) == axis.src) taps.back() *= axis.last;
  double sum = 0;
  for (const double value : taps) sum += value;
  const double normal = total / sum;
  for (double& value : taps) value *= normal;
  return first;
}

}  // namespace whittle::pixel
