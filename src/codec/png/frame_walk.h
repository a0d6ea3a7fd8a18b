// The frames of an animated PNG (the PNG specification's third edition, 11.3.6), found by their
// chunks alone.
//
// For the png_*.cc files only. One belongs to one job; the file must outlive it. Cost: one step for
// each chunk, and the CRCs of fcTL.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>

#include "codec/png/file.h"
#include "whittle/limits.h"

namespace whittle::codec {

enum class PngDispose : std::uint8_t { kNone, kBackground, kPrevious };
enum class PngBlend : std::uint8_t { kSource, kOver };

/// fcTL.
struct PngFrameHead {
  std::uint32_t width = 0, height = 0, x = 0, y = 0;  ///< within the canvas
  int duration = 0;                                   ///< milliseconds
  PngDispose dispose = PngDispose::kNone;
  PngBlend blend = PngBlend::kSource;
};

struct PngFrame {
  PngFrameHead head;
  PngData data;
};

/// Walks from frame to frame. Of two fcTL in a row the latter counts. The first chunk that makes no
/// sense or is out of order (their sequence numbers go up by one from 0) ends the animation, as in
/// Chromium.
class PngFrameWalk {
 public:
  explicit PngFrameWalk(const PngFile& png) : png_(png), chunks_(png.bytes) {}
  /// The next frame, whose data may be cut; nothing at the end.
  std::optional<PngFrame> Next();
  /// Once there are no more: whether a chunk was why.
  bool broken() const { return broken_; }

 private:
  bool IsNext(const PngChunk& chunk);
  std::optional<PngFrameHead> TakeHead(const PngChunk& chunk);
  bool TakeData(std::size_t at);

  PngFile png_;
  PngChunks chunks_;
  std::uint32_t sequence_ = 0;
  bool broken_ = false;
};

/// Frames that an animation will give, as far as their chunks tell; 1 for stills, for animations
/// without two frames in order, and for those beyond limits.max_animation_pixels, which are shown
/// as stills.
std::uint32_t CountPngFrames(const PngFile& png, const Limits& limits);

/// True for an animation that ends, by the file's end, before its second frame begins: what is left
/// of it looks like a still.
bool PngLacksFrames(const PngFile& png);

}  // namespace whittle::codec
