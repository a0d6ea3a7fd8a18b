// The decoding half of the WebP codec. Called through codec.h only; see there for the contract.
#pragma once

#include <memory>
#include <optional>
#include <stop_token>

#include "codec/codec.h"
#include "codec/webp/container.h"

namespace whittle::codec {

/// Rows of RGB or RGBA; of an animation, its first canvas.
Expected<std::unique_ptr<RowSource>> OpenWebp(ByteView file, const Limits& limits,
                                              std::stop_token stop);

/// Luma and chroma of a lossy still without alpha.
Expected<std::unique_ptr<PlaneSource>> OpenWebpPlanes(ByteView file, const Limits& limits,
                                                      std::stop_token stop);

/// The same without the loop filter.
Expected<std::unique_ptr<PlaneSource>> OpenWebpPlanesToShrink(ByteView file, const Limits& limits,
                                                              std::stop_token stop);

/// Composed canvases, kRgba8 always.
Expected<std::unique_ptr<FrameSource>> OpenWebpFrames(ByteView file, const Limits& limits,
                                                      std::stop_token stop);

/// The format of the rows that OpenWebp gives.
inline pixel::PixelFormat FormatOf(const Container& container) {
  return container.animated || container.alpha ? pixel::PixelFormat::kRgba8
                                               : pixel::PixelFormat::kRgb8;
}

/// The planes that OpenWebpPlanes gives; nothing for lossless pictures, alpha and animations. In
/// header.cc.
std::optional<PlaneShapes> PlanesOf(const Container& container);

}  // namespace whittle::codec
