// Applies PNG's filters to the rows of a picture, in place, and chooses among them.
//
// For the writing png_*.cc files only. Any thread. Cost per sample: about 1 ns for kSmallest with
// its five candidates, 0.1 ns for kUp.
#pragma once

#include <cstddef>
#include <cstdint>
#include <stop_token>

#include "codec/png/image.h"
#include "whittle/expected.h"

namespace whittle::codec {

enum class PngFilters : std::uint8_t {
  kNone,      ///< for palettes and few bits
  kUp,        ///< one for all rows: the least work
  kPaeth,     ///< one for all rows
  kSmallest,  ///< for each row the smallest sum of absolute differences
  kEntropy,   ///< for each row the least entropy of its bytes
};

/// `image.rows` begin with unset filter bytes; afterwards they are what is to be compressed. Error:
/// kCancelled, seen at each row.
Expected<void> FilterPng(PngImage& image, PngFilters filters, const std::stop_token& stop);

}  // namespace whittle::codec
