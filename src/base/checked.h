// Arithmetic on sizes that come from strangers. Any caller; no cost beyond a flag test.
#pragma once

#include <concepts>
#include <cstdint>
#include <limits>
#include <optional>

namespace whittle {

/// a * b, or nothing when it does not fit.
template <std::unsigned_integral T>
constexpr std::optional<T> CheckedMultiply(T a, T b) {
  T product;
  if (__builtin_mul_overflow(a, b, &product)) return std::nullopt;
  return product;
}

/// a + b, at most the largest T.
template <std::unsigned_integral T>
constexpr T SaturatingAdd(T a, T b) {
  T sum;
  return __builtin_add_overflow(a, b, &sum) ? std::numeric_limits<T>::max() : sum;
}

/// a * b, at most the largest T.
template <std::unsigned_integral T>
constexpr T SaturatingMultiply(T a, T b) {
  return CheckedMultiply(a, b).value_or(std::numeric_limits<T>::max());
}

/// The next multiple of `step` (a power of two) at or above `value`.
template <std::unsigned_integral T>
constexpr T RoundUp(T value, T step) {
  return (value + step - 1) & ~(step - 1);
}

}  // namespace whittle
