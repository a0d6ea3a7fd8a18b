// The two passes of a separable resize, on 16-bit samples: VerticalPass takes pair rows and gives
// lane rows, HorizontalPass takes kGroupRows lane rows and gives finished samples (kernels.h has
// the layouts).
//
// The vertical pass comes first: every input sample meets few taps there, and the horizontal pass
// then sees output rows only. Used by GroupFilter. Not thread-safe; one job at a time. Memory does
// not depend on the height of the source.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "pixel/aligned.h"
#include "pixel/filter.h"
#include "pixel/kernels.h"
#include "pixel/pair_ring.h"

namespace whittle::pixel {

/// Output rows whose windows fit the ring are summed from the ring in one go. Longer windows are
/// summed piece by piece: whenever the ring is full, each output row in progress takes its part of
/// it, and the ring starts afresh.
class VerticalPass {
 public:
  /// Windows of at most this many pairs are kept whole in the ring; longer ones are summed from a
  /// ring of this size. 2 to 12 measure alike; it must not exceed kEarlyPairs.
  static constexpr int kRingPairs = 8;

  /// Rows of `samples` samples (a multiple of kBlock, all planes together). The axis must be valid.
  /// With a `leader` it looks for pair rows there, and has no slots; the leader keeps at least
  /// kRingPairs of them.
  Expected<void> Configure(const Kernels& kernels, const Axis& axis, std::size_t samples,
                           const PairRing* leader = nullptr);

  /// True when the next pair row can be taken; false when an output row must be fetched before.
  bool HasRoom();
  /// Whether any output row uses the next pair row.
  bool Wants() const;
  /// Where the next pair row goes, 2 * samples values; call only when HasRoom() and Wants().
  std::int16_t* Slot() { return ring_.Row(have_); }
  /// The next pair row is in its slot, or unwanted.
  void Advance() { ++have_; }
  /// Pair rows so far.
  int taken() const { return have_; }

  /// Writes the next output row when all its source rows are there.
  bool Next(std::int16_t* lane_row);
  bool Done() const { return next_ == filter_.size(); }

  static std::size_t BytesNeeded(const Axis& axis, std::size_t samples);
  std::size_t bytes() const { return filter_.bytes() + ring_.bytes() + sums_.bytes(); }

 private:
  struct Shape {
    int ring;  ///< pair rows kept
    int sums;  ///< output rows in progress, 0 when every window fits the ring
  };
  static Shape ShapeFor(const Axis& axis);

  std::int32_t* SumsOf(int output) {
    return sums_.data() + static_cast<std::size_t>(output % shape_.sums) * sum_stride_;
  }
  WeighedRows Weigh(int output, int from, int to, std::size_t sample);
  void Flush();

  const Kernels* kernels_ = nullptr;
  Filter filter_;
  Shape shape_ = {};
  std::size_t samples_ = 0;
  std::size_t sum_stride_ = 0;
  const PairRing* leader_ = nullptr;
  PairRing ring_;  ///< unused where there is a leader
  AlignedBuffer<std::int32_t> sums_;
  std::vector<const std::int16_t*> rows_;  ///< of the weighing at work

  int have_ = 0;     ///< pair rows taken
  int flushed_ = 0;  ///< pair rows before this one are in the sums
  int next_ = 0;     ///< next output row
};

class HorizontalPass {
 public:
  /// Rows of `samples` samples (a multiple of kBlock, one plane).
  Expected<void> Configure(const Kernels& kernels, const Axis& axis, std::size_t samples,
                           Order order);

  /// kGroupRows lane rows to filter-size samples of kGroupRows rows each, 0..most.
  void Run(const std::int16_t* const* lane_rows, std::int16_t most, std::int16_t* out);

  static std::size_t BytesNeeded(const Axis& axis, std::size_t samples);
  std::size_t bytes() const { return filter_.bytes() + columns_.bytes(); }

 private:
  const Kernels* kernels_ = nullptr;
  Filter filter_;
  std::size_t samples_ = 0;
  Order order_ = Order::kInPlace;
  AlignedBuffer<std::int32_t> columns_;
};

}  // namespace whittle::pixel
