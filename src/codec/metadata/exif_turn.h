// EXIF's word for how AVIF and HEIF turn a picture. Any thread.
#pragma once

#include <array>
#include <cstddef>
#include <optional>

namespace whittle::codec {

/// By quarter turns anticlockwise (irot), and what is mirrored then (imir): 0 top for bottom, 1
/// left for right.
inline int ExifTurn(unsigned angle, std::optional<unsigned> axis) {
  constexpr std::array<std::array<int, 3>, 4> kOrientations = {
      {{1, 4, 2}, {8, 5, 7}, {3, 2, 4}, {6, 7, 5}}};
  const std::size_t mirror = axis ? (*axis == 0 ? 1 : 2) : 0;
  return kOrientations[angle % 4][mirror];
}

}  // namespace whittle::codec
