// The encoding half of the JPEG codec. Called through codec.h only; see there for the contract.
#pragma once

#include <memory>

#include "codec/codec.h"

namespace whittle::codec {

/// Rows of grey or RGB, which become planes first.
Expected<std::unique_ptr<RowSink>> CreateJpeg(const EncodeSpec& spec);

/// Luma and chroma, or luma alone, as they are.
Expected<std::unique_ptr<PlaneSink>> CreateJpegPlanes(const EncodeSpec& spec);

}  // namespace whittle::codec
