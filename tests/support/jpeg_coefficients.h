// What libjpeg reads from a file before any arithmetic: the coefficients and quantisation tables;
// and files made of them.
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "whittle/bytes.h"

namespace whittle::test {

struct ComponentCoefficients {
  int width = 0;  ///< blocks
  int height = 0;
  std::vector<std::array<std::int16_t, 64>> blocks;  ///< each in the block's own order, row by row
  std::array<std::uint16_t, 64> steps{};             ///< the quantisation table, likewise
  bool operator==(const ComponentCoefficients&) const = default;
};

/// Throws std::runtime_error when libjpeg has so much as a warning. `padded`: with the blocks
/// beyond the picture that complete the MCUs at its right and lower edge.
std::vector<ComponentCoefficients> ReadCoefficients(ByteView file, bool padded = false);

/// `file` with other coefficients, as a sequential picture with tables of its own: all components
/// in one scan, or each in its own.
Bytes WithCoefficients(ByteView file, const std::vector<ComponentCoefficients>& components,
                       bool separate_scans = false);

}  // namespace whittle::test
