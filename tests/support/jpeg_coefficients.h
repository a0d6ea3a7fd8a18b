// What libjpeg reads from a file before any arithmetic: the coefficients and quantisation tables.
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

/// Throws std::runtime_error when libjpeg has so much as a warning.
std::vector<ComponentCoefficients> ReadCoefficients(ByteView file);

}  // namespace whittle::test
