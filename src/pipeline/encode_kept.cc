#include "pipeline/encode_kept.h"

#include <algorithm>
#include <cmath>

#include "pipeline/auto_quality.h"

namespace whittle::pipeline {
namespace {

Expected<Bytes> EncodeAt(const Job& job, pixel::ConstRowSpan canvas, double quality) {
  if (job.stop.stop_requested()) return Fail(ErrorKind::kCancelled);
  codec::EncodeSpec spec = job.result;
  spec.quality = quality;
  WHITTLE_TRY(const auto sink, job.output().create(spec));
  for (int y = 0; y < canvas.rows; y += Workspace::kBatchRows) {
    WHITTLE_CHECK(sink->Write(canvas.Slice(y, std::min(Workspace::kBatchRows, canvas.rows - y))));
  }
  return sink->Finish();
}

// The first try: at the quality that was asked for, or at the one that the picture needs.
Expected<Chosen> EncodeFirst(const Job& job, pixel::ConstRowSpan canvas) {
  if (!job.plan.auto_target) {
    WHITTLE_TRY(Bytes bytes, EncodeAt(job, canvas, job.result.quality));
    return Chosen{.bytes = std::move(bytes), .quality = job.result.quality};
  }
  Compared original;
  original.Shape(canvas.width, canvas.rows,
                 IsGrey(canvas.format) ? Compared::Chroma::kNone : Compared::Chroma::kFull);
  for (int y = 0; y < canvas.rows; y += Workspace::kBatchRows) {
    if (job.stop.stop_requested()) return Fail(ErrorKind::kCancelled);
    const int rows = std::min(Workspace::kBatchRows, canvas.rows - y);
    WHITTLE_CHECK(original.Add(canvas.Slice(y, rows)));
  }
  return EncodeAuto(job, *job.plan.auto_target, original.planes(),
                    [&](double quality) { return EncodeAt(job, canvas, quality); });
}

}  // namespace

Expected<Bytes> EncodeKept(const Job& job, pixel::ConstRowSpan canvas, std::uint64_t max_bytes) {
  job.phases.Enter(Phase::kEncode);
  WHITTLE_TRY(Chosen first, EncodeFirst(job, canvas));
  const auto fits = [max_bytes](const Bytes& bytes) {
    return max_bytes == 0 || bytes.size() <= max_bytes;
  };
  if (fits(first.bytes) || job.result.lossless) return std::move(first.bytes);
  Bytes best;
  // Whole qualities: `low` is taken to fit, `high` is known not to.
  int low = 1;
  int high = static_cast<int>(std::ceil(first.quality));
  bool found = false;
  while (high - low > 1) {
    const int middle = (low + high) / 2;
    WHITTLE_TRY(Bytes bytes, EncodeAt(job, canvas, middle));
    if (fits(bytes)) {
      low = middle;
      best = std::move(bytes);
      found = true;
    } else {
      high = middle;
    }
  }
  if (found) return best;
  return EncodeAt(job, canvas, low);
}

}  // namespace whittle::pipeline
