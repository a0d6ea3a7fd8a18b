// Colour adjustments of single pixels: brightness, saturation, hue, greyscale, tint, contrast,
// gamma.
//
// The pipeline makes one Adjuster for a job and gives it rows in any batches. Const use from any
// thread. The same bytes on every CPU.
//
// In this order, whatever is asked for:
//   brightness, saturation, hue   of CIE LCh (D65): L and C are multiplied, h is turned
//   greyscale                     the pixel's luminance, as light
//   tint                          L stays, a and b become the tint's; less so towards black and
//                                 white, by 1 - 4 (L/100 - 1/2)^2
//   contrast                      of the codes: (code - 1/2) times contrast + 1/2
//   gamma                         of the codes: code to the power of gamma
// Colours are clamped to what can be shown before greyscale, tint and contrast. Alpha is left
// alone.
//
// Cost: contrast and gamma alone, or grey pictures, are a table: below 1 ns a sample, and 2 ms to
// set up for 16 bits. The rest, with AVX2: 8 ns a pixel in LCh, 7 for tint, 3.5 for greyscale; and
// a table of 65536 codes to set up, 1 to 3 ms, where contrast or gamma come with it.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "effect/light_rows.h"
#include "pixel/view.h"
#include "whittle/choices.h"

namespace whittle::effect {

struct Adjustment {
  double brightness = 1;       ///< 0..10
  double saturation = 1;       ///< 0..10
  double hue = 0;              ///< degrees, 0..360
  bool greyscale = false;      ///< of pictures in colour; they keep their format
  std::optional<Colour> tint;  ///< of pictures in colour; its alpha does not matter
  double contrast = 1;         ///< 0..10
  double gamma = 1;            ///< 0.1..10

  /// True when pixels stay as they are.
  bool is_identity() const { return *this == Adjustment{}; }
  friend bool operator==(const Adjustment&, const Adjustment&) = default;
};

class Adjuster {
 public:
  /// For rows of `format`, any but kCmyk8. On grey ones saturation, hue, greyscale and tint do
  /// nothing: who wants a tinted result of a grey picture has to give its rows as RGB.
  Adjuster(const Adjustment& adjustment, pixel::PixelFormat format);

  /// Bytes that any Adjuster holds.
  static constexpr std::uint64_t kBytes = 65536 * sizeof(std::uint16_t);

  /// Changes rows in place.
  void Apply(pixel::RowSpan rows) const;

 private:
  double Curved(double code) const;
  void FillCurve(int codes, int most);
  template <class Sample, int kChannels>
  void ApplyCurve(pixel::RowSpan rows) const;
  template <class Sample, int kChannels>
  void ApplyColour(pixel::RowSpan rows) const;

  Adjustment adjustment_;
  bool pointwise_;     // each code depends on itself only: all is in curve_
  LightChange light_;  // where it does not
  // Of codes of 8 or 16 bits, or else of 16-bit codes as light_ leaves them: the result's codes.
  // Empty for none.
  std::vector<std::uint16_t> curve_;
};

}  // namespace whittle::effect
