// GroupFilter: pair rows of one or more planes in, finished samples out, in groups of kGroupRows
// rows. It is the vertical pass, the rows that gather behind it, and the horizontal pass.
//
//   while (!filter.HasRoom()) {
//     Use(filter.finished(), filter.Ready());
//     filter.Drop(filter.Ready());
//   }
//   if (std::int16_t* slot = filter.Slot()) FillPairRow(slot);
//   filter.Advance();
//
// Used by Resizer and ChromaResizer. Not thread-safe; one job at a time. Memory is some tens of
// rows, whatever the height.
#pragma once

#include <cstddef>
#include <cstdint>

#include "pixel/aligned.h"
#include "pixel/kernels.h"
#include "pixel/passes.h"

namespace whittle::pixel {

class GroupFilter {
 public:
  struct Shape {
    Axis horizontal, vertical;  ///< valid ones
    std::size_t planes = 1;
    /// To which finished samples are clamped; kOne, or more for those that are divided afterwards.
    std::int16_t most = kOne;

    /// Padded width of a plane; in a pair row, planes lie twice as many values apart.
    std::size_t plane_samples() const { return Padded(horizontal.src); }
    std::size_t samples() const { return planes * plane_samples(); }
  };
  /// `order` is that of the pair rows, which are a leader's where one is given.
  Expected<void> Configure(const Kernels& kernels, const Shape& shape, Order order,
                           const PairRing* leader = nullptr);

  /// True when the next pair row can be taken; false when finished rows must be dropped before.
  bool HasRoom();
  /// Where the next pair row goes; null when no output row uses it. Call only when HasRoom().
  std::int16_t* Slot() { return vertical_.Wants() ? vertical_.Slot() : nullptr; }
  /// The next pair row is in its slot, or unwanted.
  void Advance() { vertical_.Advance(); }
  /// Takes what the leader has made, as far as there is room; true when that was all.
  bool Follow();

  /// Finished rows that were not dropped yet, all of one group.
  int Ready();
  /// The first of them: sample x of row y is at [x * kGroupRows + y], 0..Shape::most.
  const std::int16_t* finished() const { return finished_.data() + dropped_; }
  /// All planes of the group, the rows dropped included, for those who change samples in place.
  std::int16_t* group() { return finished_.data(); }
  /// Values from one plane of finished() to the next.
  std::size_t finished_plane() const { return FinishedPlane(shape_); }
  /// Rows of the group at finished() that were dropped already.
  int dropped() const { return dropped_; }
  void Drop(int rows);

  static std::size_t BytesNeeded(const Shape& shape);
  std::size_t bytes() const;

 private:
  static std::size_t LaneStride(const Shape& shape);
  static std::size_t FinishedPlane(const Shape& shape) {
    return static_cast<std::size_t>(shape.horizontal.dst) * kGroupRows;
  }
  void Gather();
  void FinishGroup();

  Shape shape_;
  const PairRing* leader_ = nullptr;
  VerticalPass vertical_;
  HorizontalPass horizontal_;
  AlignedBuffer<std::int16_t> lanes_;     ///< lane rows of all planes
  AlignedBuffer<std::int16_t> finished_;  ///< [plane][x][row]
  int rows_ = 0;                          ///< gathered
  int dropped_ = 0;
  bool ready_ = false;  ///< the group is finished and not yet dropped
};

}  // namespace whittle::pixel
