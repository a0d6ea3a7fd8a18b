// Functions whose last bit must not depend on the CPU.
//
// The C library picks its exp, log, sin and their like by instruction set, and fused operations
// round differently. These use only basic operations in a fixed order. For tables and set-up: about
// 20 ns a call, relative error below 1e-14 in the ranges given.
#pragma once

#include <array>
#include <cmath>
#include <cstddef>
#include <numbers>

namespace whittle::effect {

/// e^x for |x| <= 700.
inline double PlainExp(double x) {
  const double halvings = std::nearbyint(x / std::numbers::ln2);
  const double rest = x - halvings * std::numbers::ln2;  // at most 0.35
  static constexpr auto kFactors = [] {                  // 1 / n!
    std::array<double, 17> factors = {1};
    for (std::size_t n = 1; n < factors.size(); ++n) {
      factors[n] = factors[n - 1] / static_cast<double>(n);
    }
    return factors;
  }();
  double sum = 0;
  for (std::size_t n = kFactors.size(); n > 0; --n) sum = sum * rest + kFactors[n - 1];
  return std::ldexp(sum, static_cast<int>(halvings));
}

/// The natural logarithm of x > 0.
inline double PlainLog(double x) {
  int exponent = 0;
  double fraction = std::frexp(x, &exponent);
  if (fraction < std::numbers::sqrt2 / 2) {
    fraction *= 2;
    --exponent;
  }
  // log(f) = 2 artanh((f - 1) / (f + 1)), whose argument is at most 0.172.
  const double t = (fraction - 1) / (fraction + 1);
  static constexpr std::array<double, 11> kFactors = {1,        1.0 / 3,  1.0 / 5,  1.0 / 7,
                                                      1.0 / 9,  1.0 / 11, 1.0 / 13, 1.0 / 15,
                                                      1.0 / 17, 1.0 / 19, 1.0 / 21};
  double sum = 0;
  for (std::size_t n = kFactors.size(); n > 0; --n) sum = sum * (t * t) + kFactors[n - 1];
  return exponent * std::numbers::ln2 + 2 * t * sum;
}

/// x^y for x >= 0, as long as the result is a normal number or 0.
inline double PlainPow(double x, double y) { return x == 0 ? 0 : PlainExp(y * PlainLog(x)); }

/// The cosine of an angle in degrees, of at most some turns.
inline double PlainCos(double degrees) {
  const double turns = degrees / 360;
  double angle = std::abs(turns - std::nearbyint(turns)) * 360;  // 0..180
  const double sign = angle > 90 ? -1 : 1;
  if (angle > 90) angle = 180 - angle;
  const double x = angle * (std::numbers::pi / 180);
  double sum = 1;
  for (int n = 20; n >= 2; n -= 2) sum = 1 - sum * (x * x) / (n * (n - 1));
  return sign * sum;
}
inline double PlainSin(double degrees) { return PlainCos(degrees - 90); }

}  // namespace whittle::effect
