// Pictures that take seconds to work on and no time to make: one grey tone, any size.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>

#include "tests/support/pictures.h"

namespace whittle::test {

/// A colour JPEG without subsampling whose every block says "as the block before" and "no more
/// coefficients". Sides are multiples of 16.
inline Bytes FlatJpeg(std::uint32_t width, std::uint32_t height) {
  // Everything of a small file up to its entropy-coded data, with another size in its frame header.
  Bytes file = Bytes::CopyOf(EncodeJpeg(Blank(8, 8, 3, 128)).view());
  std::size_t at = 2;
  for (std::uint8_t marker = 0; marker != 0xDA;) {
    marker = file.data()[at + 1];
    if (marker == 0xC0) {
      file.data()[at + 5] = static_cast<std::uint8_t>(height >> 8);
      file.data()[at + 6] = static_cast<std::uint8_t>(height);
      file.data()[at + 7] = static_cast<std::uint8_t>(width >> 8);
      file.data()[at + 8] = static_cast<std::uint8_t>(width);
    }
    at += std::size_t{2} + file.data()[at + 2] * 256U + file.data()[at + 3];
  }
  // With the standard tables 00 1010, 00 00, 00 00: one MCU in 14 bits, four in seven bytes.
  constexpr std::array<std::uint8_t, 7> kFourBlocks = {0x28, 0x00, 0xA0, 0x02, 0x80, 0x0A, 0x00};
  const std::size_t quads = std::size_t{width / 8} * (height / 8) / 4;
  file.Resize(at + quads * kFourBlocks.size() + 2);
  for (std::size_t i = 0; i < quads; ++i) {
    std::memcpy(file.data() + at + i * kFourBlocks.size(), kFourBlocks.data(), kFourBlocks.size());
  }
  file.data()[file.size() - 2] = 0xFF;  // end of image
  file.data()[file.size() - 1] = 0xD9;
  return file;
}

}  // namespace whittle::test
