// The entropy codes of progressive scans (T.81, annex G): DC of all components together, bands of
// AC of one component, and the lowest bit of a band sent later.
//
// Belongs to one encoder. A walk costs one step for each coefficient that is not 0.
#pragma once

#include <algorithm>
#include <array>
#include <bit>

#include "jpeg/component.h"
#include "jpeg/symbol_sinks.h"

namespace whittle::jpeg {

/// Part of the coefficients, as a scan header names it.
struct Band {
  std::uint8_t first = 0, last = 0;  ///< in zigzag order
  std::uint8_t high = 0;             ///< 1 in a scan that adds the lowest bit
  std::uint8_t low = 0;              ///< 1 in a scan that leaves it out
};

/// DC of every component in whole. Luma's symbols go to sink 0, chroma's to 1.
template <class Sink>
void WalkDc(Components components, std::array<Sink, 2>& sinks);

/// A band of AC for the first time.
template <class Sink>
void WalkBand(const Component& component, const Band& band, Sink& sink);

/// The lowest bit of a band that was sent without it.
template <class Sink>
void WalkRefinement(const Component& component, const Band& band, Sink& sink);

// ---- Implementation
// ------------------------------------------------------------------------------

template <class Sink>
void WalkDc(Components components, std::array<Sink, 2>& sinks) {
  std::array<int, 3> before{};
  const std::size_t mcus = components[0].stride / components[0].across;
  const std::size_t rows = (components[0].height + components[0].down - 1) / components[0].down;
  for (std::size_t at = 0; at < mcus * rows; ++at) {
    for (std::size_t c = 0; c < components.size(); ++c) {
      const Component& component = components[c];
      Sink& sink = sinks[c == 0 ? 0 : 1];
      sink.NextBlock();
      for (std::size_t i = 0; i < component.across * component.down; ++i) {
        const std::size_t x = at % mcus * component.across + i % component.across;
        const std::size_t y = at / mcus * component.down + i / component.across;
        const int dc = component.At(x, y).coefficients[0];
        const Magnitude step = MagnitudeOf(dc - before[c]);
        before[c] = dc;
        sink.Symbol(step.size, step.bits, step.size);
      }
    }
  }
}

/// Bits from `band.first` to `band.last`.
constexpr std::uint64_t MaskOf(const Band& band) {
  return (~std::uint64_t{0} >> (63 - band.last)) & (~std::uint64_t{0} << band.first);
}

/// Blocks in a row whose band ends: one symbol for up to 2^15 - 1 of them.
template <class Sink>
void EndRun(std::uint32_t& run, Sink& sink) {
  if (run == 0) return;
  const auto size = static_cast<std::uint32_t>(std::bit_width(run)) - 1;
  sink.Symbol(size << 4, run - (1U << size), size);
  run = 0;
}
inline constexpr std::uint32_t kLongestRun = 0x7FFF;

template <class Sink>
void WalkBand(const Component& component, const Band& band, Sink& sink) {
  const std::uint64_t mask = MaskOf(band);
  std::uint32_t ended = 0;  // blocks
  for (std::size_t y = 0; y < component.height; ++y) {
    for (std::size_t x = 0; x < component.width; ++x) {
      const Block block = component.At(x, y);
      std::uint64_t left = (band.low == 0 ? block.nonzero : block.large) & mask;
      std::uint32_t next = band.first;
      if (left != 0) {
        sink.NextBlock();
        EndRun(ended, sink);
        for (; left != 0; left &= left - 1) {
          const auto k = static_cast<std::uint32_t>(std::countr_zero(left));
          std::uint32_t run = k - next;
          for (; run > 15; run -= 16) sink.Symbol(0xF0, 0, 0);
          const int value = block.coefficients[k];
          const int halved = value / (1 << band.low);  // towards 0
          const Magnitude magnitude = MagnitudeOf(halved);
          sink.Symbol(run << 4 | magnitude.size, magnitude.bits, magnitude.size);
          next = k + 1;
        }
      }
      if (next <= band.last && ++ended == kLongestRun) {
        sink.NextBlock();
        EndRun(ended, sink);
      }
    }
  }
  sink.NextBlock();
  EndRun(ended, sink);
}

/// Bits that correct coefficients already sent; they wait for the symbol they follow.
class Corrections {
 public:
  static constexpr std::size_t kMost = 1024;

  std::size_t size() const { return size_; }
  void Add(std::uint32_t bit) {
    std::uint32_t& word = words_[size_++ / 32];
    word = word << 1 | bit;
  }
  void Add(const Corrections& more) {
    for (std::size_t i = 0; i < more.size_; ++i) {
      const std::size_t behind = std::min(more.size_ - i / 32 * 32, std::size_t{32}) - 1 - i % 32;
      Add(more.words_[i / 32] >> behind & 1);
    }
  }
  template <class Sink>
  void Send(Sink& sink) {
    for (std::size_t i = 0; i < size_; i += 32) {
      const std::size_t count = std::min(size_ - i, std::size_t{32});
      const std::uint32_t word = words_[i / 32];
      sink.Bits(count == 32 ? word : word & ((1U << count) - 1), static_cast<std::uint32_t>(count));
    }
    size_ = 0;
  }

 private:
  std::array<std::uint32_t, kMost / 32> words_{};
  std::size_t size_ = 0;
};

template <class Sink>
void WalkRefinement(const Component& component, const Band& band, Sink& sink) {
  const std::uint64_t mask = MaskOf(band);
  std::uint32_t ended = 0;  // blocks
  Corrections of_ended, of_block;
  const auto end_run = [&] {
    EndRun(ended, sink);
    of_ended.Send(sink);
  };
  for (std::size_t y = 0; y < component.height; ++y) {
    for (std::size_t x = 0; x < component.width; ++x) {
      const Block block = component.At(x, y);
      sink.NextBlock();
      std::uint64_t fresh = block.nonzero & ~block.large & mask;  // left to be sent at all
      std::uint32_t run = 0;                                      // zeros since the last fresh one
      std::uint32_t next = band.first;
      for (std::uint64_t left = block.nonzero & mask; left != 0; left &= left - 1) {
        const auto k = static_cast<std::uint32_t>(std::countr_zero(left));
        run += k - next;
        next = k + 1;
        for (; run > 15 && fresh != 0; run -= 16) {
          end_run();
          sink.Symbol(0xF0, 0, 0);
          of_block.Send(sink);
        }
        const int value = block.coefficients[k];
        if ((fresh >> k & 1) == 0) {
          of_block.Add(static_cast<std::uint32_t>(value < 0 ? -value : value) & 1);
          continue;
        }
        end_run();
        sink.Symbol(run << 4 | 1, value > 0 ? 1 : 0, 1);
        of_block.Send(sink);
        run = 0;
        fresh &= fresh - 1;
      }
      if (next > band.last && run == 0 && of_block.size() == 0) continue;
      ++ended;
      if (of_block.size() > 0) of_ended.Add(of_block);
      of_block = {};
      if (ended == kLongestRun || of_ended.size() > Corrections::kMost - kBlockSize) end_run();
    }
  }
  sink.NextBlock();
  end_run();
}

}  // namespace whittle::jpeg
