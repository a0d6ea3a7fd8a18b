#include <algorithm>
#include <array>
#include <memory>
#include <span>
#include <utility>

#include "pipeline/auto_quality.h"
#include "pipeline/result_planes.h"
#include "pipeline/stream.h"
#include "pixel/range.h"

namespace whittle::pipeline {
namespace {

using codec::PlaneBands;

pixel::ConstRowSpan From(pixel::ConstRowSpan rows, int from, int most) {
  return rows.Slice(from, std::min(most, rows.rows - from));
}

// Hands both chroma planes on from row `from` of the band; returns how many rows were taken.
template <class Resizer>
int PushChroma(const Job& job, const PlaneBands& band, int from, Resizer& resizer) {
  const pixel::ConstRowSpan cb = From(band[1], from, Workspace::kChromaRows);
  const pixel::ConstRowSpan cr = From(band[2], from, Workspace::kChromaRows);
  if (cb.rows == 0) return 0;
  const int down = (*job.plan.planes)[1].down;
  const pixel::ConstRowSpan luma =
      LumaOfChroma(job.plan, From(band[0], from * down, cb.rows * down),
                   job.workspace.chroma_luma.rows().Slice(0, cb.rows));
  return resizer.Push({.cb = cb, .cr = cr, .luma = luma});
}

int Push(const Job& job, const PlaneBands& band, std::size_t p, int from) {
  const int left = band[p].rows - from;
  if (left == 0) return 0;
  if (p > 0 && WeighsChroma(job.plan)) {
    pixel::ChromaResizer& resizer = job.workspace.chroma_resizer;
    if (resizer.follows()) return resizer.Follow() ? left : 0;
    return PushChroma(job, band, from, resizer);
  }
  pixel::Resizer& resizer = job.workspace.plane_resizers[p];
  if (resizer.follows()) return resizer.Follow() ? left : 0;
  return resizer.Push(From(band[p], from, left));
}

// Hands the chroma of one band to `fine`, all of it.
Expected<void> ResizeFine(const Job& job, const PlaneBands& band, FineChroma& fine) {
  job.phases.Enter(Phase::kResize);
  for (int from = 0; from < band[1].rows;) {
    const int taken = PushChroma(job, band, from, fine);
    if (taken == 0) return Fail(ErrorKind::kInternal, "chroma is not taken");
    from += taken;
  }
  return {};
}

// Hands the rows of one band to the resizers and what comes ready to the encoder; `fine` may be
// null.
Expected<void> Resize(const Job& job, const PlaneBands& band, PlaneOutput& output,
                      FineChroma* fine) {
  if (fine != nullptr) WHITTLE_CHECK(ResizeFine(job, band, *fine));
  const std::size_t streams = WeighsChroma(job.plan) ? 2 : job.plan.planes->count;
  std::array<int, codec::kPlanes> taken = {};
  bool moved = true;
  while (moved) {
    if (job.stop.stop_requested()) return Fail(ErrorKind::kCancelled);
    moved = false;
    job.phases.Enter(Phase::kResize);
    for (std::size_t p = 0; p < streams; ++p) {
      const int pushed = Push(job, band, p, taken[p]);
      taken[p] += pushed;
      const bool pulled = output.Pull(p);
      moved = moved || pulled || pushed > 0;
    }
    job.phases.Enter(Phase::kEncode);
    WHITTLE_CHECK(output.Flush());
  }
  for (std::size_t p = 0; p < streams; ++p) {
    if (taken[p] < band[p].rows) {
      return Fail(ErrorKind::kInternal, "the planes wait for each other");
    }
  }
  return {};
}

// Some rows of a band in studio range, from luma row `from` on, in full range.
PlaneBands MadeFull(const Job& job, const PlaneBands& band, int from) {
  PlaneBands full = RowsOf(*job.plan.planes, band, from, Workspace::kStudioRows);
  for (std::size_t p = 0; p < job.plan.planes->count; ++p) {
    const pixel::ConstRowSpan rows = full[p];
    RowBuffer& buffer = job.workspace.plane_codes[p];
    buffer.Shape(rows.width, rows.rows, rows.format);
    const pixel::RowSpan codes = buffer.rows();
    for (int y = 0; y < rows.rows; ++y) {
      const std::span row(rows.row(y), rows.row_bytes());
      p == 0 ? pixel::LumaToFull(row, codes.row(y)) : pixel::ChromaToFull(row, codes.row(y));
    }
    full[p] = codes;
  }
  return full;
}

}  // namespace

codec::PlaneBands RowsOf(const codec::PlaneShapes& shapes, const codec::PlaneBands& bands, int from,
                         int most) {
  codec::PlaneBands rows;
  for (std::size_t p = 0; p < shapes.count; ++p) {
    rows[p] = From(bands[p], from / shapes[p].down, most / shapes[p].down);
  }
  return rows;
}

bool DecodesToShrink(const codec::Codec& input, const Plan& plan) {
  return input.open_planes_to_shrink != nullptr && plan.shown.width() >= 2.0 * plan.resized.width &&
         plan.shown.height() >= 2.0 * plan.resized.height;
}

Expected<void> DecodePlanes(const Job& job, PlaneTaker& taker) {
  const auto open = DecodesToShrink(job.input, job.plan) ? job.input.open_planes_to_shrink
                                                         : job.input.open_planes;
  WHITTLE_TRY(const auto decoder, open(job.source, job.limits, job.stop));
  while (true) {
    if (job.stop.stop_requested()) return Fail(ErrorKind::kCancelled);
    job.phases.Enter(Phase::kDecode);
    WHITTLE_TRY(const PlaneBands band, decoder->Read());
    WHITTLE_CHECK(taker.Judge(decoder->truncated()));
    if (band[0].rows == 0) return {};
    if (job.plan.planes->range == codec::Range::kFull) {
      WHITTLE_CHECK(taker.Take(band));
      continue;
    }
    for (int y = 0; y < band[0].rows; y += Workspace::kStudioRows) {
      WHITTLE_CHECK(taker.Take(MadeFull(job, band, y)));
    }
  }
}

Expected<std::unique_ptr<PlaneStream>> PlaneStream::For(const Job& job) {
  if (!job.plan.auto_target) {
    WHITTLE_TRY(auto encoder, job.output().create_planes(job.result));
    return std::make_unique<PlaneStream>(job, std::move(encoder), nullptr);
  }
  auto kept = std::make_unique<KeptPlanes>(job.result, job.output().plane_range);
  KeptPlanes* const planes = kept.get();
  auto stream = std::make_unique<PlaneStream>(job, std::move(kept), planes);
  if (WeighsChroma(job.plan)) WHITTLE_CHECK(stream->fine_.emplace().Prepare(job.plan));
  return stream;
}

PlaneStream::PlaneStream(const Job& job, std::unique_ptr<codec::PlaneSink> sink, KeptPlanes* kept)
    : job_(job), sink_(std::move(sink)), kept_(kept), output_(job, *sink_) {}

Expected<void> PlaneStream::Take(const PlaneBands& bands) {
  return Resize(job_, bands, output_, fine_ ? &*fine_ : nullptr);
}

Expected<Bytes> PlaneStream::Finish() {
  job_.phases.Enter(Phase::kEncode);
  WHITTLE_TRY(Bytes bytes, output_.Finish());
  if (kept_ != nullptr) return Choose();
  return bytes;
}

// At the quality that the picture needs.
Expected<Bytes> PlaneStream::Choose() {
  effect::LikenessPlanes original = kept_->compared();
  if (fine_) WHITTLE_CHECK(fine_->Finish(job_.plan, original));
  const auto encode = [&](double quality) {
    codec::EncodeSpec spec = job_.result;
    spec.quality = quality;
    return kept_->EncodeWith(job_.output(), spec);
  };
  WHITTLE_TRY(Chosen chosen, EncodeAuto(job_, *job_.plan.auto_target, original, encode));
  return std::move(chosen.bytes);
}

Expected<Bytes> StreamPlanes(const Job& job) {
  WHITTLE_TRY(const auto stream, PlaneStream::For(job));
  WHITTLE_CHECK(DecodePlanes(job, *stream));
  return stream->Finish();
}

}  // namespace whittle::pipeline
