// Luma or one chroma of a picture being written: one row of MCUs of quantised coefficients.
//
// Views into storage that the encoder owns.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <span>

#include "jpeg/fdct.h"

namespace whittle::jpeg {

struct Component {
  std::size_t across = 1;  ///< blocks of an MCU side by side
  std::size_t down = 1;    ///< and one above the other
  std::size_t width = 0;   ///< blocks that hold samples of the picture
  std::size_t height = 0;
  std::size_t stride = 0;  ///< blocks of a whole row of MCUs
  BlockRow blocks{};       ///< row after row

  Block At(std::size_t x, std::size_t y) const {
    const std::size_t i = y * stride + x;
    return {blocks.coefficients + i * kBlockSize, blocks.nonzero[i], blocks.large[i]};
  }
  BlockRow Row(std::size_t y) const {
    const std::size_t i = y * stride;
    return {blocks.coefficients + i * kBlockSize, blocks.nonzero + i, blocks.large + i};
  }
};
using Components = std::span<const Component>;

/// JPEG's way to write a number that is not 0: how many bits its magnitude has, and those bits, of
/// the one's complement where it is negative (T.81, F.1.2.1).
struct Magnitude {
  std::uint32_t size;
  std::uint32_t bits;
};
/// Without its `low` lowest bits; 0 then has no bits at all.
inline Magnitude MagnitudeOf(int value, int low = 0) {
  const int sign = value >> 31;
  const auto magnitude = static_cast<std::uint32_t>((value ^ sign) - sign) >> low;
  const auto size = static_cast<std::uint32_t>(std::bit_width(magnitude));
  return {size, (magnitude ^ static_cast<std::uint32_t>(sign)) & ((1U << size) - 1)};
}

}  // namespace whittle::jpeg
