// Geometry: which part of a source a resize shows, and at what size.
//
// Used by the resizers and those who set them up. A plain value.
#pragma once

#include "pixel/filter.h"

namespace whittle::pixel {

/// Output 0..dst_width x 0..dst_height shows the source rectangle [left, right) x [top, bottom), in
/// source pixels, which need not be whole. Pixels around the rectangle count where the kernel
/// reaches them.
struct Geometry {
  int src_width = 0;
  int src_height = 0;
  int dst_width = 0;
  int dst_height = 0;
  double left = 0;
  double top = 0;
  double right = 0;
  double bottom = 0;

  static constexpr Geometry Whole(int src_width, int src_height, int dst_width, int dst_height) {
    return {src_width,
            src_height,
            dst_width,
            dst_height,
            0,
            0,
            static_cast<double>(src_width),
            static_cast<double>(src_height)};
  }
  Axis horizontal(Kernel kernel = Kernel::kLanczos3) const {
    return {.src = src_width, .dst = dst_width, .from = left, .to = right, .kernel = kernel};
  }
  Axis vertical(Kernel kernel = Kernel::kLanczos3) const {
    return {.src = src_height, .dst = dst_height, .from = top, .to = bottom, .kernel = kernel};
  }
};

}  // namespace whittle::pixel
