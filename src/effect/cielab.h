// sRGB codes, amounts of light, and CIE L*a*b* (D65), by tables with straight lines between
// entries.
//
// For tables of adjustments and for attention; light_rows.h does whole rows. Single precision in a
// fixed order; the tables (100 KB) are built on first use by functions that are the same on every
// CPU. Codes and light go from 0 to 1. Errors: a tenth of a 16-bit code each way.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>

namespace whittle::effect {

/// Amounts of light of sRGB's primaries.
struct LinearRgb {
  float red, green, blue;
};

struct Lab {
  float lightness;  ///< 0..100
  float a, b;
};

/// A function on 0..1 by kIntervals straight lines; arguments beyond are clamped.
template <std::size_t kIntervals>
struct Lines {
  std::array<float, kIntervals + 2> values;  // one more, for 1 itself
  float operator()(float x) const {
    const float at = std::clamp(x, 0.0F, 1.0F) * kIntervals;
    const int whole = static_cast<int>(at);
    const float* value = &values[static_cast<std::size_t>(whole)];
    return value[0] + (at - static_cast<float>(whole)) * (value[1] - value[0]);
  }
};

/// The tables; get the reference once, before the loop.
class Cielab {
 public:
  static const Cielab& Get();

  /// sRGB's transfer function (IEC 61966-2-1).
  float Decode(float code) const { return decode_(code); }
  /// And back; clamps light to 0..1.
  float Encode(float light) const;

  /// Of light that sRGB can show; shares of white's X, Y and Z are clamped to 0..1.
  Lab ToLab(const LinearRgb& light) const;
  /// L* of a luminance, clamped to 0..100; and a luminance of any L*.
  float LightnessOf(float luminance) const;
  static float LuminanceOf(float lightness);
  static float LuminanceOf(const LinearRgb& light) {
    return 0.2126390F * light.red + 0.7151687F * light.green + 0.0721923F * light.blue;
  }

 private:
  Cielab();
  float RootOf(float share) const;  // CIE's f, of 0..1
  Lines<4080> decode_{};            // a multiple of 255, so that 8-bit codes are entries
  Lines<4096> encode_{};            // of the square root of light
  Lines<4096> root_{};              // of the square root of a share of white
};

}  // namespace whittle::effect
