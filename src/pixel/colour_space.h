// What a file says of its colours without an ICC profile: code points, or gamma and primaries.
//
// Plain values; codecs fill them in, `color` makes profiles and conversions of them.
#pragma once

#include <array>
#include <cstdint>
#include <optional>

namespace whittle::pixel {

/// Code points of ITU-T H.273 (CICP, ISO/IEC 23091-2): what AVIF and HEIF call nclx and PNG cICP.
/// Matrix and range are the decoder's business: rows are RGB of full range.
struct Cicp {
  std::uint8_t primaries = 1;  ///< 1 BT.709, 9 BT.2020, 12 Display P3, ...
  std::uint8_t transfer = 13;  ///< 13 sRGB, 16 PQ, 18 HLG, ...
  friend bool operator==(const Cicp&, const Cicp&) = default;
};

/// PNG's gAMA and cHRM (PNG third edition, 11.3.2).
struct Calibration {
  double gamma = 0;  ///< code = light ^ gamma, so 0.45455 is usual; 0 where the file has none
  /// CIE 1931 x and y of white, red, green and blue.
  std::optional<std::array<double, 8>> chromaticities;
  friend bool operator==(const Calibration&, const Calibration&) = default;
};

/// At most one is set; neither: sRGB, unless there is an ICC profile.
struct ColourSpace {
  std::optional<Cicp> cicp;
  std::optional<Calibration> calibration;
  bool empty() const { return !cicp && !calibration; }
  friend bool operator==(const ColourSpace&, const ColourSpace&) = default;
};

}  // namespace whittle::pixel
