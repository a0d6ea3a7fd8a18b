// The latest pair rows (kernels.h) of a source, by their number.
//
// A vertical pass has one of its own, or reads that of a PairLeader, which several of them share.
// Not thread-safe.
#pragma once

#include <cstddef>
#include <cstdint>

#include "pixel/aligned.h"

namespace whittle::pixel {

class PairRing {
 public:
  /// Room for `rows` pair rows of `samples` samples, uninitialised; none was made.
  void Configure(int rows, std::size_t samples) {
    rows_ = rows;
    stride_ = Stride(samples);
    made_ = 0;
    storage_.Resize(static_cast<std::size_t>(rows) * stride_);
  }
  std::int16_t* Row(int pair) {
    return storage_.data() + static_cast<std::size_t>(pair % rows_) * stride_;
  }
  const std::int16_t* Row(int pair) const {
    return storage_.data() + static_cast<std::size_t>(pair % rows_) * stride_;
  }
  /// Pair rows before this one were made, the last of them being there still.
  int made() const { return made_; }
  /// Where the next one goes.
  std::int16_t* Slot() { return Row(made_); }
  void Advance() { ++made_; }

  static std::size_t BytesNeeded(int rows, std::size_t samples) {
    return static_cast<std::size_t>(rows) * Stride(samples) * sizeof(std::int16_t);
  }
  std::size_t bytes() const { return storage_.bytes(); }

 private:
  static std::size_t Stride(std::size_t samples) {  // in values
    return RowStride(2 * samples * sizeof(std::int16_t)) / sizeof(std::int16_t);
  }

  int rows_ = 0;
  std::size_t stride_ = 0;
  int made_ = 0;
  AlignedBuffer<std::int16_t> storage_;
};

}  // namespace whittle::pixel
