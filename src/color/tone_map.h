// From the light of HDR pictures to that of a screen without HDR.
//
// Light is relative to HDR's reference white of 203 cd/m2 (ITU-R BT.2408), 1 being that white, in
// the primaries of BT.2020. Pure functions, any thread; those in double are for making tables.
//
// PQ says how much light there is (SMPTE ST 2084), HLG how much there was, from which BT.2100's
// OOTF makes that of a display of 1000 cd/m2 (system gamma 1.2). Both are then compressed by the
// reference white tone mapping of SMPTE ST 2094-50, annex C, for content of 1000 cd/m2 and a screen
// without headroom: up to reference white all light is halved, from there a curve bends to white at
// 1000 cd/m2, and what is brighter stays there. The largest of R, G and B decides, so hues remain.
// It is what Chromium 156 does, to the code.
#pragma once

#include <algorithm>
#include <cmath>

namespace whittle::color {

inline constexpr double kReferenceWhite = 203;  ///< cd/m2
inline constexpr double kContentPeak = 1000;    ///< cd/m2 that become the screen's white

/// Light of a PQ code, 0..1: BT.2100, table 4 (EOTF).
double PqLight(double code);

/// Light of the scene for an HLG code, both 0..1: BT.2100, table 5 (inverse OETF).
double HlgScene(double code);

/// What BT.2100's OOTF multiplies a scene's R, G and B with, whose luminance, 0..1, is given.
double HlgGain(double luminance);

/// What R, G and B are multiplied with, the largest of which is `most`. Not above 0.5 nor below 0.
/// Plain arithmetic: the same on every CPU.
class ToneCurve {
 public:
  float operator()(float most) const {
    return Bent(std::clamp(most, 1.0F, kPeak)) / std::max(most, 1.0F);
  }

 private:
  static constexpr float kShade = 0.5F;  // of reference white on the screen
  static constexpr float kPeak = static_cast<float>(kContentPeak / kReferenceWhite);
  // The curve is a parabola from the end of the straight part, (1, kShade), to (kPeak, 1). Its
  // middle control point lies on the straight line, 0.65 of the way to where that would be at 1.
  static constexpr float kBend = 0.65F;
  static constexpr float kMiddleX = (1 - kBend) + kBend / kShade;
  static constexpr float kMiddleY = (1 - kBend) * kShade + kBend;
  // x(t) = ax * t * t + bx * t + 1, and y alike.
  static constexpr float kAx = 1 - 2 * kMiddleX + kPeak;
  static constexpr float kBx = 2 * (kMiddleX - 1);
  static constexpr float kAy = kShade - 2 * kMiddleY + 1;
  static constexpr float kBy = 2 * (kMiddleY - kShade);

  static float Bent(float x) {
    const float t = (__builtin_elementwise_sqrt(kBx * kBx + 4 * kAx * (x - 1)) - kBx) / (2 * kAx);
    return (kAy * t + kBy) * t + kShade;
  }
};

}  // namespace whittle::color
