// The inner loop of Adjuster: what it does to colours in CIE LCh, as luminance and in tint, from
// amounts of light to codes.
//
// Single precision in a fixed order, without fused operations, and only +, -, *, square roots and
// comparisons: every instruction set gives the same codes. Cube roots and sRGB's transfer function
// are polynomials of the fourth root, with errors below 2e-6 of the whole, a tenth of a 16-bit
// code. Results are off by up to 2 of 65535, by 5 where lightness and chroma are multiplied by 1.5,
// by 30 where by 10. Any thread. Cost: see adjust.h, half of it with AVX-512, twice with SSE4.
#pragma once

#include <array>
#include <cstddef>

namespace whittle::effect {

/// What is done, in this order. Lightness and chroma are taken by CIE's f of X, Y and Z, the shares
/// of white: L* = 116 f(Y) - 16, a* = 500 (f(X) - f(Y)), b* = 200 (f(Y) - f(Z)).
struct LightChange {
  bool modulates = false;  ///< the four that follow
  float lift = 1;          ///< f(Y) becomes lift * f(Y) + offset
  float offset = 0;
  /// f(X) - f(Y) and f(Y) - f(Z) become turn[0] times the one plus turn[1] times the other, and
  /// turn[2] times the one plus turn[3] times the other.
  std::array<float, 4> turn = {1, 0, 0, 1};

  bool greyscale = false;

  bool tints = false;
  float tint_x = 0;  ///< f(X) - f(Y) at middle lightness
  float tint_z = 0;  ///< f(Y) - f(Z)

  float most = 255;  ///< the code of full light
};

/// Pixels that are worked on together: one plane for each colour.
struct LightBlock {
  static constexpr std::size_t kPixels = 256;
  /// Light on the way in, 0..1; undefined afterwards.
  alignas(64) std::array<std::array<float, kPixels>, 3> light = {};
  /// The nearest codes, 0..most.
  alignas(64) std::array<std::array<int, kPixels>, 3> codes = {};
};

/// Changes the first `count` pixels, and what comes after them up to a whole vector. A pixel whose
/// three lights are equal stays grey, to the last bit, unless it is tinted.
void ChangeLight(const LightChange& change, std::size_t count, LightBlock& block);

}  // namespace whittle::effect
