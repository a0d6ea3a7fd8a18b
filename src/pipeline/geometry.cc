#include "pipeline/geometry.h"

#include <algorithm>

namespace whittle::pipeline {
namespace {

// round(side * to / from), halves up, at least 1. All are below 2^32, so nothing overflows.
std::uint32_t Scale(std::uint32_t side, std::uint64_t to, std::uint64_t from) {
  const std::uint64_t rounded = (2 * side * to + from) / (2 * from);
  return static_cast<std::uint32_t>(std::max<std::uint64_t>(rounded, 1));
}

}  // namespace

Size FitInside(Size source, const Transform& transform) {
  std::uint64_t to = 1;  // the scale is to / from
  std::uint64_t from = 1;
  const auto shrink_to = [&](std::uint64_t box, std::uint64_t side) {
    if (box != 0 && box * from < to * side) {
      to = box;
      from = side;
    }
  };
  shrink_to(transform.width(), source.width);
  shrink_to(transform.height(), source.height);
  return {Scale(source.width, to, from), Scale(source.height, to, from)};
}

}  // namespace whittle::pipeline
