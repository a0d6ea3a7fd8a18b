// WideResizer: 16-bit rows in, resized 16-bit rows out; Resizer's sister for what has more than
// 8 bits to keep.
//
// It is used as Resizer is and takes the same kernels, in linear light or gamma's, with alpha
// premultiplied in the same way, but computes in floats and never halves first. The result is the
// same on every CPU, for any batch sizes, and differs from exact arithmetic by at most 2 of 65535;
// with alpha, where alpha is low, by at most 2 * 65535 / alpha. A plane of one colour stays as it
// is, give or take 1. Colour is 0 where alpha comes out as 0. Not thread-safe. Memory is some tens
// of source rows in floats, whatever the source's height, beside the tables of wide_transfer.h.
#pragma once

#include <cstddef>
#include <cstdint>

#include "pixel/aligned.h"
#include "pixel/resizer.h"
#include "pixel/view.h"
#include "pixel/wide_filter.h"
#include "pixel/wide_pass.h"
#include "whittle/expected.h"

namespace whittle::pixel {

class WideResizer {
 public:
  /// Starts a job, whatever became of the one before; `spec` has a format of 16 bits. Errors:
  /// kTooLarge for sides above kMaxResizeSide, kInternal for an impossible geometry or format.
  Expected<void> Configure(const ResizeSpec& spec);

  /// As Resizer::Push and Resizer::Pull.
  int Push(ConstRowSpan rows);
  int Pull(RowSpan out);

  /// Memory that a fresh WideResizer takes for `spec`; 0 when the spec is not valid.
  static std::size_t BytesNeeded(const ResizeSpec& spec);
  /// Memory held now, which may be an earlier job's.
  std::size_t buffer_bytes() const;
  /// Gives all memory back. Configure before the next use.
  void Release() { *this = WideResizer(); }

 private:
  void Gather();
  void FinishGroup();

  const Kernels* kernels_ = nullptr;
  ResizeSpec spec_;
  WideVerticalPass vertical_;
  WideFilter horizontal_;
  std::size_t samples_ = 0;        ///< of a row, padded
  AlignedBuffer<float> lanes_;     ///< rows that wait for the horizontal pass
  AlignedBuffer<float> columns_;   ///< the same, turned
  AlignedBuffer<float> finished_;  ///< [x][channel][row]
  int taken_ = 0;                  ///< source rows
  int rows_ = 0;                   ///< gathered
  int dropped_ = 0;                ///< of those, given out
  bool ready_ = false;             ///< the group is finished and not yet given out
};

}  // namespace whittle::pixel
