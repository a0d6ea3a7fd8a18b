// From ink to light: CMYK rows to sRGB rows.
//
// The pipeline makes one converter per job and feeds it row batches. Not to be shared between
// threads. Cost: about 20 ms to set up where there is a profile (lcms2 samples it into a table)
// that is not in the cache, then up to 40 ns a pixel; nothing and about 2 ns without one.
#pragma once

#include <memory>

#include "color/icc_transform.h"
#include "color/transform_cache.h"
#include "pixel/view.h"
#include "whittle/bytes.h"

namespace whittle::color {

class CmykToRgb {
 public:
  /// Converts through the CMYK profile `icc`, looked at only here: relative colorimetric intent
  /// with black point compensation. When `icc` is empty or not a usable CMYK profile, by the naive
  /// formula of CSS Color 4, section 8 (device-cmyk): R = (1 - C)(1 - K), and so on.
  explicit CmykToRgb(ByteView icc);
  /// The same, with the transform from `cache` or left there for the next picture. The cache need
  /// not outlive the converter.
  CmykToRgb(ByteView icc, TransformCache& cache);

  /// False when the naive formula is in use.
  bool by_profile() const { return transform_ != nullptr; }

  /// `from` is kCmyk8, `to` is kRgb8, of the same width and rows; they must not overlap.
  void Convert(pixel::ConstRowSpan from, pixel::RowSpan to) const;

 private:
  std::shared_ptr<const ToSrgb> transform_;
};

}  // namespace whittle::color
