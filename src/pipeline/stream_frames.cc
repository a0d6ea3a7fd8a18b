#include <algorithm>

#include "pipeline/job.h"
#include "pipeline/kept_canvas.h"
#include "pixel/convert.h"

namespace whittle::pipeline {
namespace {

using pixel::ConstRowSpan;
using pixel::RowSpan;

// One frame through resizer and delivery.
Expected<void> PassFrame(const Job& job, ConstRowSpan canvas, codec::RowSink& sink) {
  WHITTLE_CHECK(job.workspace.Prepare(job.plan));
  Delivery delivery(job, sink);
  const RowSpan batch = job.workspace.decoded.rows();
  for (int y = 0; y < canvas.rows; y += batch.rows) {
    if (job.stop.stop_requested()) return Fail(ErrorKind::kCancelled);
    const RowSpan rows = batch.Slice(0, std::min(batch.rows, canvas.rows - y));
    pixel::ConvertRows(canvas.Slice(y, rows.rows), rows, {});
    WHITTLE_CHECK(PassOn(job, rows, delivery));
  }
  job.phases.Enter(Phase::kEncode);
  WHITTLE_CHECK(delivery.Finish());
  WHITTLE_CHECK(sink.Finish());
  return {};
}

}  // namespace

Expected<Bytes> StreamFrames(const Job& job) {
  WHITTLE_TRY(const auto decoder, job.input.open_frames(job.source, job.limits, job.stop));
  WHITTLE_TRY(const auto encoder, job.output().create_frames(job.result));
  KeptCanvas kept(job.workspace.kept, job.result);
  while (true) {
    if (job.stop.stop_requested()) return Fail(ErrorKind::kCancelled);
    job.phases.Enter(Phase::kDecode);
    WHITTLE_TRY(const auto frame, decoder->Next());
    WHITTLE_CHECK(JudgeTruncated(job, decoder->truncated()));
    if (!frame) break;
    kept.Restart();
    WHITTLE_CHECK(PassFrame(job, frame->canvas, kept));
    WHITTLE_CHECK(encoder->Write({.canvas = kept.rows(), .duration = frame->duration}));
  }
  return encoder->Finish();
}

}  // namespace whittle::pipeline
