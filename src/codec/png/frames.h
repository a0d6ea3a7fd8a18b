// Animated PNG (the PNG specification's third edition, 11.3.6), composed frame by frame. Called
// through codec.h only; see there for the contract.
#pragma once

#include <memory>
#include <stop_token>

#include "codec/codec.h"
#include "codec/png/file.h"

namespace whittle::codec {

/// Canvases are kRgba8. An animation ends before the first frame that is not all there, or that is
/// damaged or out of order, and says truncated() where one was to come. Where that is the very
/// first, it shows the default image, as the still does. Errors: kTooLarge where it needs more than
/// limits.max_working_bytes; a still picture of the file may need less.
Expected<std::unique_ptr<FrameSource>> OpenPngFrames(ByteView file, const Limits& limits,
                                                     std::stop_token stop);

/// Upper estimate of what OpenPngFrames allocates, bytes.
std::uint64_t PngFramesBytes(const PngFile& png);

}  // namespace whittle::codec
