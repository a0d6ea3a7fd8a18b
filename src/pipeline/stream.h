// The two halves of a job's streaming: a decoder that is read to its end, and what takes its rows
// or planes on to one result.
//
// They are apart so that one decoder can feed several results (together.h). One thread.
#pragma once

#include <memory>
#include <optional>

#include "codec/codec.h"
#include "pipeline/delivery.h"
#include "pipeline/fine_chroma.h"
#include "pipeline/job.h"
#include "pipeline/kept_planes.h"
#include "pipeline/plane_output.h"

namespace whittle::pipeline {

/// What a decoder feeds, in order. An error ends the decode with it.
template <class Piece>
class Taker {
 public:
  virtual ~Taker() = default;
  /// Told after every piece that the decoder gave, and at its end, before the piece is taken:
  /// whether it is known that parts of the picture are filled in.
  virtual Expected<void> Judge(bool truncated) = 0;
  virtual Expected<void> Take(Piece piece) = 0;
};
/// Rows without ink; may change them.
using RowTaker = Taker<pixel::RowSpan>;
/// Bands in full range.
using PlaneTaker = Taker<const codec::PlaneBands&>;

/// At most `most` rows of luma from row `from` on, with the chroma that belongs to them; both
/// divide by any plane's factor.
codec::PlaneBands RowsOf(const codec::PlaneShapes& shapes, const codec::PlaneBands& bands, int from,
                         int most);

/// Decodes all of the job's picture. What of the job belongs to a result is not looked at.
Expected<void> DecodeRows(const Job& job, RowTaker& taker);
/// For plans with planes.
Expected<void> DecodePlanes(const Job& job, PlaneTaker& taker);

/// Whether the picture is decoded as one that is shrunk a lot, where the codec knows the
/// difference.
bool DecodesToShrink(const codec::Codec& input, const Plan& plan);

class RowStream final : public RowTaker {
 public:
  /// Both must outlive it. The sink is left to be finished.
  RowStream(const Job& job, codec::RowSink& sink) : job_(job), delivery_(job, sink) {}
  Expected<void> Judge(bool truncated) override { return JudgeTruncated(job_, truncated); }
  Expected<void> Take(pixel::RowSpan rows) override { return PassOn(job_, rows, delivery_); }
  /// After the last row.
  Expected<void> Finish();

 private:
  const Job& job_;
  Delivery delivery_;
};

class PlaneStream final : public PlaneTaker {
 public:
  /// The job must outlive it. Errors: those of the encoder that it begins.
  static Expected<std::unique_ptr<PlaneStream>> For(const Job& job);
  PlaneStream(const Job& job, std::unique_ptr<codec::PlaneSink> sink, KeptPlanes* kept);
  Expected<void> Judge(bool truncated) override { return JudgeTruncated(job_, truncated); }
  Expected<void> Take(const codec::PlaneBands& bands) override;
  /// After the last band: the encoded file.
  Expected<Bytes> Finish();

 private:
  Expected<Bytes> Choose();

  const Job& job_;
  const std::unique_ptr<codec::PlaneSink> sink_;
  KeptPlanes* const kept_;  // the sink, where the quality is still to be chosen
  std::optional<FineChroma> fine_;
  PlaneOutput output_;
};

}  // namespace whittle::pipeline
