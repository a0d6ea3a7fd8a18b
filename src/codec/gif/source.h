// The decoding half of the GIF codec. Called through codec.h only; see there for the contract.
#pragma once

#include <memory>
#include <stop_token>

#include "codec/codec.h"
#include "codec/gif/layout.h"

namespace whittle::codec {

Expected<Header> ProbeGif(ByteView file, const Limits& limits);

/// The first frame on its canvas.
Expected<std::unique_ptr<RowSource>> OpenGif(ByteView file, const Limits& limits,
                                             std::stop_token stop);

/// All frames, as kRgba8. A frame after the first that is damaged ends the animation before it: the
/// rest could not be composed without it. In frames.cc.
Expected<std::unique_ptr<FrameSource>> OpenGifFrames(ByteView file, const Limits& limits,
                                                     std::stop_token stop);

Metadata MetadataOfGif(ByteView file, const Limits& limits);

/// Walks the file and holds what decoding it takes against `limits`. Frames that would be more than
/// max_animation_pixels together need no memory, since only the first is asked for.
struct GifPlan {
  GifLayout layout;
  std::uint64_t decode_bytes = 0;
};
Expected<GifPlan> PlanGif(ByteView file, const Limits& limits);

/// Canvases for composing all frames, bytes.
std::uint64_t GifCanvasBytes(const GifLayout& layout);

}  // namespace whittle::codec
