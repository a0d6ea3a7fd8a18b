#include "pipeline/job.h"
#include "pipeline/plane_output.h"

namespace whittle::pipeline {
namespace {

using codec::PlaneBands;

// Hands the rows of one band to the resizers and what comes ready to the encoder.
Expected<void> Resize(const Job& job, PlaneBands rows, PlaneOutput& output) {
  bool moved = true;
  while (moved) {
    moved = false;
    job.phases.Enter(Phase::kResize);
    for (std::size_t p = 0; p < job.plan.planes->count; ++p) {
      pixel::Resizer& resizer = job.workspace.plane_resizers[p];
      const int taken = rows[p].rows > 0 ? resizer.Push(rows[p]) : 0;
      rows[p] = rows[p].Slice(taken, rows[p].rows - taken);
      const bool pulled = output.Pull(p);
      moved = moved || pulled || taken > 0;
    }
    job.phases.Enter(Phase::kEncode);
    WHITTLE_CHECK(output.Flush());
  }
  for (const pixel::ConstRowSpan& left : rows) {
    if (left.rows > 0) return Fail(ErrorKind::kInternal, "the planes wait for each other");
  }
  return {};
}

}  // namespace

Expected<Bytes> StreamPlanes(const Job& job) {
  WHITTLE_TRY(const auto decoder, job.input.open_planes(job.source, job.limits, job.stop));
  codec::EncodeSpec result = job.result;
  result.icc = job.header.icc.view();
  WHITTLE_TRY(const auto encoder, job.output.create_planes(result));
  PlaneOutput output(job.plan, job.workspace, *encoder);

  while (true) {
    if (job.stop.stop_requested()) return Fail(ErrorKind::kCancelled);
    job.phases.Enter(Phase::kDecode);
    WHITTLE_TRY(const PlaneBands rows, decoder->Read());
    if (rows[0].rows == 0) break;
    WHITTLE_CHECK(Resize(job, rows, output));
  }
  job.phases.Enter(Phase::kEncode);
  return output.Finish();
}

}  // namespace whittle::pipeline
