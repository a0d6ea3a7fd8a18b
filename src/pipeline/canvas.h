// The last stage before the encoder: rows of the upright picture become rows of the canvas, in the
// format that is written.
//
// What is done to rows (operations.h) is done, alpha is flattened or added, 16 bits become 8 where
// the encoder wants them, and padding goes around. Streams; one job, one thread; memory is a batch
// of rows.
#pragma once

#include <stop_token>

#include "codec/codec.h"
#include "pipeline/operations.h"
#include "pipeline/plan.h"
#include "pipeline/workspace.h"

namespace whittle::pipeline {

class Canvas {
 public:
  /// The first three must outlive the canvas; the workspace has been prepared for the plan.
  Canvas(const Plan& plan, Workspace& workspace, codec::RowSink& sink, std::stop_token stop);

  /// Takes the next rows of the picture, at most Workspace::kBatchRows, and may change them.
  Expected<void> Take(pixel::RowSpan rows);
  /// After the last row.
  Expected<void> Finish();

 private:
  Expected<void> WritePadding(int rows);
  void Fill(pixel::RowSpan rows) const;

  const Plan& plan_;
  Workspace& workspace_;
  codec::RowSink& sink_;
  const std::stop_token stop_;  // looked at for each batch
  RowChanges changes_;
  int written_ = 0;  // rows of the canvas
};

}  // namespace whittle::pipeline
