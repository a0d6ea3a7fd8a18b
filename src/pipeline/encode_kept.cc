#include "pipeline/encode_kept.h"

#include <algorithm>
#include <cmath>

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

}  // namespace

Expected<Bytes> EncodeKept(const Job& job, pixel::ConstRowSpan canvas, std::uint64_t max_bytes) {
  job.phases.Enter(Phase::kEncode);
  WHITTLE_TRY(Bytes best, EncodeAt(job, canvas, job.result.quality));
  const auto fits = [max_bytes](const Bytes& bytes) {
    return max_bytes == 0 || bytes.size() <= max_bytes;
  };
  if (fits(best) || job.result.lossless) return best;
  // Whole qualities: `low` is taken to fit, `high` is known not to.
  int low = 1;
  int high = static_cast<int>(std::ceil(job.result.quality));
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
