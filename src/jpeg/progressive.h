// The entropy codes of progressive scans (T.81, annex G): DC of all components together, bands of
// AC of one component, and the lowest bit of a band sent later.
//
// Belongs to one encoder. A walk costs one step for each coefficient that is not 0.
#pragma once

#include <algorithm>
#include <array>
#include <bit>

#include "jpeg/kept_blocks.h"
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
void WalkDc(const KeptDc& dc, std::array<Sink, 2>& sinks);

/// A band of AC for the first time.
template <class Sink>
void WalkBand(const KeptAc& ac, const Band& band, Sink& sink);

/// The lowest bit of a band that was sent without it.
template <class Sink>
void WalkRefinement(const KeptAc& ac, const Band& band, Sink& sink);

// ---- Implementation
// ------------------------------------------------------------------------------

template <class Sink>
void WalkDc(const KeptDc& dc, std::array<Sink, 2>& sinks) {
  const auto send = [](Sink& sink, std::span<const std::int16_t> steps) {
    if (steps.empty()) return;
    sink.NextBlock();
    for (const std::int16_t step : steps) {
      const Magnitude magnitude = MagnitudeOf(step);
      sink.Symbol(magnitude.size, magnitude.bits, magnitude.size);
    }
  };
  for (auto left = dc.steps; !left.empty(); left = left.subspan(dc.luma + dc.chroma)) {
    send(sinks[0], left.first(dc.luma));
    send(sinks[1], left.subspan(dc.luma, dc.chroma));
  }
}

/// Bits from `band.first` to `band.last`.
constexpr std::uint64_t MaskOf(const Band& band) {
  return (~std::uint64_t{0} >> (63 - band.last)) & (~std::uint64_t{0} << band.first);
}

/// How many of `bits` lie below bit `k`.
constexpr int Below(std::uint64_t bits, std::uint32_t k) {
  return std::popcount(bits & ((std::uint64_t{1} << k) - 1));
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
void WalkBand(const KeptAc& ac, const Band& band, Sink& sink) {
  const std::uint64_t mask = MaskOf(band);
  const std::uint64_t* const sent = band.low == 0 ? ac.nonzero : ac.large;
  const std::int16_t* values = ac.values;  // of the block
  std::uint32_t ended = 0;                 // blocks
  for (std::size_t i = 0; i < ac.blocks; ++i) {
    const std::uint64_t nonzero = ac.nonzero[i];
    std::uint64_t left = sent[i] & mask;
    std::uint32_t next = band.first;
    if (left != 0) {
      sink.NextBlock();
      EndRun(ended, sink);
      for (; left != 0; left &= left - 1) {
        const auto k = static_cast<std::uint32_t>(std::countr_zero(left));
        std::uint32_t run = k - next;
        for (; run > 15; run -= 16) sink.Symbol(0xF0, 0, 0);
        const Magnitude magnitude = MagnitudeOf(values[Below(nonzero, k)], band.low);
        sink.Symbol(run << 4 | magnitude.size, magnitude.bits, magnitude.size);
        next = k + 1;
      }
    }
    if (next <= band.last && ++ended == kLongestRun) {
      sink.NextBlock();
      EndRun(ended, sink);
    }
    values += std::popcount(nonzero);
  }
  sink.NextBlock();
  EndRun(ended, sink);
}

/// Bits that correct coefficients already sent; they wait for the symbol they follow.
class Corrections {
 public:
  static constexpr std::size_t kMost = 1024;

  std::size_t size() const { return size_; }
  /// 1..63 bits.
  void Add(std::uint64_t bits, std::uint32_t count) {
    pieces_[piece_count_++] = {bits, count};
    size_ += count;
  }
  template <class Sink>
  void Send(Sink& sink) {
    for (std::size_t i = 0; i < piece_count_; ++i) Send(pieces_[i].bits, pieces_[i].count, sink);
    piece_count_ = size_ = 0;
  }
  template <class Sink>
  static void Send(std::uint64_t bits, std::uint32_t count, Sink& sink) {
    if (count > 32) {
      sink.Bits(static_cast<std::uint32_t>(bits >> 32), count - 32);
      count = 32;
    }
    sink.Bits(static_cast<std::uint32_t>(bits & ((std::uint64_t{1} << count) - 1)), count);
  }

 private:
  struct Piece {
    std::uint64_t bits;
    std::uint32_t count;
  };
  std::array<Piece, kMost> pieces_;
  std::size_t piece_count_ = 0;
  std::size_t size_ = 0;
};

template <class Sink>
void WalkRefinement(const KeptAc& ac, const Band& band, Sink& sink) {
  const std::uint64_t mask = MaskOf(band);
  const std::int16_t* values = ac.values;  // of the block
  std::uint32_t ended = 0;                 // blocks
  Corrections of_ended;
  const auto end_run = [&] {
    EndRun(ended, sink);
    of_ended.Send(sink);
  };
  for (std::size_t i = 0; i < ac.blocks; ++i) {
    const std::uint64_t nonzero = ac.nonzero[i];
    const std::int16_t* value = values + Below(nonzero, band.first);
    values += std::popcount(nonzero);
    sink.NextBlock();
    std::uint64_t fresh = nonzero & ~ac.large[i] & mask;  // left to be sent at all
    std::uint64_t corrections = 0;
    std::uint32_t correction_count = 0;
    const auto send_corrections = [&] {
      if (correction_count > 0) Corrections::Send(corrections, correction_count, sink);
      corrections = correction_count = 0;
    };
    std::uint32_t run = 0;  // zeros since the last fresh one
    std::uint32_t next = band.first;
    for (std::uint64_t left = nonzero & mask; left != 0; left &= left - 1, ++value) {
      const auto k = static_cast<std::uint32_t>(std::countr_zero(left));
      run += k - next;
      next = k + 1;
      for (; run > 15 && fresh != 0; run -= 16) {
        end_run();
        sink.Symbol(0xF0, 0, 0);
        send_corrections();
      }
      if ((fresh >> k & 1) == 0) {
        corrections = corrections << 1 | (static_cast<std::uint64_t>(*value) & 1);
        ++correction_count;
        continue;
      }
      end_run();
      sink.Symbol(run << 4 | 1, *value > 0 ? 1 : 0, 1);
      send_corrections();
      run = 0;
      fresh &= fresh - 1;
    }
    if (next > band.last && run == 0 && correction_count == 0) continue;
    ++ended;
    if (correction_count > 0) of_ended.Add(corrections, correction_count);
    if (ended == kLongestRun || of_ended.size() > Corrections::kMost - kBlockSize) end_run();
  }
  sink.NextBlock();
  end_run();
}

}  // namespace whittle::jpeg
