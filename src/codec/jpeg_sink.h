// The encoding half of the JPEG codec. Called through codec.h only; see there for the contract.
#pragma once

#include <memory>

#include "codec/codec.h"

namespace whittle::codec {

/// Baseline or, for Preset::kSmall, progressive; 4:2:0 below quality 90, 4:4:4 from there on.
Expected<std::unique_ptr<RowSink>> CreateJpeg(const EncodeSpec& spec);

/// The same from luma and chroma; 4:2:0 only.
Expected<std::unique_ptr<PlaneSink>> CreateJpegPlanes(const EncodeSpec& spec);

}  // namespace whittle::codec
