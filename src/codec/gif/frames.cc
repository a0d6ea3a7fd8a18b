// The frames of a GIF, each composed with what those before it left on the canvas.
//
// The canvas begins transparent, and what is disposed of to the background becomes transparent, as
// in all browsers; the background colour that the file names is shown by none. Of a file that ends
// too early whole frames are given, and of one that ends in its first frame what source.cc
// gives.
#include <algorithm>
#include <array>
#include <cstring>
#include <optional>
#include <utility>
#include <vector>

#include "codec/gif/lines.h"
#include "codec/gif/source.h"

namespace whittle::codec {
namespace {

constexpr std::size_t kPixel = 4;  // bytes

class GifFrames final : public FrameSource {
 public:
  GifFrames(GifLayout layout, std::unique_ptr<GifLines> lines, std::stop_token stop)
      : layout_(std::move(layout)),
        lines_(std::move(lines)),
        stop_(std::move(stop)),
        stride_(static_cast<std::size_t>(layout_.width) * kPixel),
        canvas_(stride_ * static_cast<std::size_t>(layout_.height)) {}

  Expected<std::optional<Frame>> Next() override;
  bool truncated() const override { return layout_.cut || incomplete_; }

 private:
  std::uint8_t* Row(int y) { return canvas_.data() + static_cast<std::size_t>(y) * stride_; }
  // Part of a frame that lies on the canvas.
  struct Shown {
    std::size_t left_bytes, row_bytes;
    int top, bottom;
  };
  Shown ShownOf(const GifFrame& frame) const;
  void Dispose(const GifFrame& frame);
  void Keep(const GifFrame& frame);
  Expected<void> Show(const GifFrame& frame);
  Expected<int> Draw(const GifFrame& frame);
  Expected<void> FillIn(const GifFrame& frame, int lines);

  const GifLayout layout_;
  std::unique_ptr<GifLines> lines_;
  std::stop_token stop_;
  const std::size_t stride_;
  std::vector<std::uint8_t> canvas_;  // kRgba8
  std::vector<std::uint8_t> kept_;    // what lay under the frame that is to be taken away again
  std::size_t next_ = 0;
  bool incomplete_ = false;
  std::optional<Error> error_;
};

GifFrames::Shown GifFrames::ShownOf(const GifFrame& frame) const {
  const int left = std::min(frame.left, layout_.width);
  const int right = std::min(frame.left + frame.width, layout_.width);
  return {static_cast<std::size_t>(left) * kPixel, static_cast<std::size_t>(right - left) * kPixel,
          std::min(frame.top, layout_.height), std::min(frame.top + frame.height, layout_.height)};
}

void GifFrames::Keep(const GifFrame& frame) {
  const Shown shown = ShownOf(frame);
  if (shown.row_bytes == 0) return;  // beside the canvas
  kept_.resize(shown.row_bytes * static_cast<std::size_t>(shown.bottom - shown.top));
  std::uint8_t* to = kept_.data();
  for (int y = shown.top; y < shown.bottom; ++y, to += shown.row_bytes) {
    std::memcpy(to, Row(y) + shown.left_bytes, shown.row_bytes);
  }
}

void GifFrames::Dispose(const GifFrame& frame) {
  if (frame.disposal == GifDisposal::kNone) return;
  const Shown shown = ShownOf(frame);
  if (shown.row_bytes == 0) return;
  const std::uint8_t* from = kept_.data();
  for (int y = shown.top; y < shown.bottom; ++y) {
    if (frame.disposal == GifDisposal::kBackground) {
      std::memset(Row(y) + shown.left_bytes, 0, shown.row_bytes);
    } else {
      std::memcpy(Row(y) + shown.left_bytes, from, shown.row_bytes);
      from += shown.row_bytes;
    }
  }
}

// Returns how many lines of the frame the file has.
Expected<int> GifFrames::Draw(const GifFrame& frame) {
  const Shown shown = ShownOf(frame);
  const GifColours colours = ColoursOf(frame);
  WHITTLE_CHECK(lines_->Begin(frame));
  for (int n = 0; n < frame.height; ++n) {
    if (stop_.stop_requested()) return Fail(ErrorKind::kCancelled);
    WHITTLE_TRY(const auto line, lines_->Next());
    if (line.empty()) return n;
    const int y = frame.top + (frame.interlaced ? GifInterlacedRow(n, frame.height) : n);
    if (y >= shown.bottom) continue;
    std::uint8_t* to = Row(y) + shown.left_bytes;
    for (std::size_t x = 0; x < shown.row_bytes / kPixel; ++x, to += kPixel) {
      const auto& colour = colours[line[x]];
      if (colour[3] != 0) std::memcpy(to, colour.data(), kPixel);
    }
  }
  return frame.height;
}

// The rows that are missing of the first frame, which lies on the canvas.
Expected<void> GifFrames::FillIn(const GifFrame& frame, int lines) {
  if (lines == 0) return Fail(ErrorKind::kUndecodable, "nothing of the first frame is there");
  const Shown shown = ShownOf(frame);
  const std::array<std::uint8_t, 4> mean = GifMeanOf(lines_->last(), ColoursOf(frame));
  const int rows = GifRowsShown(frame, lines);
  for (int y = 1; y < frame.height; ++y) {
    if (stop_.stop_requested()) return Fail(ErrorKind::kCancelled);
    if (GifHasRow(frame, y, lines)) continue;
    std::uint8_t* to = Row(frame.top + y) + shown.left_bytes;
    if (y < rows) {
      std::memcpy(to, to - stride_, shown.row_bytes);
      continue;
    }
    for (std::size_t x = 0; x < shown.row_bytes; x += kPixel) {
      std::memcpy(to + x, mean.data(), kPixel);
    }
  }
  return {};
}

Expected<void> GifFrames::Show(const GifFrame& frame) {
  WHITTLE_TRY(const int lines, Draw(frame));
  if (lines == frame.height) return {};
  if (next_ > 0) return Fail(ErrorKind::kUndecodable, "lines of a frame are missing");
  incomplete_ = true;
  return FillIn(frame, lines);
}

Expected<std::optional<Frame>> GifFrames::Next() {
  if (error_) return std::unexpected(*error_);
  if (next_ == layout_.frames.size()) return std::nullopt;
  if (next_ > 0) Dispose(layout_.frames[next_ - 1]);
  const GifFrame& frame = layout_.frames[next_];
  if (frame.disposal == GifDisposal::kPrevious) Keep(frame);
  if (auto shown = Show(frame); !shown) {
    if (shown.error().kind == ErrorKind::kUndecodable && next_ > 0) {
      incomplete_ = true;
      next_ = layout_.frames.size();
      return std::nullopt;
    }
    error_ = std::move(shown).error();
    return std::unexpected(*error_);
  }
  ++next_;
  return Frame{{canvas_.data(), stride_, layout_.width, layout_.height, pixel::PixelFormat::kRgba8},
               frame.duration};
}

}  // namespace

Expected<std::unique_ptr<FrameSource>> OpenGifFrames(ByteView file, const Limits& limits,
                                                     std::stop_token stop) {
  WHITTLE_TRY(GifPlan plan, PlanGif(file, limits));
  // Which the plan leaves out for an animation that is to become its first frame.
  if (GifCanvasBytes(plan.layout) > limits.max_working_bytes) {
    return Fail(ErrorKind::kTooLarge, "canvases need more than max_working_bytes");
  }
  WHITTLE_TRY(auto lines, GifLines::Open(file));
  return std::make_unique<GifFrames>(std::move(plan.layout), std::move(lines), std::move(stop));
}

}  // namespace whittle::codec
