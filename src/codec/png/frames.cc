#include "codec/png/frames.h"

#include <algorithm>
#include <cstring>
#include <optional>
#include <utility>
#include <vector>

#include "codec/png/frame_walk.h"
#include "codec/png/rows.h"
#include "codec/png/source.h"
#include "codec/png/unfilter.h"
#include "codec/png/unpack.h"

namespace whittle::codec {
namespace {

constexpr std::size_t kPixel = 4;

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
  std::uint8_t* At(const PngFrameHead& head, std::size_t y) {
    return canvas_.data() + ((head.y + y) * png_.shape.width + head.x) * kPixel;
  }
  Expected<std::optional<Frame>> Compose();
  void DisposeLast();
  void KeepUnder(const PngFrameHead& head);
  Expected<bool> Draw(const PngFrame& frame);
  Expected<void> DrawDefault();
  Frame Shown(const PngFrameHead& head) const;

  PngFile png_;
  std::uint32_t left_;
  PngFrameWalk walk_;
  PngUnpacker unpacker_;
  std::stop_token stop_;
  Bytes canvas_;
  Bytes under_;  // what the last frame covered, where it is to come back
  std::optional<PngFrameHead> last_;
  bool truncated_ = false;
  std::optional<Error> error_;
};

void PngFrames::DisposeLast() {
  if (!last_ || last_->dispose == PngDispose::kNone) return;
  const std::size_t bytes = last_->width * kPixel;
  for (std::size_t y = 0; y < last_->height; ++y) {
    if (last_->dispose == PngDispose::kBackground) {
      std::memset(At(*last_, y), 0, bytes);
    } else {
      std::memcpy(At(*last_, y), under_.data() + y * bytes, bytes);
    }
  }
}

void PngFrames::KeepUnder(const PngFrameHead& head) {
  if (head.dispose != PngDispose::kPrevious) return;
  const std::size_t bytes = head.width * kPixel;
  under_.Resize(bytes * head.height);
  for (std::size_t y = 0; y < head.height; ++y) {
    std::memcpy(under_.data() + y * bytes, At(head, y), bytes);
  }
}

// False, and the canvas of no use any more, where it is not all there or damaged.
Expected<bool> PngFrames::Draw(const PngFrame& frame) {
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
    if (frame.head.blend == PngBlend::kSource) {
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

Frame PngFrames::Shown(const PngFrameHead& head) const {
  const auto width = static_cast<int>(png_.shape.width);
  return {.canvas = {canvas_.data(), png_.shape.width * kPixel, width,
                     static_cast<int>(png_.shape.height), pixel::PixelFormat::kRgba8},
          .duration = head.duration};
}

Expected<std::optional<Frame>> PngFrames::Compose() {
  if (left_ == 0) return std::nullopt;
  auto found = walk_.Next();
  if (!found) {
    truncated_ = truncated_ || walk_.broken() || !png_.ends;
    left_ = 0;
    return std::nullopt;
  }
  // Before the first frame there is nothing to go back to.
  if (!last_ && found->head.dispose == PngDispose::kPrevious) {
    found->head.dispose = PngDispose::kBackground;
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
  return 2 * canvas + row + PngRowsBytesAtMost(png.shape, png.bytes.size());
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
