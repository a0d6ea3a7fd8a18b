// Angle: a sine and a cosine, computed the same on every CPU. Used by Filter. Cost: about 30 ns for
// AngleOf, a few for Sum; any thread.
#pragma once

#include <initializer_list>

namespace whittle::pixel {

struct Angle {
  double sin, cos;
};

// 1 - q/d0 (1 - q/d1 (1 - ...)), the inner part of a Taylor series.
inline double Series(double q, std::initializer_list<double> inverse_divisors_last_first) {
  double sum = 1;
  for (const double inverse : inverse_divisors_last_first) sum = 1 - q * inverse * sum;
  return sum;
}

// Sine and cosine of u, |u| <= 4, to 1e-15: Taylor's series of u / 8 up to the 14th power, doubled
// three times. Our own, because the C library's last bit differs between CPUs, and a weight must
// not.
inline Angle AngleOf(double u) {
  const double v = u / 8;
  const double q = v * v;
  Angle a = {v * Series(q, {1. / 156, 1. / 110, 1. / 72, 1. / 42, 1. / 20, 1. / 6}),
             Series(q, {1. / 182, 1. / 132, 1. / 90, 1. / 56, 1. / 30, 1. / 12, 1. / 2})};
  for (int i = 0; i < 3; ++i) a = {2 * a.sin * a.cos, 1 - 2 * a.sin * a.sin};
  return a;
}

inline Angle Sum(Angle a, Angle b) {
  return {a.sin * b.cos + a.cos * b.sin, a.cos * b.cos - a.sin * b.sin};
}

}  // namespace whittle::pixel
