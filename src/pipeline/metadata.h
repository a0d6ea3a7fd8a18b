// Metadata of a result, and whether a source may stand for it.
//
// Pure functions, any thread.
#pragma once

#include "codec/codec.h"
#include "pipeline/plan.h"

namespace whittle::pipeline {

/// What `keep` lets through of the source's metadata, as it holds for a result of `result`'s size.
/// XMP that describes an HDR gain map goes with the map.
codec::Metadata KeptMetadata(const codec::Codec& input, ByteView source, Keep keep, Size result,
                             const Limits& limits);

/// True when the source itself is an answer: of the same format, size and frames, upright, with no
/// pixel changed on purpose, and without metadata that a result would not have.
bool SourceWillDo(const codec::Codec& input, ByteView source, const codec::Header& header,
                  const Plan& plan, const Transform& transform, const Limits& limits);

}  // namespace whittle::pipeline
