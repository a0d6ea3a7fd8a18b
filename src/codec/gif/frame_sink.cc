// Animations: each frame is written as the difference to what the viewer already sees.
//
// A pixel cannot be drawn transparent, only be cleared by the frame before it when that one leaves.
// So a frame is written when the next is known: where that one has fewer pixels, this frame clears
// a rectangle that holds them all, and the next draws anew what else was there.
#include <algorithm>
#include <limits>
#include <optional>
#include <utility>
#include <vector>

#include "codec/gif/canvas.h"
#include "codec/gif/sink.h"
#include "codec/gif/writer.h"

namespace whittle::codec {
namespace {

using Canvas = std::vector<GifPixel>;

struct Box {
  int left = std::numeric_limits<int>::max(), top = std::numeric_limits<int>::max();
  int right = 0, bottom = 0;  // beyond the last

  bool empty() const { return right == 0; }
  void Add(int x, int y) {
    left = std::min(left, x);
    top = std::min(top, y);
    right = std::max(right, x + 1);
    bottom = std::max(bottom, y + 1);
  }
};

class GifFrameSink final : public FrameSink {
 public:
  explicit GifFrameSink(const EncodeSpec& spec)
      : width_(spec.width),
        height_(spec.height),
        format_(spec.format),
        colours_(spec.colours.value_or(256)),
        work_{GifSpeedFor(spec), spec.stop},
        loops_(spec.loops),
        shown_(static_cast<std::size_t>(width_) * static_cast<std::size_t>(height_)) {}

  Expected<void> Write(const Frame& frame) override;
  Expected<Bytes> Finish() override;

 private:
  template <class Test>
  void AddWhere(Box& box, const Test& test) const {
    std::size_t i = 0;
    for (int y = 0; y < height_ && !work_.stop.stop_requested(); ++y) {
      for (int x = 0; x < width_; ++x, ++i) {
        if (test(i)) box.Add(x, y);
      }
    }
  }
  Expected<void> Put(const Canvas* next);
  Canvas Cut(const Box& box, bool redraw) const;
  Expected<void> Draw(const Canvas& pixels, GifDrawing& drawing);
  std::unexpected<Error> Failed(Error error) {
    error_ = std::move(error);
    return std::unexpected(*error_);
  }

  // Below so few colours, none is given up for what stays the same.
  static constexpr int kFewColours = 16;
  // A palette serves another frame when it does so not much worse than the one it was made for.
  static constexpr double kAsGood = 1.15;
  static constexpr int kMostDuration = 655'350;  // milliseconds

  const int width_, height_;
  const pixel::PixelFormat format_;
  const int colours_;
  const GifWork work_;
  const int loops_;
  Canvas shown_;    // what the viewer sees before the frame that waits; begins with nothing
  Canvas waiting_;  // a frame, empty before the first
  int duration_ = 0;
  GifPalette palette_;  // of the whole file: the first frame's
  std::unique_ptr<GifWriter> writer_;
  std::optional<Error> error_;
};

Expected<void> GifFrameSink::Write(const Frame& frame) {
  if (error_) return std::unexpected(*error_);
  if (frame.canvas.format != format_ || frame.canvas.width != width_ ||
      frame.canvas.rows != height_) {
    return Failed(Error::Of(ErrorKind::kInternal, "a frame of another shape"));
  }
  Canvas next;
  next.reserve(shown_.size());
  for (int y = 0; y < height_; ++y) {
    if (work_.stop.stop_requested()) {
      return Failed(Error::Of(ErrorKind::kCancelled, "amid an animation"));
    }
    AppendGifPixels(frame.canvas.Slice(y, 1), next);
  }
  const int duration = std::clamp(frame.duration, 0, kMostDuration);
  if (next == waiting_ && duration_ + duration <= kMostDuration) {
    duration_ += duration;
    return {};
  }
  if (!waiting_.empty()) {
    if (auto put = Put(&next); !put) return Failed(std::move(put).error());
  }
  waiting_ = std::move(next);
  duration_ = duration;
  return {};
}

// The pixels of `box`: what is to be drawn, and nothing where the viewer sees it already, unless
// all is to be drawn again. Some of them once a stop is requested, which Draw refuses.
Canvas GifFrameSink::Cut(const Box& box, bool redraw) const {
  Canvas cut;
  for (int y = box.top; y < box.bottom && !work_.stop.stop_requested(); ++y) {
    for (int x = box.left; x < box.right; ++x) {
      const auto i = static_cast<std::size_t>(y) * static_cast<std::size_t>(width_) +
                     static_cast<std::size_t>(x);
      cut.push_back(!redraw && waiting_[i] == shown_[i] ? GifPixel{} : waiting_[i]);
    }
  }
  return cut;
}

// Writes the frame that waits; `next` is the one after it, null after the last.
Expected<void> GifFrameSink::Put(const Canvas* next) {
  Box box;
  AddWhere(box, [&](std::size_t i) { return waiting_[i] != shown_[i]; });
  Box cleared;
  if (next != nullptr) {
    AddWhere(cleared, [&](std::size_t i) { return waiting_[i][3] != 0 && (*next)[i][3] == 0; });
  }
  const bool clears = !cleared.empty();
  if (clears) {
    box.Add(cleared.left, cleared.top);
    box.Add(cleared.right - 1, cleared.bottom - 1);
  }
  if (box.empty()) box.Add(0, 0);
  if (writer_ == nullptr) {  // viewers take the first frame for the whole
    box.Add(0, 0);
    box.Add(width_ - 1, height_ - 1);
  }
  GifDrawing drawing{.left = box.left,
                     .top = box.top,
                     .width = box.right - box.left,
                     .height = box.bottom - box.top,
                     .disposal = clears ? GifDisposal::kBackground : GifDisposal::kNone,
                     .duration = duration_};
  WHITTLE_CHECK(Draw(Cut(box, colours_ < kFewColours), drawing));
  shown_ = waiting_;
  if (!clears) return {};
  for (int y = box.top; y < box.bottom; ++y) {
    const auto row = shown_.begin() + static_cast<std::ptrdiff_t>(y) * width_;
    std::fill(row + box.left, row + box.right, GifPixel{});
  }
  return {};
}

Expected<void> GifFrameSink::Draw(const Canvas& pixels, GifDrawing& drawing) {
  if (work_.stop.stop_requested()) return Fail(ErrorKind::kCancelled, "amid an animation");
  const GifArea area{drawing.width, drawing.height, pixels};
  const bool holes = std::ranges::any_of(pixels, [](const GifPixel& p) { return p[3] == 0; });
  const bool first = writer_ == nullptr;
  // A place is left in the first frame's palette, since later ones may need it.
  const int most = colours_ - (holes || (first && colours_ >= kFewColours) ? 1 : 0);
  GifPalette palette;
  const bool has_room = !holes || palette_.colours.size() < 256;
  bool has_all = !first && has_room;
  if (has_all) {
    WHITTLE_TRY(has_all, GifPaletteHasAll(palette_, area, work_.stop));
  }
  if (has_all || (!first && has_room && !palette_.exact &&
                  GifPaletteError(palette_, area) <= kAsGood * palette_.error)) {
    palette = palette_;
    palette.exact = has_all;
  } else {
    WHITTLE_TRY(palette, MakeGifPalette(area, std::max(most, 1), work_));
    if (!first) drawing.palette = &palette;
  }
  if (holes) drawing.transparent = GifNothing(palette);
  WHITTLE_TRY(drawing.indices,
              DrawWithGifPalette(palette, area, work_,
                                 static_cast<std::uint8_t>(std::max(drawing.transparent, 0))));
  if (first) {
    palette_ = palette;
    WHITTLE_TRY(writer_, GifWriter::Begin(width_, height_, palette_, loops_));
  }
  return writer_->Write(drawing, work_.stop);
}

Expected<Bytes> GifFrameSink::Finish() {
  if (error_) return std::unexpected(*error_);
  error_ = Error::Of(ErrorKind::kInternal, "finished twice");
  if (waiting_.empty()) return Fail(ErrorKind::kInternal, "no frame");
  WHITTLE_CHECK(Put(nullptr));
  return writer_->Finish();
}

}  // namespace

Expected<std::unique_ptr<FrameSink>> CreateGifFrames(const EncodeSpec& spec) {
  WHITTLE_CHECK(CheckGifSpec(spec));
  if (spec.loops < 0) return Fail(ErrorKind::kBadRequest, "loops");
  return std::make_unique<GifFrameSink>(spec);
}

}  // namespace whittle::codec
