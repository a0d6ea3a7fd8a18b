// What turns rows of some colours into rows of sRGB, whichever way the colours are described.
//
// Const use from any number of threads at once.
#pragma once

#include "pixel/view.h"

namespace whittle::color {

class ToSrgb {
 public:
  virtual ~ToSrgb() = default;

  /// True when no code is moved by more than 1 of 255: the rows can be taken as they are.
  virtual bool is_srgb() const = 0;
  virtual pixel::PixelFormat from() const = 0;
  /// As from(); kRgb8 for ink. Grey stays grey, with the transfer function of sRGB.
  virtual pixel::PixelFormat to() const = 0;
  /// `from` and `to` have these formats and the same width and rows. They may be the same rows
  /// where the formats are the same; else they must not overlap. Alpha is copied.
  virtual void Convert(pixel::ConstRowSpan from, pixel::RowSpan to) const = 0;
};

}  // namespace whittle::color
