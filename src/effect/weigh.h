// The inner loop of every blur: a weighted sum of rows of floats.
//
// Single precision, the taps added in their order without fused operations, so that every
// instruction set gives the same sums. Any thread. Cost: about 0.06 ns a value and tap with AVX2.
#pragma once

#include <cstddef>

namespace whittle::effect {

/// Values that rows must be readable and writable beyond their last one.
inline constexpr std::size_t kFloatSlack = 64;

/// to[i] = sum over k of weights[k] * taps[k][i] for i < count. May write up to kFloatSlack values
/// more. The taps need not be aligned; none may overlap `to`. There is at least one tap.
void Weigh(const float* const* taps, const float* weights, std::size_t tap_count, std::size_t count,
           float* to);

}  // namespace whittle::effect
