// From the resizer to the canvas: the colours of rows of the resized picture become sRGB where they
// must, the rows are turned upright, and where an operation needs it, held until the picture is
// whole.
//
// Upright and mirrored pictures stream through. The other six orientations need the last row before
// the first can leave, so the result is kept whole (the plan has counted it) and turned some rows
// at a time. One job, one thread.
#pragma once

#include <memory>
#include <stop_token>

#include "color/to_srgb.h"
#include "pipeline/canvas.h"
#include "pipeline/plan.h"
#include "pipeline/workspace.h"

namespace whittle::pipeline {

struct Job;

class Delivery {
 public:
  /// Both must outlive the delivery.
  Delivery(const Job& job, codec::RowSink& sink);

  /// Takes the next rows of the resized picture, in stored order, and may change them. A stop
  /// request is seen at each call, and within Finish at each batch: kCancelled.
  Expected<void> Take(pixel::RowSpan rows);
  /// After the last row: everything has gone into the sink, which is left to be finished.
  Expected<void> Finish();

 private:
  Expected<void> WriteUpright(pixel::ConstRowSpan frame, int first, int rows);
  Expected<void> WriteTurned();
  Expected<void> WriteWorkedOn();

  const Plan& plan_;
  Workspace& workspace_;
  Canvas canvas_;
  const std::stop_token stop_;
  std::shared_ptr<const color::ToSrgb> to_srgb_;  // null where colours stay as they are
  int taken_ = 0;                                 // rows in workspace_.frame
};

}  // namespace whittle::pipeline
