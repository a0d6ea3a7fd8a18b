// From the colours of an ICC profile to sRGB.
//
// Made once for a profile and a format of rows (transform_cache.h keeps them); const use from any
// number of threads at once. Perceptual intent, of ink relative colorimetric, with black point
// compensation, by lcms2.
// Cost: to make, 1 ms for a profile of matrix and curves, 10 ms for 16-bit grey, 15 to 40 ms for a
// profile of tables; then 1 ns a pixel of grey, 6 ns of 8 bits by matrix and curves, 40 ns by
// tables and 300 ns of 16 bits by matrix and curves, which lcms2 computes step by step. So 16 bits
// had better be made small first. Memory: up to 1.5 MB. 8 bits are within a code of exact
// arithmetic.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "color/to_srgb.h"
#include "pixel/view.h"
#include "whittle/bytes.h"

namespace whittle::color {

/// "lcms2 2.14".
std::string LibraryVersion();

class IccToSrgb final : public ToSrgb {
 public:
  /// For rows of `format` in the colours of `icc`, which is looked at only here. Nothing where the
  /// profile is damaged, is no device's or colour space's, or is for another kind of colour than
  /// `format`: grey, RGB or ink.
  static std::shared_ptr<const IccToSrgb> Make(ByteView icc, pixel::PixelFormat format);
  ~IccToSrgb() override;
  IccToSrgb(const IccToSrgb&) = delete;
  IccToSrgb& operator=(const IccToSrgb&) = delete;

  /// Judged by a grid of colours and all greys; never true of ink.
  bool is_srgb() const override { return is_srgb_; }
  pixel::PixelFormat from() const override { return from_; }
  pixel::PixelFormat to() const override;
  void Convert(pixel::ConstRowSpan from, pixel::RowSpan to) const override;

 private:
  struct Handles;
  IccToSrgb(std::unique_ptr<Handles> handles, pixel::PixelFormat from);
  bool MovesNothing() const;

  std::unique_ptr<Handles> handles_;  // lcms2's, but for grey, which is
  std::vector<std::uint16_t> table_;  // here whole
  pixel::PixelFormat from_;
  bool is_srgb_ = false;
};

}  // namespace whittle::color
