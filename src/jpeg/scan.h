// A baseline scan as its headers describe it: what the decoder needs to know beside the bytes.
//
// Plain value, filled by whoever has read the headers (codec/). Tables that no component names may
// hold anything.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "jpeg/block.h"
#include "jpeg/huffman.h"
#include "whittle/bytes.h"

namespace whittle::jpeg {

/// Components in a scan at most: luma and chroma.
inline constexpr std::size_t kMaxComponents = 3;
/// Blocks in a unit (MCU) at most, ITU-T T.81, B.2.3.
inline constexpr std::size_t kMaxUnitBlocks = 10;

struct Scan {
  struct Component {
    int h = 1;  ///< sampling factors, 1..4
    int v = 1;
    std::size_t dc_table = 0;  ///< indices into the arrays below
    std::size_t ac_table = 0;
    std::array<std::uint16_t, kBlockSize> quant{};  ///< row by row
  };

  int width = 0;  ///< pixels of the picture
  int height = 0;
  std::size_t count = 0;  ///< components, 1 or 3, all of the picture's
  std::array<Component, kMaxComponents> components;
  std::array<HuffmanSpec, 4> dc_tables;
  std::array<HuffmanSpec, 4> ac_tables;
  int restart_interval = 0;  ///< units between restart markers, 0 for none
  ByteView data;             ///< from the first byte behind the scan's header to the file's end
};

}  // namespace whittle::jpeg
