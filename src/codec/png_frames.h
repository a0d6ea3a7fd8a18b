// Animated PNG (the PNG specification's third edition, 11.3.6), composed frame by frame. Called
// through codec.h only; see there for the contract.
#pragma once

#include <memory>
#include <stop_token>

#include "codec/codec.h"
#include "codec/png_file.h"

namespace whittle::codec {

/// Canvases are kRgba8. A file that is cut or damaged behind its first frame ends with an error.
Expected<std::unique_ptr<FrameSource>> OpenPngFrames(ByteView file, const Limits& limits,
                                                     std::stop_token stop);

/// Frames that OpenPngFrames will give, as far as their chunks tell; 1 for stills and for
/// animations beyond `limits`, which are shown as stills.
std::uint32_t CountPngFrames(const PngFile& png, const Limits& limits);

/// Upper estimate of what OpenPngFrames allocates, bytes.
std::uint64_t PngFramesBytes(const PngFile& png);

}  // namespace whittle::codec
