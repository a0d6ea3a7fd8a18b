#include <memory>
#include <optional>

#include "color/cmyk.h"
#include "pipeline/stream.h"

namespace whittle::pipeline {
namespace {

using pixel::ConstRowSpan;
using pixel::RowSpan;

// Hands `rows` to the resizer and what comes ready to the delivery.
template <class Resizer>
Expected<void> Resize(const Job& job, Resizer& resizer, ConstRowSpan rows, Delivery& delivery) {
  const RowSpan ready = job.workspace.resized.rows();
  job.phases.Enter(Phase::kResize);
  while (rows.rows > 0) {
    const int taken = resizer.Push(rows);
    rows = rows.Slice(taken, rows.rows - taken);
    while (const int count = resizer.Pull(ready)) {
      job.phases.Enter(Phase::kEncode);
      WHITTLE_CHECK(delivery.Take(ready.Slice(0, count)));
      job.phases.Enter(Phase::kResize);
    }
  }
  return {};
}

Expected<std::unique_ptr<codec::RowSource>> OpenRows(const Job& job) {
  if (job.plan.drawing) return job.header.vector->Draw(*job.plan.drawing, job.stop);
  if (job.header.opened != nullptr) return job.header.opened->Rows(job.stop);
  return job.input.open(job.source, job.limits, job.stop);
}

}  // namespace

Expected<void> PassOn(const Job& job, RowSpan rows, Delivery& delivery) {
  Workspace& workspace = job.workspace;
  if (!job.plan.resizes()) {
    job.phases.Enter(Phase::kEncode);
    return delivery.Take(rows);
  }
  if (IsWide(job.plan.working)) return Resize(job, workspace.wide_resizer, rows, delivery);
  return Resize(job, workspace.resizer, rows, delivery);
}

Expected<void> DecodeRows(const Job& job, RowTaker& taker) {
  WHITTLE_TRY(const auto decoder, OpenRows(job));
  std::optional<color::CmykToRgb> to_rgb;
  if (job.plan.decoded == pixel::PixelFormat::kCmyk8) {
    to_rgb.emplace(job.header.icc.view(), job.workspace.transforms);
  }
  while (true) {
    if (job.stop.stop_requested()) return Fail(ErrorKind::kCancelled);
    job.phases.Enter(Phase::kDecode);
    const RowSpan batch = job.workspace.decoded.rows();
    WHITTLE_TRY(const int count, decoder->Read(batch));
    WHITTLE_CHECK(taker.Judge(decoder->truncated()));
    if (count == 0) return {};
    RowSpan rows = batch.Slice(0, count);
    if (to_rgb) {
      const RowSpan converted = job.workspace.converted.rows().Slice(0, count);
      to_rgb->Convert(rows, converted);
      rows = converted;
    }
    WHITTLE_CHECK(taker.Take(rows));
  }
}

Expected<void> RowStream::Finish() {
  job_.phases.Enter(Phase::kEncode);
  return delivery_.Finish();
}

Expected<void> StreamRows(const Job& job, codec::RowSink& sink) {
  RowStream stream(job, sink);
  WHITTLE_CHECK(DecodeRows(job, stream));
  return stream.Finish();
}

}  // namespace whittle::pipeline
