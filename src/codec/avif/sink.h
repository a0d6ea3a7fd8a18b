// The encoding half of the AVIF codec. Called through codec.h only; see there for the contract.
#pragma once

#include <memory>

#include "codec/codec.h"

namespace whittle::codec {

/// Longest side of a picture that they take.
inline constexpr int kLargestAvifSide = 16384;

Expected<std::unique_ptr<RowSink>> CreateAvif(const EncodeSpec& spec);
Expected<std::unique_ptr<PlaneSink>> CreateAvifPlanes(const EncodeSpec& spec);

}  // namespace whittle::codec
