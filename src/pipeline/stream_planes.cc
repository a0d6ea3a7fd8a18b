#include <algorithm>
#include <array>
#include <cstring>

#include "pipeline/job.h"

namespace whittle::pipeline {
namespace {

using codec::kPlanes;
using codec::PlaneBands;
using codec::PlaneSink;

// Rows of the finished planes on their way to the encoder, which takes them in bands.
class PlaneQueue {
 public:
  PlaneQueue(const Job& job, PlaneSink& sink)
      : rows_(job.workspace.plane_rows),
        sink_(sink),
        rows_left_(static_cast<int>(job.plan.result.height)) {}

  /// Takes what `resizer` has ready for plane `p`, as far as there is room; false when nothing was.
  bool Pull(pixel::Resizer& resizer, std::size_t p) {
    const pixel::RowSpan room = rows_[p].rows();
    const int before = waiting_[p];
    while (waiting_[p] < room.rows) {
      const int count = resizer.Pull(room.Slice(waiting_[p], room.rows - waiting_[p]));
      if (count == 0) break;
      waiting_[p] += count;
    }
    return waiting_[p] > before;
  }

  /// Writes the bands that are complete.
  Expected<void> Flush() {
    int at = 0;  // luma rows written
    while (rows_left_ > 0 && BandIsThere(at)) {
      const int luma = std::min(rows_left_, PlaneSink::kBandRows);
      PlaneBands band;
      for (std::size_t p = 0; p < kPlanes; ++p) {
        band[p] = rows_[p].rows().Slice(p == 0 ? at : at / 2, p == 0 ? luma : (luma + 1) / 2);
      }
      WHITTLE_CHECK(sink_.Write(band));
      rows_left_ -= luma;
      at += luma;
    }
    if (at > 0) DropFront(at);
    return {};
  }

  bool done() const { return rows_left_ == 0; }

 private:
  bool BandIsThere(int at) const {
    const int luma = std::min(rows_left_, PlaneSink::kBandRows);
    return waiting_[0] - at >= luma && waiting_[1] - at / 2 >= (luma + 1) / 2 &&
           waiting_[2] - at / 2 >= (luma + 1) / 2;
  }
  void DropFront(int luma_rows) {
    for (std::size_t p = 0; p < kPlanes; ++p) {
      const pixel::RowSpan rows = rows_[p].rows();
      const int dropped = std::min(p == 0 ? luma_rows : (luma_rows + 1) / 2, waiting_[p]);
      waiting_[p] -= dropped;
      std::memmove(rows.data, rows.data + static_cast<std::size_t>(dropped) * rows.stride,
                   static_cast<std::size_t>(waiting_[p]) * rows.stride);
    }
  }

  std::array<RowBuffer, kPlanes>& rows_;
  PlaneSink& sink_;
  int rows_left_;                          // of luma, not yet written
  std::array<int, kPlanes> waiting_ = {};  // rows at the top of rows_
};

// Hands the rows of one band to the resizers and what comes ready to the encoder.
Expected<void> Resize(const Job& job, PlaneBands rows, PlaneQueue& queue) {
  bool moved = true;
  while (moved) {
    moved = false;
    job.phases.Enter(Phase::kResize);
    for (std::size_t p = 0; p < kPlanes; ++p) {
      pixel::Resizer& resizer = job.workspace.plane_resizers[p];
      const int taken = rows[p].rows > 0 ? resizer.Push(rows[p]) : 0;
      rows[p] = rows[p].Slice(taken, rows[p].rows - taken);
      const bool pulled = queue.Pull(resizer, p);
      moved = moved || pulled || taken > 0;
    }
    job.phases.Enter(Phase::kEncode);
    WHITTLE_CHECK(queue.Flush());
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
  PlaneQueue queue(job, *encoder);

  while (true) {
    if (job.stop.stop_requested()) return Fail(ErrorKind::kCancelled);
    job.phases.Enter(Phase::kDecode);
    WHITTLE_TRY(const PlaneBands rows, decoder->Read());
    if (rows[0].rows == 0) break;
    WHITTLE_CHECK(Resize(job, rows, queue));
  }
  if (!queue.done()) return Fail(ErrorKind::kInternal, "the planes ended early");
  job.phases.Enter(Phase::kEncode);
  return encoder->Finish();
}

}  // namespace whittle::pipeline
