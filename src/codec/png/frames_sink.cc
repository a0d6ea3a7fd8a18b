// Frames into an animated PNG (the PNG specification's third edition, 11.3.6).
//
// Nothing is ever disposed of: a frame draws the rectangle where it differs from what is shown.
// With alpha, what stays the same in there is left clear and the frame is laid over the picture,
// which compresses best; a pixel that is to be less than opaque can only replace, and then all of
// the rectangle does.
#include <algorithm>
#include <cstring>
#include <optional>
#include <utility>
#include <vector>

#include "codec/png/deflate.h"
#include "codec/png/image.h"
#include "codec/png/sink.h"
#include "codec/png/writer.h"

namespace whittle::codec {
namespace {

using pixel::ConstRowSpan;

// Where two canvases differ; `right` and `bottom` lie beyond it.
struct Box {
  int left = 0, top = 0, right = 0, bottom = 0;
  bool empty() const { return right == left; }
  int width() const { return right - left; }
  int height() const { return bottom - top; }
};

// Delays are fractions of 16 bits. Up to a minute they are exact.
struct Delay {
  std::uint16_t part, whole;
};
constexpr int kMostDuration = 655'350;  // milliseconds
Delay DelayOf(int milliseconds) {
  if (milliseconds <= 65'535) return {static_cast<std::uint16_t>(milliseconds), 1000};
  return {static_cast<std::uint16_t>(milliseconds / 10), 100};
}

class PngFrameSink final : public FrameSink {
 public:
  explicit PngFrameSink(const EncodeSpec& spec)
      : spec_(spec),
        bytes_(static_cast<std::size_t>(pixel::PixelBytes(spec.format))),
        stride_(static_cast<std::size_t>(spec.width) * bytes_),
        shown_(stride_ * static_cast<std::size_t>(spec.height)) {}
  Expected<void> Write(const Frame& frame) override;
  Expected<Bytes> Finish() override;

 private:
  Box Changed(ConstRowSpan canvas) const;
  bool CanLayOver(ConstRowSpan canvas, const Box& box) const;
  Expected<PngImage> Cut(ConstRowSpan canvas, const Box& box, bool over);
  Expected<void> Put(ConstRowSpan canvas, const Box& box);
  void PutHead();
  std::unexpected<Error> Broken(std::string_view why) {
    error_ = Error::Of(ErrorKind::kInternal, std::string(why));
    return std::unexpected(*error_);
  }

  // A frame whose data is in `body_` but not its head, since its duration may still grow.
  struct Waiting {
    Box box;
    bool over = false;
    int duration = 0;
    Bytes deflated;
  };

  const EncodeSpec spec_;
  const std::size_t bytes_;   // of a pixel
  const std::size_t stride_;  // of a canvas
  Bytes shown_;               // what a viewer sees
  std::vector<std::uint8_t> cut_;
  std::optional<Waiting> waiting_;
  Bytes body_;  // the frames so far
  std::uint32_t frames_ = 0;
  std::uint32_t sequence_ = 0;
  std::optional<Error> error_;
};

Expected<void> PngFrameSink::Write(const Frame& frame) {
  if (error_) return std::unexpected(*error_);
  const ConstRowSpan& canvas = frame.canvas;
  if (canvas.format != spec_.format || canvas.width != spec_.width || canvas.rows != spec_.height) {
    return Broken("a frame does not fit the animation");
  }
  const int duration = std::clamp(frame.duration, 0, kMostDuration);
  Box box{0, 0, canvas.width, canvas.rows};
  if (waiting_) {
    box = Changed(canvas);
    if (spec_.stop.stop_requested()) {
      error_ = Error::Of(ErrorKind::kCancelled, "amid an animation");
      return std::unexpected(*error_);
    }
    if (box.empty() && waiting_->duration + duration <= kMostDuration) {
      waiting_->duration += duration;
      return {};
    }
    if (box.empty()) box = {0, 0, 1, 1};  // a frame has at least a pixel
    PutHead();
  }
  if (auto put = Put(canvas, box); !put) {
    error_ = put.error();
    return put;
  }
  waiting_->duration = duration;
  for (int y = 0; y < canvas.rows; ++y) {
    std::memcpy(shown_.data() + static_cast<std::size_t>(y) * stride_, canvas.row(y), stride_);
  }
  return {};
}

Box PngFrameSink::Changed(ConstRowSpan canvas) const {
  Box box{canvas.width, canvas.rows, 0, 0};
  for (int y = 0; y < canvas.rows && !spec_.stop.stop_requested(); ++y) {
    const std::uint8_t* row = canvas.row(y);
    const std::uint8_t* was = shown_.data() + static_cast<std::size_t>(y) * stride_;
    const auto first = std::mismatch(row, row + stride_, was).first;
    if (first == row + stride_) continue;
    std::size_t end = stride_;
    while (row[end - 1] == was[end - 1]) --end;
    box.left = std::min(box.left, static_cast<int>(static_cast<std::size_t>(first - row) / bytes_));
    box.right = std::max(box.right, static_cast<int>((end - 1) / bytes_) + 1);
    box.top = std::min(box.top, y);
    box.bottom = y + 1;
  }
  return box.right == 0 ? Box{} : box;
}

bool PngFrameSink::CanLayOver(ConstRowSpan canvas, const Box& box) const {
  if (!pixel::HasAlpha(spec_.format) || frames_ == 0) return false;
  for (int y = box.top; y < box.bottom; ++y) {
    if (spec_.stop.stop_requested()) return false;
    const std::uint8_t* row = canvas.row(y);
    const std::uint8_t* was = shown_.data() + static_cast<std::size_t>(y) * stride_;
    for (auto x = static_cast<std::size_t>(box.left); x < static_cast<std::size_t>(box.right);
         ++x) {
      const std::size_t at = x * bytes_;
      if (row[at + bytes_ - 1] != 255 && std::memcmp(row + at, was + at, bytes_) != 0) return false;
    }
  }
  return true;
}

Expected<PngImage> PngFrameSink::Cut(ConstRowSpan canvas, const Box& box, bool over) {
  const std::size_t row_bytes = static_cast<std::size_t>(box.width()) * bytes_;
  const std::size_t skipped = static_cast<std::size_t>(box.left) * bytes_;
  cut_.resize(row_bytes * static_cast<std::size_t>(box.height()));
  for (int y = 0; y < box.height(); ++y) {
    if (spec_.stop.stop_requested()) return Fail(ErrorKind::kCancelled);
    const std::uint8_t* row = canvas.row(box.top + y) + skipped;
    const std::uint8_t* was =
        shown_.data() + static_cast<std::size_t>(box.top + y) * stride_ + skipped;
    std::uint8_t* to = cut_.data() + static_cast<std::size_t>(y) * row_bytes;
    std::memcpy(to, row, row_bytes);
    for (std::size_t i = 0; over && i < row_bytes; i += bytes_) {
      if (std::memcmp(row + i, was + i, bytes_) == 0) std::memset(to + i, 0, bytes_);
    }
  }
  return PlainPng({cut_.data(), row_bytes, box.width(), box.height(), spec_.format}, spec_.stop);
}

// Compresses a frame, which then waits for its duration.
Expected<void> PngFrameSink::Put(ConstRowSpan canvas, const Box& box) {
  const bool over = CanLayOver(canvas, box);
  WHITTLE_TRY(PngImage image, Cut(canvas, box, over));
  const PngRecipe& recipe = PngRecipeFor(spec_);
  WHITTLE_CHECK(FilterPng(image, recipe.filters, spec_.stop));
  WHITTLE_TRY(Bytes deflated, DeflatedPng(image.rows.view(), recipe.level, spec_.stop));
  waiting_ = Waiting{.box = box, .over = over, .duration = 0, .deflated = std::move(deflated)};
  return {};
}

// fcTL, and IDAT for the first frame or fdAT.
void PngFrameSink::PutHead() {
  const Waiting& frame = *waiting_;
  const Delay delay = DelayOf(frame.duration);
  Bytes head;
  AppendPng32(head, sequence_++);
  for (const int value : {frame.box.width(), frame.box.height(), frame.box.left, frame.box.top}) {
    AppendPng32(head, static_cast<std::uint32_t>(value));
  }
  AppendPng32(head, std::uint32_t{delay.part} << 16 | delay.whole);
  const std::uint8_t ways[] = {0, static_cast<std::uint8_t>(frame.over ? 1 : 0)};
  head.Append(ways);
  AppendPngChunk(body_, PngName("fcTL"), head.view());
  if (frames_++ == 0) {
    AppendPngChunk(body_, PngName("IDAT"), frame.deflated.view());
  } else {
    Bytes data;
    data.Reserve(frame.deflated.size() + 4);
    AppendPng32(data, sequence_++);
    data.Append(frame.deflated.view());
    AppendPngChunk(body_, PngName("fdAT"), data.view());
  }
  waiting_.reset();
}

Expected<Bytes> PngFrameSink::Finish() {
  if (error_) return std::unexpected(*error_);
  if (!waiting_) return Broken("an animation without frames");
  PutHead();
  error_ = Error::Of(ErrorKind::kInternal, "the animation was finished before");
  const ConstRowSpan shape{shown_.data(), stride_, spec_.width, spec_.height, spec_.format};
  WHITTLE_TRY(PngImage image, PlainPng(shape.Slice(0, 1), {}));
  image.shape.height = static_cast<std::uint32_t>(spec_.height);
  Bytes file;
  AppendPngHead(file, image, spec_);
  Bytes control;
  AppendPng32(control, frames_);
  AppendPng32(control, static_cast<std::uint32_t>(std::max(spec_.loops, 0)));
  AppendPngChunk(file, PngName("acTL"), control.view());
  file.Append(body_.view());
  AppendPngChunk(file, PngName("IEND"), {});
  return file;
}

}  // namespace

Expected<std::unique_ptr<FrameSink>> CreatePngFrames(const EncodeSpec& spec) {
  if (pixel::IsWide(spec.format) || spec.format == pixel::PixelFormat::kCmyk8) {
    return Fail(ErrorKind::kInternal, "animations are written in 8 bits, grey or RGB");
  }
  // As for stills; the sequence numbers and offsets of the format have 31 bits.
  constexpr int kMaxSide = 1'000'000;
  if (spec.width < 1 || spec.height < 1 || std::max(spec.width, spec.height) > kMaxSide) {
    return Fail(ErrorKind::kBadRequest, "a size that PNG is not written in");
  }
  return std::make_unique<PngFrameSink>(spec);
}

}  // namespace whittle::codec
