// One job once it is planned, and the two ways to do it.
//
// Made by run.cc, on the worker's stack; everything it refers to outlives it.
#pragma once

#include <stop_token>

#include "codec/codec.h"
#include "pipeline/plan.h"
#include "pipeline/workspace.h"
#include "whittle/whittle.h"

namespace whittle::pipeline {

struct Job {
  const codec::Codec& input;
  const codec::Codec& output;
  ByteView source;
  const codec::Header& header;
  const Plan& plan;
  const Limits& limits;
  codec::EncodeSpec result;  ///< without a profile
  std::stop_token stop;
  PhaseObserver& phases;
  Workspace& workspace;  ///< prepared for the plan
};

/// Grey, RGB and CMYK rows through one resizer; turns them upright on their way out.
Expected<Bytes> StreamRows(const Job& job);

/// Luma and chroma, through resizers of their own, without RGB. For plans with planes.
///
/// Luma is resized in linear light, chroma as it is coded, weighed by luma. Chroma samples lie in
/// the middle of the luma samples that they cover (JFIF 1.02), in source and result alike.
Expected<Bytes> StreamPlanes(const Job& job);

}  // namespace whittle::pipeline
