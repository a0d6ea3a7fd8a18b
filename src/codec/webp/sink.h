// The encoding half of the WebP codec. Called through codec.h only; see there for the contract.
#pragma once

#include <memory>

#include "codec/codec.h"

namespace whittle::codec {

/// libwebp's method, 0 to 6, for what `spec` asks for or its preset comes to; of lossy pictures.
int WebpMethod(const EncodeSpec& spec);
/// And its level of lossless ones, 0 to 8.
int WebpLosslessLevel(const EncodeSpec& spec);

/// Rows of RGB or RGBA, which are kept until the last has come: libwebp wants the whole picture.
Expected<std::unique_ptr<RowSink>> CreateWebp(const EncodeSpec& spec);

/// Luma and halved chroma as they are, or luma alone, for lossy files.
Expected<std::unique_ptr<PlaneSink>> CreateWebpPlanes(const EncodeSpec& spec);

/// Frames of RGB or RGBA. Those that are equal to the one before only prolong it, so that a file
/// may hold fewer than were written, and a single frame becomes a still.
Expected<std::unique_ptr<FrameSink>> CreateWebpFrames(const EncodeSpec& spec);

}  // namespace whittle::codec
