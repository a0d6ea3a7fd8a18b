#include "pipeline/delivery.h"

#include <algorithm>
#include <cstddef>
#include <cstring>

#include "pipeline/job.h"
#include "pipeline/operations.h"
#include "pipeline/upright.h"

namespace whittle::pipeline {

Delivery::Delivery(const Job& job, codec::RowSink& sink)
    : plan_(job.plan),
      workspace_(job.workspace),
      canvas_(job.plan, job.workspace, sink, job.stop),
      stop_(job.stop) {
  if (!plan_.to_srgb) return;
  const codec::Header& header = job.header;
  to_srgb_ = header.colour.empty() ? workspace_.transforms.Get(header.icc.view(), plan_.working)
                                   : workspace_.transforms.Get(header.colour, plan_.working);
  if (to_srgb_ != nullptr && to_srgb_->is_srgb()) to_srgb_ = nullptr;
}

Expected<void> Delivery::Take(pixel::RowSpan rows) {
  if (stop_.stop_requested()) return Fail(ErrorKind::kCancelled);
  if (to_srgb_ != nullptr) to_srgb_->Convert(rows, rows);
  if (!plan_.holds_result()) {
    if (plan_.orientation == 1) return canvas_.Take(rows);
    return WriteUpright(rows, 0, rows.rows);
  }
  const pixel::RowSpan frame = workspace_.frame.rows();
  for (int y = 0; y < rows.rows; ++y) {
    std::memcpy(frame.row(taken_ + y), rows.row(y), rows.row_bytes());
  }
  taken_ += rows.rows;
  return {};
}

Expected<void> Delivery::WriteUpright(pixel::ConstRowSpan frame, int first, int rows) {
  const pixel::RowSpan upright = workspace_.turned.rows().Slice(0, rows);
  UprightRows(frame, plan_.orientation, first, upright);
  return canvas_.Take(upright);
}

Expected<void> Delivery::WriteTurned() {
  const int height = static_cast<int>(plan_.result.height);
  for (int y = 0; y < height; y += Workspace::kBatchRows) {
    const int rows = std::min(Workspace::kBatchRows, height - y);
    WHITTLE_CHECK(WriteUpright(workspace_.frame.rows(), y, rows));
  }
  return {};
}

Expected<void> Delivery::WriteWorkedOn() {
  pixel::RowSpan picture = workspace_.frame.rows();
  if (plan_.turns()) {
    const pixel::RowSpan upright = workspace_.turned.rows();
    for (int y = 0; y < upright.rows; y += Workspace::kBatchRows) {
      if (stop_.stop_requested()) return Fail(ErrorKind::kCancelled);
      const int rows = std::min(Workspace::kBatchRows, upright.rows - y);
      UprightRows(picture, plan_.orientation, y, upright.Slice(y, rows));
    }
    picture = upright;
  }
  WHITTLE_TRY(picture, ApplyToPicture(picture, plan_, stop_));
  for (int y = 0; y < picture.rows; y += Workspace::kBatchRows) {
    const int rows = std::min(Workspace::kBatchRows, picture.rows - y);
    WHITTLE_CHECK(canvas_.Take(picture.Slice(y, rows)));
  }
  return {};
}

Expected<void> Delivery::Finish() {
  if (plan_.holds_result()) {
    if (taken_ != static_cast<int>(plan_.resized.height)) {
      return Fail(ErrorKind::kInternal, "the picture ended early");
    }
    WHITTLE_CHECK(plan_.operations.on_picture ? WriteWorkedOn() : WriteTurned());
  }
  return canvas_.Finish();
}

}  // namespace whittle::pipeline
