// The list of operations, expanded from operations.def, and what follows from a plan's: sums over
// the rows, and their work one after another.
//
// Any thread. Asked once or twice for each job, never for each row.
#pragma once

#include <cstdint>
#include <span>
#include <stop_token>
#include <vector>

#include "pipeline/operation.h"
#include "pixel/view.h"
#include "whittle/expected.h"

namespace whittle::pipeline {

/// Every operation, in the order of work.
std::span<const Operation* const> Operations();

/// Those that are active in `plan`, of which parameters and layout are there.
OperationSet ActiveOperations(const Plan& plan);

/// Bytes that the plan's operations hold beside the picture: those on the picture one after
/// another, those on rows all at once.
std::uint64_t OperationBytes(const Plan& plan);
/// CPU time of a pixel of the result, in nanoseconds.
double OperationNs(const Plan& plan);
/// Channels of the rows once all is done to rows in the plan's working format.
pixel::PixelFormat FormatAfterOperations(const Plan& plan);

/// Does what is done to the whole picture, in place, and returns what is left of it. Error:
/// kCancelled.
Expected<pixel::RowSpan> ApplyToPicture(pixel::RowSpan picture, const Plan& plan,
                                        const std::stop_token& stop);

/// What is done to rows, of one job.
class RowChanges {
 public:
  explicit RowChanges(const Plan& plan);
  /// To rows in the plan's working format.
  void ApplyToWorking(pixel::RowSpan rows);
  /// To the same rows once they have the format that is written.
  void ApplyToWritten(pixel::RowSpan rows);

 private:
  std::vector<RowChange> working_, written_;
};

}  // namespace whittle::pipeline
