// The last leg of a job with planes: rows from the resizers, turned upright, into the encoder in
// bands.
//
// Upright pictures stream through a few dozen rows. Turned ones are kept whole, in the same
// buffers, and leave at the end. One job, one thread.
#pragma once

#include <array>
#include <cstddef>
#include <stop_token>

#include "codec/codec.h"
#include "pipeline/plan.h"
#include "pipeline/workspace.h"

namespace whittle::pipeline {

struct Job;

class PlaneOutput {
 public:
  /// Both must outlive the output.
  PlaneOutput(const Job& job, codec::PlaneSink& sink);

  /// Takes what the resizer of plane `p` has ready, as far as there is room; false when nothing
  /// was. Where chroma is weighed, plane 1 brings plane 2 along.
  bool Pull(std::size_t p);
  /// Gives the encoder the bands that are complete.
  Expected<void> Flush();
  /// After the last row: the encoded file. Errors: kInternal when rows are missing; kCancelled,
  /// seen at each band of what is turned.
  Expected<Bytes> Finish();

 private:
  int PullInto(std::size_t p, int from);
  bool BandIsThere(int at) const;
  void DropFront(int luma_rows);
  Expected<void> WriteTurned();
  int RowsOf(std::size_t p, int luma_rows) const { return (luma_rows + steps_[p] - 1) / steps_[p]; }

  const Plan& plan_;
  Workspace& workspace_;
  codec::PlaneSink& sink_;
  const std::stop_token stop_;
  std::array<int, codec::kPlanes> steps_{};       // luma rows to one of the plane
  int rows_left_;                                 // of luma, not yet written
  std::array<int, codec::kPlanes> waiting_ = {};  // rows at the top of the plane's buffer
};

}  // namespace whittle::pipeline
