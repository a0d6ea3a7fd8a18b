// The entropy code of a sequential scan: all components, MCU by MCU (T.81, annex F).
//
// Belongs to one encoder.
#pragma once

#include <array>

#include "jpeg/component.h"
#include "jpeg/symbol_sinks.h"

namespace whittle::jpeg {

/// Last DC of each component, from which the next one differs.
using DcPredictions = std::array<int, 3>;

/// Walks one row of MCUs. Luma's symbols go to sinks 0 (DC) and 1 (AC), chroma's to 2 and 3.
template <class Sink>
void WalkMcuRow(Components components, DcPredictions& before, std::array<Sink, 4>& sinks) {
  const std::size_t mcus = components[0].stride / components[0].across;
  for (std::size_t mcu = 0; mcu < mcus; ++mcu) {
    for (std::size_t c = 0; c < components.size(); ++c) {
      const Component& component = components[c];
      Sink& dc = sinks[c == 0 ? 0 : 2];
      Sink& ac = sinks[c == 0 ? 1 : 3];
      for (std::size_t i = 0; i < component.across * component.down; ++i) {
        const Block block =
            component.At(mcu * component.across + i % component.across, i / component.across);
        dc.NextBlock();
        const Magnitude step = MagnitudeOf(block.coefficients[0] - before[c]);
        before[c] = block.coefficients[0];
        dc.Symbol(step.size, step.bits, step.size);
        WalkAc(block, ac);
      }
    }
  }
}

/// All of a block but its DC: for each coefficient that is not 0 how many zeros come before it.
template <class Sink>
void WalkAc(const Block& block, Sink& sink) {
  std::uint32_t next = 1;
  for (std::uint64_t left = block.nonzero & ~std::uint64_t{1}; left != 0; left &= left - 1) {
    const auto k = static_cast<std::uint32_t>(std::countr_zero(left));
    std::uint32_t run = k - next;
    for (; run > 15; run -= 16) sink.Symbol(0xF0, 0, 0);
    const Magnitude value = MagnitudeOf(block.coefficients[k]);
    sink.Symbol(run << 4 | value.size, value.bits, value.size);
    next = k + 1;
  }
  if (next < kBlockSize) sink.Symbol(0, 0, 0);  // end of block
}

}  // namespace whittle::jpeg
