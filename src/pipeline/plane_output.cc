#include "pipeline/plane_output.h"

#include <algorithm>
#include <cstring>

#include "pipeline/job.h"
#include "pipeline/result_planes.h"
#include "pipeline/upright.h"

namespace whittle::pipeline {

using codec::PlaneSink;

PlaneOutput::PlaneOutput(const Job& job, codec::PlaneSink& sink)
    : plan_(job.plan),
      workspace_(job.workspace),
      sink_(sink),
      stop_(job.stop),
      rows_left_(static_cast<int>(plan_.result.height)) {
  for (std::size_t p = 0; p < codec::kPlanes; ++p) steps_[p] = StepOf(plan_, p);
}

// Fills the plane's buffer from row `from` on; returns how many rows.
int PlaneOutput::PullInto(std::size_t p, int from) {
  const auto room = [&](std::size_t plane) {
    const pixel::RowSpan rows = workspace_.plane_rows[plane].rows();
    return rows.Slice(from, rows.rows - from);
  };
  if (p == 0 || !WeighsChroma(plan_)) return workspace_.plane_resizers[p].Pull(room(p));
  return workspace_.chroma_resizer.Pull(room(1), room(2));
}

bool PlaneOutput::Pull(std::size_t p) {
  const int before = waiting_[p];
  while (waiting_[p] < workspace_.plane_rows[p].rows().rows) {
    const int count = PullInto(p, waiting_[p]);
    if (count == 0) break;
    waiting_[p] += count;
  }
  if (p == 1 && WeighsChroma(plan_)) waiting_[2] = waiting_[1];
  return waiting_[p] > before;
}

bool PlaneOutput::BandIsThere(int at) const {
  const int luma = std::min(rows_left_, PlaneSink::kBandRows);
  for (std::size_t p = 0; p < plan_.planes->count; ++p) {
    if (waiting_[p] < RowsOf(p, at + luma)) return false;
  }
  return true;
}

Expected<void> PlaneOutput::Flush() {
  if (plan_.turns()) return {};
  int at = 0;  // luma rows written
  while (rows_left_ > 0 && BandIsThere(at)) {
    const int luma = std::min(rows_left_, PlaneSink::kBandRows);
    codec::PlaneBands band;
    for (std::size_t p = 0; p < plan_.planes->count; ++p) {
      band[p] = workspace_.plane_rows[p].rows().Slice(at / steps_[p], RowsOf(p, luma));
    }
    WHITTLE_CHECK(sink_.Write(band));
    rows_left_ -= luma;
    at += luma;
  }
  if (at > 0) DropFront(at);
  return {};
}

void PlaneOutput::DropFront(int luma_rows) {
  for (std::size_t p = 0; p < plan_.planes->count; ++p) {
    const pixel::RowSpan rows = workspace_.plane_rows[p].rows();
    const int dropped = std::min(RowsOf(p, luma_rows), waiting_[p]);
    waiting_[p] -= dropped;
    std::memmove(rows.data, rows.data + static_cast<std::size_t>(dropped) * rows.stride,
                 static_cast<std::size_t>(waiting_[p]) * rows.stride);
  }
}

Expected<void> PlaneOutput::WriteTurned() {
  for (std::size_t p = 0; p < plan_.planes->count; ++p) {
    if (waiting_[p] < workspace_.plane_rows[p].rows().rows) return {};  // Finish tells
  }
  for (int at = 0; rows_left_ > 0; at += PlaneSink::kBandRows) {
    if (stop_.stop_requested()) return Fail(ErrorKind::kCancelled);
    const int luma = std::min(rows_left_, PlaneSink::kBandRows);
    codec::PlaneBands band;
    for (std::size_t p = 0; p < plan_.planes->count; ++p) {
      const pixel::RowSpan upright = workspace_.plane_bands[p].rows().Slice(0, RowsOf(p, luma));
      UprightRows(workspace_.plane_rows[p].rows(), plan_.orientation, at / steps_[p], upright);
      band[p] = upright;
    }
    WHITTLE_CHECK(sink_.Write(band));
    rows_left_ -= luma;
  }
  return {};
}

Expected<Bytes> PlaneOutput::Finish() {
  if (plan_.turns()) WHITTLE_CHECK(WriteTurned());
  if (rows_left_ > 0) return Fail(ErrorKind::kInternal, "the planes ended early");
  return sink_.Finish();
}

}  // namespace whittle::pipeline
