// Metadata of a result, and whether a source may stand for it.
//
// Pure functions, any thread.
#pragma once

#include "codec/codec.h"
#include "pipeline/plan.h"

namespace whittle::pipeline {

/// What `params.keep` lets through of the source's metadata. XMP that describes an HDR gain map
/// goes with the map.
codec::Metadata KeptMetadata(const codec::Codec& input, ByteView source, Keep keep,
                             const Limits& limits);

/// True when the source itself is an answer: of the same format, size and frames, upright, with no
/// pixel changed on purpose, and without metadata that a result would not have.
bool SourceWillDo(const codec::Codec& input, ByteView source, const codec::Header& header,
                  const Plan& plan, const Transform& transform, const Limits& limits);

}  // namespace whittle::pipeline
