#include "effect/cielab.h"

#include <cmath>

#include "effect/plain_math.h"

namespace whittle::effect {
namespace {

// CIE's f is a cube root above the cube of this, and a straight line below.
constexpr double kKnee = 6.0 / 29;

double ExactDecode(double code) {
  return code <= 0.04045 ? code / 12.92 : PlainPow((code + 0.055) / 1.055, 2.4);
}
double ExactEncode(double light) {
  return light <= 0.0031308 ? 12.92 * light : 1.055 * PlainPow(light, 1 / 2.4) - 0.055;
}
double ExactRoot(double share) {
  return share > kKnee * kKnee * kKnee ? PlainPow(share, 1.0 / 3)
                                       : share / (3 * kKnee * kKnee) + 4.0 / 29;
}

template <std::size_t kIntervals, class Function>
void Fill(Lines<kIntervals>& lines, Function function) {
  for (std::size_t i = 0; i <= kIntervals; ++i) {
    lines.values[i] = static_cast<float>(function(static_cast<double>(i) / kIntervals));
  }
  lines.values[kIntervals + 1] = lines.values[kIntervals];
}

// The inverse of CIE's f.
float CubeOf(float root) {
  constexpr auto kKneeF = static_cast<float>(kKnee);
  return root > kKneeF ? root * root * root : 3 * kKneeF * kKneeF * (root - 4.0F / 29);
}

}  // namespace

Cielab::Cielab() {
  Fill(decode_, ExactDecode);
  Fill(encode_, [](double root) { return ExactEncode(root * root); });
  Fill(root_, [](double root) { return ExactRoot(root * root); });
}

const Cielab& Cielab::Get() {
  static const Cielab kTables;
  return kTables;
}

// Square roots are exact everywhere, and spread the dark end, where both functions bend most.
float Cielab::Encode(float light) const { return encode_(std::sqrt(std::max(light, 0.0F))); }

float Cielab::RootOf(float share) const { return root_(std::sqrt(std::max(share, 0.0F))); }

// The rows give shares of white's X, Y and Z, so each adds up to 1.
Lab Cielab::ToLab(const LinearRgb& light) const {
  const auto& [r, g, b] = light;
  const float x = RootOf(0.4338873F * r + 0.3762240F * g + 0.1898886F * b);
  const float y = RootOf(LuminanceOf(light));
  const float z = RootOf(0.0177500F * r + 0.1094476F * g + 0.8728023F * b);
  return {116 * y - 16, 500 * (x - y), 200 * (y - z)};
}

float Cielab::LightnessOf(float luminance) const { return 116 * RootOf(luminance) - 16; }
float Cielab::LuminanceOf(float lightness) { return CubeOf((lightness + 16) / 116); }

}  // namespace whittle::effect
