// The first frame of a GIF, on the transparent canvas that comes before it.
#include "codec/gif_source.h"

#include <algorithm>
#include <cassert>
#include <cstring>
#include <optional>
#include <utility>
#include <vector>

#include "codec/gif_lines.h"
#include "codec/icc.h"

namespace whittle::codec {
namespace {

pixel::PixelFormat FormatOf(const GifLayout& layout) {
  return layout.alpha ? pixel::PixelFormat::kRgba8 : pixel::PixelFormat::kRgb8;
}

// Columns of the canvas that a frame reaches; rows likewise.
int ShownWidth(const GifLayout& layout, const GifFrame& frame) {
  return std::clamp(layout.width - frame.left, 0, frame.width);
}
int ShownHeight(const GifLayout& layout, const GifFrame& frame) {
  return std::clamp(layout.height - frame.top, 0, frame.height);
}

class GifSource final : public RowSource {
 public:
  GifSource(GifLayout layout, std::unique_ptr<GifLines> lines, std::stop_token stop)
      : layout_(std::move(layout)),
        frame_(layout_.frames.front()),
        lines_(std::move(lines)),
        stop_(std::move(stop)),
        colours_(ColoursOf(frame_)) {}

  int width() const override { return layout_.width; }
  int height() const override { return layout_.height; }
  pixel::PixelFormat format() const override { return FormatOf(layout_); }
  Expected<int> Read(pixel::RowSpan batch) override;

 private:
  Expected<void> ReadRow(std::uint8_t* row);
  Expected<std::span<const std::uint8_t>> NextIndices();
  Expected<void> Deinterlace();
  Expected<void> CheckStop() const {
    if (stop_.stop_requested()) return Fail(ErrorKind::kCancelled);
    return {};
  }

  const GifLayout layout_;
  const GifFrame& frame_;
  std::unique_ptr<GifLines> lines_;
  std::stop_token stop_;
  const GifColours colours_;
  std::vector<std::uint8_t> indices_;  // of the whole frame where it is interlaced, as shown
  int next_row_ = 0;
  std::optional<Error> error_;
};

// The rows of an interlaced frame come in four passes, so the last of them is needed for the second
// row.
Expected<void> GifSource::Deinterlace() {
  const auto width = static_cast<std::size_t>(ShownWidth(layout_, frame_));
  const int height = ShownHeight(layout_, frame_);
  indices_.resize(width * static_cast<std::size_t>(height));
  for (int n = 0; n < frame_.height; ++n) {
    WHITTLE_CHECK(CheckStop());
    WHITTLE_TRY(const auto line, lines_->Next());
    const int y = GifInterlacedRow(n, frame_.height);
    if (y >= height) continue;
    std::memcpy(indices_.data() + static_cast<std::size_t>(y) * width, line.data(), width);
  }
  return {};
}

Expected<std::span<const std::uint8_t>> GifSource::NextIndices() {
  if (!frame_.interlaced) return lines_->Next();
  if (indices_.empty()) WHITTLE_CHECK(Deinterlace());
  const auto width = static_cast<std::size_t>(ShownWidth(layout_, frame_));
  const auto y = static_cast<std::size_t>(next_row_ - frame_.top);
  return std::span<const std::uint8_t>(indices_).subspan(y * width, width);
}

Expected<void> GifSource::ReadRow(std::uint8_t* row) {
  const auto bytes = static_cast<std::size_t>(pixel::PixelBytes(format()));
  const bool covered = layout_.Covers(frame_);
  if (!covered) std::memset(row, 0, bytes * static_cast<std::size_t>(layout_.width));
  if (next_row_ < frame_.top || next_row_ >= frame_.top + frame_.height) return {};
  if (next_row_ == frame_.top) WHITTLE_CHECK(lines_->Begin(frame_));
  WHITTLE_TRY(const auto indices, NextIndices());
  const auto width = static_cast<std::size_t>(ShownWidth(layout_, frame_));
  std::uint8_t* to = row + static_cast<std::size_t>(frame_.left) * bytes;
  for (std::size_t x = 0; x < width; ++x) {
    std::memcpy(to + x * bytes, colours_[indices[x]].data(), bytes);
  }
  return {};
}

Expected<int> GifSource::Read(pixel::RowSpan batch) {
  assert(batch.width == width() && batch.format == format());
  if (error_) return std::unexpected(*error_);
  const int count = std::min(batch.rows, height() - next_row_);
  for (int y = 0; y < count; ++y) {
    auto read = CheckStop();
    if (read) read = ReadRow(batch.row(y));
    if (!read) {
      error_ = std::move(read).error();
      return std::unexpected(*error_);
    }
    ++next_row_;
  }
  return std::max(count, 0);
}

std::uint64_t PixelsOf(const GifLayout& layout) {
  return static_cast<std::uint64_t>(layout.width) * static_cast<std::uint64_t>(layout.height);
}

}  // namespace

std::uint64_t GifCanvasBytes(const GifLayout& layout) {
  const bool restored = std::ranges::any_of(
      layout.frames, [](const GifFrame& f) { return f.disposal == GifDisposal::kPrevious; });
  return PixelsOf(layout) * 4 * (restored ? 2 : 1);
}

Expected<GifPlan> PlanGif(ByteView file, const Limits& limits) {
  GifPlan plan;
  WHITTLE_TRY(plan.layout, ReadGifLayout(file, limits));
  const GifLayout& layout = plan.layout;
  const std::size_t frames = layout.frames.size();
  plan.decode_bytes =
      GifLines::MemoryFor(frames, std::ranges::max(layout.frames, {}, &GifFrame::width).width);
  std::uint64_t pixels = layout.frames.front().interlaced ? PixelsOf(layout) : 0;
  if (frames > 1 && PixelsOf(layout) <= limits.max_animation_pixels / frames) {
    pixels = std::max(pixels, GifCanvasBytes(layout));
  }
  plan.decode_bytes += pixels;
  if (plan.decode_bytes > limits.max_working_bytes) {
    return Fail(ErrorKind::kTooLarge, "decoder needs more than max_working_bytes");
  }
  return plan;
}

Expected<Header> ProbeGif(ByteView file, const Limits& limits) {
  WHITTLE_TRY(const GifPlan plan, PlanGif(file, limits));
  const GifLayout& layout = plan.layout;
  Header header;
  header.format = FormatOf(layout);
  header.info.format = "gif";
  header.info.width = static_cast<std::uint32_t>(layout.width);
  header.info.height = static_cast<std::uint32_t>(layout.height);
  header.info.channels = 3;
  header.info.alpha = layout.alpha;
  header.info.progressive = layout.frames.front().interlaced;
  header.info.colours = static_cast<std::uint32_t>(layout.frames.front().palette.size() / 3);
  header.info.frames = static_cast<std::uint32_t>(layout.frames.size());
  if (Bytes icc = JoinSubBlocks(layout.icc, limits.max_icc_bytes); IccSuits(icc.view(), 3)) {
    header.icc = std::move(icc);
  }
  header.info.icc_bytes = static_cast<std::uint32_t>(header.icc.size());
  header.decode_bytes = plan.decode_bytes;
  if (header.info.frames > 1) header.loops = layout.loops;
  return header;
}

Metadata MetadataOfGif(ByteView file, const Limits& limits) {
  Metadata metadata;
  const auto layout = ReadGifLayout(file, limits);
  if (layout && layout->xmp.size() <= limits.max_icc_bytes) {
    metadata.xmp = Bytes::CopyOf(layout->xmp);
  }
  return metadata;
}

Expected<std::unique_ptr<RowSource>> OpenGif(ByteView file, const Limits& limits,
                                             std::stop_token stop) {
  WHITTLE_TRY(GifPlan plan, PlanGif(file, limits));
  WHITTLE_TRY(auto lines, GifLines::Open(file));
  return std::make_unique<GifSource>(std::move(plan.layout), std::move(lines), std::move(stop));
}

}  // namespace whittle::codec
