// How large the result is: integers in, integers out, no pixels.
//
// Pure functions, any thread.
#pragma once

#include <cstdint>

#include "whittle/transform.h"

namespace whittle::pipeline {

struct Size {
  std::uint32_t width = 0;
  std::uint32_t height = 0;
  friend bool operator==(const Size&, const Size&) = default;

  Size Transposed() const { return {height, width}; }
  std::uint64_t pixels() const { return std::uint64_t{width} * height; }
};

/// `source`, as displayed, made to fit into the transform's box: scale = min(w/sw, h/sh, 1), where
/// a side of 0 does not count, and each side = max(1, round(side * scale)), halves up. Exact: the
/// scale is kept as a fraction. A free side may come out larger than Transform::kMaxSide.
Size FitInside(Size source, const Transform& transform);

}  // namespace whittle::pipeline
