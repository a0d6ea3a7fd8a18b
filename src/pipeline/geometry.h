// How large the result is and what of the source it shows: integers in, no pixels.
//
// Everything here is in pictures as displayed: after EXIF orientation and after rotate, flip and
// flop. Pure functions, any thread.
#pragma once

#include <cstdint>
#include <optional>

#include "whittle/transform.h"

namespace whittle::pipeline {

struct Size {
  std::uint32_t width = 0;
  std::uint32_t height = 0;
  friend bool operator==(const Size&, const Size&) = default;

  Size Transposed() const { return {height, width}; }
  std::uint64_t pixels() const { return std::uint64_t{width} * height; }
};

/// A part of a picture, in its pixels, which need not be whole.
struct Area {
  double left = 0;
  double top = 0;
  double right = 0;
  double bottom = 0;
  friend bool operator==(const Area&, const Area&) = default;

  double width() const { return right - left; }
  double height() const { return bottom - top; }
  static Area Of(Size size) {
    return {0, 0, static_cast<double>(size.width), static_cast<double>(size.height)};
  }
};

struct Layout {
  Area shown;    ///< of the source
  Size picture;  ///< what is shown, once it is resized
  /// Set when what is cut off depends on the pixels: the picture covers the box, and a window of
  /// this size is to be chosen from it.
  std::optional<Size> window;
  Size canvas;             ///< the result: picture or window, and what is padded around it
  std::uint32_t left = 0;  ///< of picture or window on the canvas
  std::uint32_t top = 0;
};

/// The layout of `part` of a source (whole pixels; all of it, but for
/// trim). No side of the canvas is longer than `max_side`, as far as that is possible with aspect
/// kept. Errors: kBadRequest "invalid crop" when the crop does not touch the part, "invalid pad"
/// when there is more padding than max_side.
///
/// Inside: scale = min(w / sw, h / sh, 1), where a side of 0 does not count, and each side =
/// max(1, round(side * scale)), halves up; exact, the scale is kept as a fraction. Cover does not
/// enlarge either: a box larger than the source shrinks with its aspect kept. A free side may come
/// out larger than Transform::kMaxSide.
///
/// `vector`: the source has no resolution, so it fills its box as if `enlarge` had been said.
Expected<Layout> LayOut(const Area& part, const Transform& transform, std::uint32_t max_side,
                        bool vector = false);

}  // namespace whittle::pipeline
