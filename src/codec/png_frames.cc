#include "codec/png_frames.h"

#include <algorithm>
#include <cstring>
#include <optional>
#include <utility>
#include <vector>

#include "codec/png_rows.h"
#include "codec/png_source.h"
#include "codec/png_unfilter.h"
#include "codec/png_unpack.h"

namespace whittle::codec {
namespace {

enum class Dispose : std::uint8_t { kNone, kBackground, kPrevious };
enum class Blend : std::uint8_t { kSource, kOver };

constexpr std::size_t kFctl = 26;
constexpr std::size_t kPixel = 4;

// fcTL.
struct FrameHead {
  std::uint32_t width = 0, height = 0, x = 0, y = 0;
  int duration = 0;  // milliseconds
  Dispose dispose = Dispose::kNone;
  Blend blend = Blend::kSource;
};

// A frame without its extent on the canvas is no frame.
std::optional<FrameHead> HeadOf(const PngChunk& chunk, const PngShape& canvas) {
  const std::uint8_t* p = chunk.body.data() + 4;  // behind the sequence number
  const std::uint32_t part = Load16(p + 16);
  const std::uint32_t whole = Load16(p + 18);
  FrameHead head{.width = Load32(p),
                 .height = Load32(p + 4),
                 .x = Load32(p + 8),
                 .y = Load32(p + 12),
                 // "If the denominator is 0, it is to be treated as if it were 100."
                 .duration = static_cast<int>(part * 1000 / (whole == 0 ? 100 : whole))};
  const bool fits = head.width > 0 && head.height > 0 && head.x <= canvas.width &&
                    head.y <= canvas.height && head.width <= canvas.width - head.x &&
                    head.height <= canvas.height - head.y;
  if (!fits || p[20] > 2 || p[21] > 1) return std::nullopt;
  head.dispose = static_cast<Dispose>(p[20]);
  head.blend = static_cast<Blend>(p[21]);
  return head;
}

struct FoundFrame {
  FrameHead head;
  PngData data;
};

// Walks from frame to frame, by their chunks alone. Of two fcTL in a row the latter counts. The
// first chunk that makes no sense or is out of order (their sequence numbers go up by one from 0)
// ends the animation, as in Chromium.
class FrameWalk {
 public:
  explicit FrameWalk(const PngFile& png) : png_(png), chunks_(png.bytes) {}

  // The next frame, whose data may be cut; nothing at the end.
  std::optional<FoundFrame> Next() {
    std::optional<FrameHead> head;
    for (std::size_t at = chunks_.at(); const auto chunk = chunks_.Next(); at = chunks_.at()) {
      const bool is_default = chunk->name == PngName("IDAT") && at == png_.data.at;
      if (broken_ || chunk->name == PngName("IEND")) break;
      if (chunk->name == PngName("fcTL")) {
        head = TakeHead(*chunk);
      } else if (is_default && head) {
        // The default image covers the canvas.
        broken_ = head->width != png_.shape.width || head->height != png_.shape.height;
        if (!broken_) return FoundFrame{*head, png_.data};
      } else if (chunk->name == PngName("fdAT")) {
        if (!head || !TakeData(at)) broken_ = true;
        if (!broken_) return FoundFrame{*head, MeasurePngData(png_.bytes, at, chunk->name)};
      }
    }
    return std::nullopt;
  }

  // Once there are no more: whether a chunk was why.
  bool broken() const { return broken_; }

 private:
  bool IsNext(const PngChunk& chunk) {
    return chunk.body.size() >= 4 && Load32(chunk.body.data()) == sequence_++;
  }

  std::optional<FrameHead> TakeHead(const PngChunk& chunk) {
    std::optional<FrameHead> head;
    if (chunk.whole && chunk.body.size() == kFctl && chunk.IsSound() && IsNext(chunk)) {
      head = HeadOf(chunk, png_.shape);
    }
    broken_ = !head;
    return head;
  }

  // Passes over the chunks of a frame's data, which begin at `at`; false where they are not in
  // order.
  bool TakeData(std::size_t at) {
    for (PngChunks rest(png_.bytes, at); const auto chunk = rest.Next(); chunks_ = rest) {
      if (chunk->name != PngName("fdAT")) break;
      if (!IsNext(*chunk)) return false;
    }
    return true;
  }

  PngFile png_;
  PngChunks chunks_;
  std::uint32_t sequence_ = 0;
  bool broken_ = false;
};

// Straight alpha, in whole numbers.
void BlendOver(std::uint8_t* under, const std::uint8_t* over) {
  const std::uint32_t a = over[3];
  if (a == 0) return;
  if (a == 255 || under[3] == 0) {
    std::memcpy(under, over, kPixel);
    return;
  }
  const std::uint32_t left = under[3] * (255 - a);  // times 255
  const std::uint32_t all = a * 255 + left;
  for (int c = 0; c < 3; ++c) {
    under[c] = static_cast<std::uint8_t>((over[c] * a * 255 + under[c] * left + all / 2) / all);
  }
  under[3] = static_cast<std::uint8_t>((all + 127) / 255);
}

// A row of any format as RGBA in 8 bits.
void ToRgba(const std::uint8_t* row, pixel::PixelFormat format, std::size_t width,
            std::uint8_t* rgba) {
  const auto channels = static_cast<std::size_t>(pixel::Channels(format));
  const bool wide = pixel::IsWide(format);
  const auto code = [row, wide](std::size_t i) {
    if (!wide) return row[i];
    std::uint16_t sample;
    std::memcpy(&sample, row + 2 * i, sizeof sample);
    return static_cast<std::uint8_t>((sample * 255U + 32767) / 65535);
  };
  for (std::size_t x = 0; x < width; ++x, rgba += kPixel) {
    const std::size_t at = x * channels;
    const std::size_t step = channels >= 3 ? 1 : 0;
    for (std::size_t c = 0; c < 3; ++c) rgba[c] = code(at + c * step);
    rgba[3] = pixel::HasAlpha(format) ? code(at + channels - 1) : 255;
  }
}

class PngFrames final : public FrameSource {
 public:
  PngFrames(const PngFile& png, const Limits& limits, std::stop_token stop)
      : png_(png),
        left_(CountPngFrames(png, limits) > 1 ? std::min(png.frames, limits.max_frames) : 1),
        walk_(png),
        unpacker_(png),
        stop_(std::move(stop)),
        canvas_(png.shape.width * kPixel * png.shape.height) {
    std::memset(canvas_.data(), 0, canvas_.size());
  }

  Expected<std::optional<Frame>> Next() override {
    if (error_) return std::unexpected(*error_);
    auto frame = Compose();
    if (!frame) error_ = frame.error();
    return frame;
  }
  bool truncated() const override { return truncated_; }

 private:
  std::uint8_t* At(const FrameHead& head, std::size_t y) {
    return canvas_.data() + ((head.y + y) * png_.shape.width + head.x) * kPixel;
  }
  Expected<std::optional<Frame>> Compose();
  void DisposeLast();
  void KeepUnder(const FrameHead& head);
  Expected<bool> Draw(const FoundFrame& frame);
  Expected<void> DrawDefault();
  Frame Shown(const FrameHead& head) const;

  PngFile png_;
  std::uint32_t left_;
  FrameWalk walk_;
  PngUnpacker unpacker_;
  std::stop_token stop_;
  Bytes canvas_;
  Bytes under_;  // what the last frame covered, where it is to come back
  std::optional<FrameHead> last_;
  bool truncated_ = false;
  std::optional<Error> error_;
};

void PngFrames::DisposeLast() {
  if (!last_ || last_->dispose == Dispose::kNone) return;
  const std::size_t bytes = last_->width * kPixel;
  for (std::size_t y = 0; y < last_->height; ++y) {
    if (last_->dispose == Dispose::kBackground) {
      std::memset(At(*last_, y), 0, bytes);
    } else {
      std::memcpy(At(*last_, y), under_.data() + y * bytes, bytes);
    }
  }
}

void PngFrames::KeepUnder(const FrameHead& head) {
  if (head.dispose != Dispose::kPrevious) return;
  const std::size_t bytes = head.width * kPixel;
  under_.Resize(bytes * head.height);
  for (std::size_t y = 0; y < head.height; ++y) {
    std::memcpy(under_.data() + y * bytes, At(head, y), bytes);
  }
}

// False, and the canvas of no use any more, where it is not all there or damaged.
Expected<bool> PngFrames::Draw(const FoundFrame& frame) {
  PngShape shape = png_.shape;
  shape.width = frame.head.width;
  shape.height = frame.head.height;
  const auto rows = OpenPngRows({png_.bytes, shape, frame.data}, stop_);
  const pixel::PixelFormat format = PngFormatOf(png_);
  std::vector<std::uint8_t> row(shape.width * kMaxPngPixelBytes);
  std::vector<std::uint8_t> rgba(shape.width * kPixel);
  for (std::size_t y = 0; y < shape.height; ++y) {
    const auto packed = rows->Next();
    if (!packed && packed.error().kind == ErrorKind::kUndecodable) return false;
    if (!packed) return std::unexpected(packed.error());
    if (rows->truncated()) return false;
    unpacker_.Unpack(*packed, row.data(), shape.width);
    ToRgba(row.data(), format, shape.width, rgba.data());
    std::uint8_t* to = At(frame.head, y);
    if (frame.head.blend == Blend::kSource) {
      std::memcpy(to, rgba.data(), rgba.size());
    } else {
      for (std::size_t i = 0; i < rgba.size(); i += kPixel) BlendOver(to + i, rgba.data() + i);
    }
  }
  return !rows->truncated();
}

// As the still shows it: what is missing is filled in.
Expected<void> PngFrames::DrawDefault() {
  const auto source = MakePngSource(png_, stop_);
  const auto width = static_cast<std::size_t>(source->width());
  std::vector<std::uint8_t> row(width * kMaxPngPixelBytes);
  for (std::size_t y = 0; y < png_.shape.height; ++y) {
    WHITTLE_CHECK(source->Read({row.data(), row.size(), source->width(), 1, source->format()}));
    ToRgba(row.data(), source->format(), width, At({}, y));
  }
  return {};
}

Frame PngFrames::Shown(const FrameHead& head) const {
  const auto width = static_cast<int>(png_.shape.width);
  return {.canvas = {canvas_.data(), png_.shape.width * kPixel, width,
                     static_cast<int>(png_.shape.height), pixel::PixelFormat::kRgba8},
          .duration = head.duration};
}

Expected<std::optional<Frame>> PngFrames::Compose() {
  if (left_ == 0) return std::nullopt;
  if (stop_.stop_requested()) return Fail(ErrorKind::kCancelled);
  auto found = walk_.Next();
  if (!found) {
    truncated_ = truncated_ || walk_.broken() || !png_.ends;
    left_ = 0;
    return std::nullopt;
  }
  // Before the first frame there is nothing to go back to.
  if (!last_ && found->head.dispose == Dispose::kPrevious) {
    found->head.dispose = Dispose::kBackground;
  }
  DisposeLast();
  KeepUnder(found->head);
  WHITTLE_TRY(const bool drawn, Draw(*found));
  --left_;
  if (!drawn) {
    truncated_ = true;
    left_ = 0;
    if (last_) return std::nullopt;
    WHITTLE_CHECK(DrawDefault());
  }
  last_ = found->head;
  return Shown(found->head);
}

}  // namespace

// The canvas, what is to come back, a row in two formats, and the rows of the dearest frame there
// could be.
std::uint64_t PngFramesBytes(const PngFile& png) {
  const std::uint64_t canvas = std::uint64_t{png.shape.width} * png.shape.height * kPixel;
  const std::uint64_t row = png.shape.width * (kMaxPngPixelBytes + kPixel);
  return 2 * canvas + row + PngRowsBytes({png.bytes, png.shape, png.data}) + kMaxInflatedPng +
         png.bytes.size();
}

std::uint32_t CountPngFrames(const PngFile& png, const Limits& limits) {
  if (png.frames < 2) return 1;
  const std::uint64_t pixels = std::uint64_t{png.shape.width} * png.shape.height;
  const std::uint32_t most = std::min(png.frames, limits.max_frames);
  FrameWalk walk(png);
  std::uint32_t count = 0;
  while (count < most && walk.Next()) ++count;
  return count * pixels > limits.max_animation_pixels ? 1 : std::max(count, 1U);
}

bool PngLacksFrames(const PngFile& png) {
  if (png.frames < 2 || png.ends) return false;
  FrameWalk walk(png);
  walk.Next();
  return !walk.Next();
}

Expected<std::unique_ptr<FrameSource>> OpenPngFrames(ByteView file, const Limits& limits,
                                                     std::stop_token stop) {
  WHITTLE_TRY(const PngFile png, ParsePng(file, limits));
  if (PngFramesBytes(png) > limits.max_working_bytes) {
    return Fail(ErrorKind::kTooLarge, "decoder needs more than max_working_bytes");
  }
  return std::make_unique<PngFrames>(png, limits, std::move(stop));
}

}  // namespace whittle::codec
