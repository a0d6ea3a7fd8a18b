// Coefficients of one 8x8 block, and the order in which JPEG writes them.
//
// Constants only; any thread.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

namespace whittle::jpeg {

inline constexpr std::size_t kBlockSide = 8;
inline constexpr std::size_t kBlockSize = kBlockSide * kBlockSide;

/// Position in the block (row * 8 + column) of the k-th coefficient in zigzag order (ITU-T T.81,
/// figure 5).
inline constexpr std::array<std::uint8_t, kBlockSize> kZigzag = [] {
  std::array<std::uint8_t, kBlockSize> order{};
  std::size_t k = 0;
  for (std::size_t diagonal = 0; diagonal < 2 * kBlockSide - 1; ++diagonal) {
    for (std::size_t step = 0; step <= diagonal; ++step) {
      const std::size_t row = diagonal % 2 == 0 ? diagonal - step : step;  // even ones go upwards
      const std::size_t column = diagonal - row;
      if (row < kBlockSide && column < kBlockSide) {
        order[k++] = static_cast<std::uint8_t>(row * kBlockSide + column);
      }
    }
  }
  return order;
}();

}  // namespace whittle::jpeg
