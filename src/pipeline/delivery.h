// The last leg of a job: rows of the finished picture, turned upright, into the encoder.
//
// Upright and mirrored pictures stream through. The other six orientations need the last row before
// the first can leave, so the result is kept whole (the plan has counted it) and turned some rows
// at a time. One job, one thread.
#pragma once

#include "codec/codec.h"
#include "pipeline/plan.h"
#include "pipeline/workspace.h"

namespace whittle::pipeline {

class Delivery {
 public:
  /// All three must outlive the delivery; the workspace has been prepared for the plan.
  Delivery(const Plan& plan, Workspace& workspace, codec::RowSink& sink)
      : plan_(plan), workspace_(workspace), sink_(sink) {}

  /// Takes the next rows of the resized picture, in stored order.
  Expected<void> Take(pixel::ConstRowSpan rows);
  /// After the last row: the encoded file.
  Expected<Bytes> Finish();

 private:
  Expected<void> WriteUpright(pixel::ConstRowSpan frame, int first, int rows);
  Expected<void> WriteFrame();

  const Plan& plan_;
  Workspace& workspace_;
  codec::RowSink& sink_;
  int taken_ = 0;  // rows in workspace_.frame
};

}  // namespace whittle::pipeline
