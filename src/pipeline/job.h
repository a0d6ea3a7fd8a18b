// One job once it is planned, and the ways to do it.
//
// Made by run.cc, on the worker's stack; everything it refers to outlives it.
#pragma once

#include <stop_token>

#include "codec/codec.h"
#include "pipeline/delivery.h"
#include "pipeline/plan.h"
#include "pipeline/workspace.h"
#include "whittle/whittle.h"

namespace whittle::pipeline {

struct Job {
  const codec::Codec& input;
  ByteView source;
  const codec::Header& header;
  const Plan& plan;
  const Limits& limits;
  codec::EncodeSpec result;
  std::stop_token stop;
  PhaseObserver& phases;
  Workspace& workspace;  ///< prepared for the plan
  bool shows_truncated = true;
  bool& truncated;  ///< set once parts of the picture were filled in

  const codec::Codec& output() const { return *plan.output.codec; }
};

/// To be asked after every piece that a decoder gave, with its truncated(): notes it, and is an
/// error where such pictures are not to be shown.
Expected<void> JudgeTruncated(const Job& job, bool truncated);

/// Rows of any format through one resizer, turned upright and laid on their canvas, into `sink`,
/// which is left to be finished.
Expected<void> StreamRows(const Job& job, codec::RowSink& sink);

/// Rows as they come from a decoder, without ink, on to the resizer and the delivery. May change
/// them.
Expected<void> PassOn(const Job& job, pixel::RowSpan rows, Delivery& delivery);

/// Every frame of an animation, each as a picture of its own.
Expected<Bytes> StreamFrames(const Job& job);

/// Luma and chroma, through resizers of their own, without RGB. For plans with planes.
///
/// Luma is resized in linear light, chroma as it is coded, weighed by luma. Chroma samples lie in
/// the middle of the luma samples that they cover (JFIF 1.02), in source and result alike.
Expected<Bytes> StreamPlanes(const Job& job);

}  // namespace whittle::pipeline
