// The first leg of a resize: source rows in, pair rows out, halved before where that is to be.
//
// It depends on the source and on the number of halvings alone. So a resizer has its own, or
// follows a PairLeader, whose pair rows serve several resizers of one source: those have the same
// samples to work on, and give the same bytes.
//
// Not thread-safe; one job at a time. Memory is a few source rows, and a leader's ring.
#pragma once

#include <cstddef>
#include <cstdint>

#include "pixel/aligned.h"
#include "pixel/kernels.h"
#include "pixel/pair_ring.h"
#include "pixel/passes.h"
#include "pixel/reducer.h"
#include "pixel/view.h"

namespace whittle::pixel {

/// A source as its pair rows are made of it. Resizers of equal ones can share them.
struct PairShape {
  Reducer::Shape reducer;
  int height = 0;
  friend bool operator==(const PairShape&, const PairShape&) = default;

  /// Of a pair row, all planes together.
  std::size_t samples() const {
    return reducer.planes * Padded(Halved({.src = reducer.width}, reducer.halvings).src);
  }
};

/// Of rows of 8-bit codes.
class CodePairs {
 public:
  using Rows = ConstRowSpan;

  void Configure(const Kernels& kernels, const PairShape& shape);
  /// Whether all rows were taken.
  bool done() const { return taken_ == height_; }
  /// Takes one row or two of `rows`, from `used` on, which moves on. True when that completes a
  /// pair row, which is then at `slot`: null for one that nobody wants.
  bool Take(const Rows& rows, int& used, std::int16_t* slot);

  static int CountOf(const Rows& rows) { return rows.rows; }
  static std::size_t BytesNeeded(const PairShape& shape);
  std::size_t bytes() const { return reducer_.bytes() + even_row_.bytes(); }

 private:
  Reducer reducer_;
  AlignedBuffer<std::uint8_t> even_row_;  ///< a row that waits for its odd neighbour
  int height_ = 0;
  int taken_ = 0;  ///< source rows
};

/// Rows of both chroma planes and the luma of each sample (average_blocks.h), kGrey8 of one shape.
struct ChromaRows {
  ConstRowSpan cb, cr, luma;
};

/// Of chroma: weights, weighed cb, weighed cr.
class ChromaPairs {
 public:
  using Rows = ChromaRows;

  /// As CodePairs.
  void Configure(const Kernels& kernels, const PairShape& shape);
  bool done() const { return taken_ == height_; }
  bool Take(const Rows& rows, int& used, std::int16_t* slot);

  static int CountOf(const Rows& rows) { return rows.cb.rows; }
  static std::size_t BytesNeeded(const PairShape& shape) {
    return Reducer::BytesNeeded(shape.reducer);
  }
  std::size_t bytes() const { return reducer_.bytes(); }

 private:
  const Kernels* kernels_ = nullptr;
  Reducer reducer_;
  int width_ = 0;
  int height_ = 0;
  int taken_ = 0;  ///< source rows
};

/// Makes pair rows for all who follow it. Whoever pushes lets each of them catch up before the next
/// push.
template <class Source>
class PairLeader {
 public:
  /// `most` rows are pushed at once.
  void Configure(const PairShape& shape, int most) {
    source_.Configure(KernelsForThisCpu(), shape);
    ring_.Configure(RingRows(shape, most), shape.samples());
  }
  /// Takes all of `rows`.
  void Push(const Source::Rows& rows) {
    for (int used = 0; used < Source::CountOf(rows) && !source_.done();) {
      if (source_.Take(rows, used, ring_.Slot())) ring_.Advance();
    }
  }
  const PairRing& ring() const { return ring_; }
  std::size_t bytes() const { return source_.bytes() + ring_.bytes(); }

  static std::size_t BytesNeeded(const PairShape& shape, int most) {
    return Source::BytesNeeded(shape) +
           PairRing::BytesNeeded(RingRows(shape, most), shape.samples());
  }

 private:
  // Those that a window may still want, and those of one push: with one that waited for its last
  // source row, and one of the picture's end.
  static int RingRows(const PairShape& shape, int most) {
    return VerticalPass::kRingPairs + most / (2 << shape.reducer.halvings) + 2;
  }

  Source source_;
  PairRing ring_;
};

}  // namespace whittle::pixel
