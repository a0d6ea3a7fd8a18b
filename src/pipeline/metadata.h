// Metadata of a result, and whether a source may stand for it.
//
// Pure functions, any thread.
#pragma once

#include <cstddef>
#include <optional>
#include <stop_token>

#include "codec/codec.h"
#include "pipeline/plan.h"

namespace whittle::pipeline {

/// What `keep` lets through of the source's metadata, as it holds for a result of `result`'s size.
/// XMP that describes an HDR gain map goes with the map. A stop request ends it, with less.
codec::Metadata KeptMetadata(const codec::Codec& input, ByteView source,
                             const codec::Header& header, Keep keep, Size result,
                             const Limits& limits, const std::stop_token& stop);

/// The source in the result's place, stripped of the metadata that a result would not have: where
/// it is of the same format, size and frames, upright, with no pixel changed on purpose, and then
/// has fewer than `result_bytes`. Nothing elsewhere, nor where that would take away more than
/// limits.max_icc_bytes.
std::optional<Bytes> SourceInstead(const codec::Codec& input, ByteView source,
                                   const codec::Header& header, const Plan& plan,
                                   const Transform& transform, const Limits& limits,
                                   std::size_t result_bytes, std::stop_token stop);

}  // namespace whittle::pipeline
