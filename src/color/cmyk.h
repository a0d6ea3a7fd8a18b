// From ink to light: CMYK rows to sRGB rows.
//
// The pipeline makes one converter per job and feeds it row batches. Not to be shared between
// threads. Cost: about 20 ms to set up where there is a profile (lcms2 samples it into a table),
// then up to 40 ns a pixel; nothing and about 2 ns without one.
#pragma once

#include <memory>

#include "pixel/view.h"
#include "whittle/bytes.h"

namespace whittle::color {

class CmykToRgb {
 public:
  /// Converts through the CMYK profile `icc`, looked at only here: relative colorimetric intent
  /// with black point compensation. When `icc` is empty or not a usable CMYK profile, by the naive
  /// formula of CSS Color 4, section 8 (device-cmyk): R = (1 - C)(1 - K), and so on.
  explicit CmykToRgb(ByteView icc);
  CmykToRgb(CmykToRgb&&) noexcept;
  CmykToRgb& operator=(CmykToRgb&&) noexcept;
  ~CmykToRgb();

  /// False when the naive formula is in use.
  bool by_profile() const { return transform_ != nullptr; }

  /// `from` is kCmyk8, `to` is kRgb8, of the same width and rows; they must not overlap.
  void Convert(pixel::ConstRowSpan from, pixel::RowSpan to) const;

 private:
  struct Transform;
  std::unique_ptr<Transform> transform_;
};

}  // namespace whittle::color
