#include <optional>

#include "color/cmyk.h"
#include "pipeline/delivery.h"
#include "pipeline/job.h"

namespace whittle::pipeline {
namespace {

using pixel::ConstRowSpan;
using pixel::RowSpan;

// Hands `rows` to the resizer and what comes ready to the delivery.
Expected<void> Resize(const Job& job, ConstRowSpan rows, Delivery& delivery) {
  pixel::Resizer& resizer = job.workspace.resizer;
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

}  // namespace

Expected<Bytes> StreamRows(const Job& job) {
  WHITTLE_TRY(const auto decoder, job.input.open(job.source, job.limits, job.stop));
  codec::EncodeSpec result = job.result;
  std::optional<color::CmykToRgb> to_rgb;
  if (job.plan.decoded == pixel::PixelFormat::kCmyk8) {
    to_rgb.emplace(job.header.icc.view());  // it describes ink, and the result is sRGB: not kept
  } else {
    result.icc = job.header.icc.view();
  }
  WHITTLE_TRY(const auto encoder, job.output.create(result));
  Delivery delivery(job.plan, job.workspace, *encoder);

  while (true) {
    if (job.stop.stop_requested()) return Fail(ErrorKind::kCancelled);
    job.phases.Enter(Phase::kDecode);
    const RowSpan batch = job.workspace.decoded.rows();
    WHITTLE_TRY(const int count, decoder->Read(batch));
    if (count == 0) break;
    ConstRowSpan rows = batch.Slice(0, count);
    if (to_rgb) {
      const RowSpan converted = job.workspace.converted.rows().Slice(0, count);
      to_rgb->Convert(rows, converted);
      rows = converted;
    }
    if (job.plan.resizes()) {
      WHITTLE_CHECK(Resize(job, rows, delivery));
    } else {
      job.phases.Enter(Phase::kEncode);
      WHITTLE_CHECK(delivery.Take(rows));
    }
  }
  job.phases.Enter(Phase::kEncode);
  return delivery.Finish();
}

}  // namespace whittle::pipeline
