// What code points and calibrations mean, as numbers: primaries, and how codes become light.
//
// Pure functions, any thread. H.273 is ITU-T H.273 (07/2024), tables 2 and 3.
#pragma once

#include <array>
#include <cstdint>
#include <optional>

#include "pixel/colour_space.h"

namespace whittle::color {

/// Light of a code, both 0..1: (a * code + b) ^ g from code d on, c * code below.
struct Curve {
  double g = 1;
  double a = 1;
  double b = 0;
  double c = 0;
  double d = 0;
  bool is_gamma() const { return a == 1 && b == 0 && d == 0; }
  double operator()(double code) const;
  friend bool operator==(const Curve&, const Curve&) = default;
};

/// IEC 61966-2-1.
inline constexpr Curve kSrgbCurve = {2.4, 1 / 1.055, 0.055 / 1.055, 1 / 12.92, 0.04045};

/// CIE 1931 x and y of white, red, green and blue.
using Chromaticities = std::array<double, 8>;
inline constexpr Chromaticities kBt709 = {0.3127, 0.329, 0.64, 0.33, 0.3, 0.6, 0.15, 0.06};
inline constexpr Chromaticities kBt2020 = {0.3127, 0.329, 0.708, 0.292, 0.17, 0.797, 0.131, 0.046};

/// Whether codes reach beyond the white of paper, and by whose function.
enum class Hdr : std::uint8_t { kNone, kPq, kHlg };

struct Encoding {
  Chromaticities chromaticities = kBt709;
  Curve curve = kSrgbCurve;  ///< where hdr is kNone
  Hdr hdr = Hdr::kNone;
};

/// PQ (SMPTE ST 2084) or HLG (ARIB STD-B67); else kNone.
Hdr HdrOf(const pixel::ColourSpace& space);

/// Nothing where the codes are sRGB's, or where too little is said to tell. As Chromium 156 shows
/// such pictures:
/// - code points that are unspecified or unknown are sRGB's, each for itself;
/// - transfer functions of cameras (1, 6, 14, 15, and 11, xvYCC) are undone as displays do, by a
///   gamma of 2.4 (ITU-R BT.1886), which is what it makes of PNG's cICP; AVIF's it takes for
///   sRGB's;
/// - primaries without a gamma do not count.
std::optional<Encoding> EncodingOf(const pixel::ColourSpace& space);

/// As EncodingOf, of codes that are all neutral: primaries do not matter.
std::optional<Encoding> GreyEncodingOf(const pixel::ColourSpace& space);

using Matrix = std::array<std::array<double, 3>, 3>;

/// Amounts of light in one triple of primaries to those in another, 1, 1, 1 being white in both
/// (adapted by Bradford's matrix, as ICC.1:2022, annex E.3). Nothing where a triangle is none.
std::optional<Matrix> Between(const Chromaticities& from, const Chromaticities& to);

}  // namespace whittle::color
