#include "codec/png/frame_walk.h"

#include <algorithm>

namespace whittle::codec {
namespace {

constexpr std::size_t kFctl = 26;

// A frame without its extent on the canvas is no frame.
std::optional<PngFrameHead> HeadOf(const PngChunk& fctl, const PngShape& canvas) {
  const std::uint8_t* p = fctl.body.data() + 4;  // behind the sequence number
  const std::uint32_t part = Load16(p + 16);
  const std::uint32_t whole = Load16(p + 18);
  PngFrameHead head{.width = Load32(p),
                    .height = Load32(p + 4),
                    .x = Load32(p + 8),
                    .y = Load32(p + 12),
                    // "If the denominator is 0, it is to be treated as if it were 100."
                    .duration = static_cast<int>(part * 1000 / (whole == 0 ? 100 : whole))};
  const bool fits = head.width > 0 && head.height > 0 && head.x <= canvas.width &&
                    head.y <= canvas.height && head.width <= canvas.width - head.x &&
                    head.height <= canvas.height - head.y;
  if (!fits || p[20] > 2 || p[21] > 1) return std::nullopt;
  head.dispose = static_cast<PngDispose>(p[20]);
  head.blend = static_cast<PngBlend>(p[21]);
  return head;
}

}  // namespace

std::optional<PngFrame> PngFrameWalk::Next() {
  std::optional<PngFrameHead> head;
  for (std::size_t at = chunks_.at(); const auto chunk = chunks_.Next(); at = chunks_.at()) {
    const bool is_default = chunk->name == PngName("IDAT") && at == png_.data.at;
    if (broken_ || chunk->name == PngName("IEND")) break;
    if (chunk->name == PngName("fcTL")) {
      head = TakeHead(*chunk);
      broken_ = !head;
    } else if (is_default && head) {
      // The default image covers the canvas.
      broken_ = head->width != png_.shape.width || head->height != png_.shape.height;
      if (!broken_) return PngFrame{*head, png_.data};
    } else if (chunk->name == PngName("fdAT")) {
      broken_ = !head || !TakeData(at);
      if (!broken_) return PngFrame{*head, MeasurePngData(png_.bytes, at, chunk->name)};
    }
  }
  return std::nullopt;
}

bool PngFrameWalk::IsNext(const PngChunk& chunk) {
  return chunk.body.size() >= 4 && Load32(chunk.body.data()) == sequence_++;
}

std::optional<PngFrameHead> PngFrameWalk::TakeHead(const PngChunk& chunk) {
  const bool sound = chunk.whole && chunk.body.size() == kFctl && chunk.IsSound();
  return sound && IsNext(chunk) ? HeadOf(chunk, png_.shape) : std::nullopt;
}

// Passes over the chunks of a frame's data, which begin at `at`; false where they are not in order.
bool PngFrameWalk::TakeData(std::size_t at) {
  for (PngChunks rest(png_.bytes, at); const auto chunk = rest.Next(); chunks_ = rest) {
    if (chunk->name != PngName("fdAT")) break;
    if (!IsNext(*chunk)) return false;
  }
  return true;
}

std::uint32_t CountPngFrames(const PngFile& png, const Limits& limits) {
  if (png.frames < 2) return 1;
  const std::uint64_t pixels = std::uint64_t{png.shape.width} * png.shape.height;
  const std::uint32_t most = std::min(png.frames, limits.max_frames);
  PngFrameWalk walk(png);
  std::uint32_t count = 0;
  while (count < most && walk.Next()) ++count;
  return count * pixels > limits.max_animation_pixels ? 1 : std::max(count, 1U);
}

bool PngLacksFrames(const PngFile& png) {
  if (png.frames < 2 || png.ends) return false;
  PngFrameWalk walk(png);
  walk.Next();
  return !walk.Next();
}

}  // namespace whittle::codec
