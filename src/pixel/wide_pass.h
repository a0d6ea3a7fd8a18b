// WideVerticalPass: the vertical pass of the 16-bit resize. Rows of floats go in, one at a time,
// and rows of the result's height come out.
//
// Output rows whose windows fit the ring are summed from the ring in one go. Longer windows are
// summed piece by piece: whenever the ring is full, each output row in progress takes its part of
// it, and the ring starts afresh. Both ways add in the same order, so the same floats come out.
// Used by WideResizer. Not thread-safe; one job at a time. Memory is some tens of rows.
#pragma once

#include <cstddef>
#include <vector>

#include "pixel/aligned.h"
#include "pixel/kernels.h"
#include "pixel/wide_filter.h"

namespace whittle::pixel {

class WideVerticalPass {
 public:
  /// Rows of `samples` samples, a multiple of kBlock.
  Expected<void> Configure(const Kernels& kernels, const Axis& axis, std::size_t samples);

  /// True when the next row can be taken; false when an output row must be fetched before.
  bool HasRoom();
  /// Where the next row goes; null when no output row uses it. Call only when HasRoom().
  float* Slot() { return Wants() ? RowAt(have_) : nullptr; }
  /// The next row is in its slot, or unwanted.
  void Advance() { ++have_; }

  /// Writes the next output row when all its source rows are there.
  bool Next(float* lane_row);
  bool Done() const { return next_ == filter_.size(); }

  static std::size_t BytesNeeded(const Axis& axis, std::size_t samples);
  std::size_t bytes() const { return filter_.bytes() + ring_.bytes() + sums_.bytes(); }

 private:
  struct Shape {
    int ring;  ///< rows kept
    int sums;  ///< output rows in progress, 0 when every window fits the ring
  };
  static Shape ShapeFor(const Axis& axis);

  bool Wants() const { return next_ < filter_.size() && have_ >= filter_.window(next_).begin; }
  float* RowAt(int row) {
    return ring_.data() + static_cast<std::size_t>(row % shape_.ring) * stride_;
  }
  float* SumsOf(int output) {
    return sums_.data() + static_cast<std::size_t>(output % shape_.sums) * stride_;
  }
  void Weigh(int output, int from, const float* before, float* sums);
  void Flush();

  const Kernels* kernels_ = nullptr;
  WideFilter filter_;
  Shape shape_ = {};
  std::size_t samples_ = 0;
  std::size_t stride_ = 0;  ///< values from one row to the next
  AlignedBuffer<float> ring_;
  AlignedBuffer<float> sums_;
  std::vector<const float*> rows_;  ///< of the weighing at work

  int have_ = 0;     ///< rows taken
  int flushed_ = 0;  ///< rows before this one are in the sums
  int next_ = 0;     ///< next output row
};

}  // namespace whittle::pixel
