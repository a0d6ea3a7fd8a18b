#include "color/tone_map.h"

namespace whittle::color {

double PqLight(double code) {
  constexpr double kM1 = 2610.0 / 16384, kM2 = 2523.0 / 4096 * 128;
  constexpr double kC1 = 3424.0 / 4096, kC2 = 2413.0 / 4096 * 32, kC3 = 2392.0 / 4096 * 32;
  constexpr double kMost = 10000;  // cd/m2
  const double root = std::pow(code, 1 / kM2);
  return kMost / kReferenceWhite *
         std::pow(std::max(root - kC1, 0.0) / (kC2 - kC3 * root), 1 / kM1);
}

double HlgScene(double code) {
  constexpr double kA = 0.17883277;
  constexpr double kB = 1 - 4 * kA;
  const double c = 0.5 - kA * std::log(4 * kA);
  return code <= 0.5 ? code * code / 3 : (std::exp((code - c) / kA) + kB) / 12;
}

double HlgGain(double luminance) {
  constexpr double kGamma = 1.2;
  return kContentPeak / kReferenceWhite * std::pow(luminance, kGamma - 1);
}

}  // namespace whittle::color
