// The first frame of a GIF, on the transparent canvas that comes before it, which holds all of it.
//
// Where the file ends too early or is damaged, lines before that are shown and the rest of the
// frame is filled in: the rows of an interlaced frame's later passes with the row above, all others
// with the mean of the last line.
#include "codec/gif/source.h"

#include <algorithm>
#include <cassert>
#include <cstring>
#include <optional>
#include <utility>
#include <vector>

#include "codec/gif/lines.h"
#include "codec/metadata/icc.h"

namespace whittle::codec {
namespace {

pixel::PixelFormat FormatOf(const GifLayout& layout) {
  return layout.alpha ? pixel::PixelFormat::kRgba8 : pixel::PixelFormat::kRgb8;
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
  // A file that ends behind its first frame, but amid another, is no still.
  bool truncated() const override { return ended_ || (layout_.cut && layout_.frames.size() == 1); }

 private:
  Expected<void> ReadRow(std::uint8_t* row);
  Expected<std::span<const std::uint8_t>> Indices(int y);
  Expected<bool> NextLine(int n);
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
  bool ended_ = false;                 // there are no more lines
  int shown_ = 0;                      // rows of the frame that have indices, once it has ended
  std::array<std::uint8_t, 4> mean_{};
  int next_row_ = 0;
  std::optional<Error> error_;
};

// False where the file does not have line `n`.
Expected<bool> GifSource::NextLine(int n) {
  if (ended_) return false;
  WHITTLE_TRY(const auto line, lines_->Next());
  if (!line.empty()) return true;
  if (n == 0) return Fail(ErrorKind::kUndecodable, "nothing of the first frame is there");
  ended_ = true;
  shown_ = GifRowsShown(frame_, n);
  mean_ = GifMeanOf(lines_->last(), colours_);
  return false;
}

// The rows of an interlaced frame come in four passes, so the last of them is needed for the second
// row.
Expected<void> GifSource::Deinterlace() {
  const auto width = static_cast<std::size_t>(frame_.width);
  indices_.resize(width * static_cast<std::size_t>(frame_.height));
  const auto row = [&](int y) { return indices_.data() + static_cast<std::size_t>(y) * width; };
  int n = 0;
  for (; n < frame_.height; ++n) {
    WHITTLE_CHECK(CheckStop());
    WHITTLE_TRY(const bool there, NextLine(n));
    if (!there) break;
    std::memcpy(row(GifInterlacedRow(n, frame_.height)), lines_->last().data(), width);
  }
  for (int y = 1; y < shown_; ++y) {
    WHITTLE_CHECK(CheckStop());
    if (!GifHasRow(frame_, y, n)) std::memcpy(row(y), row(y - 1), width);
  }
  return {};
}

// Of row `y` of the frame; empty where there are none.
Expected<std::span<const std::uint8_t>> GifSource::Indices(int y) {
  if (!frame_.interlaced) {
    WHITTLE_TRY(const bool there, NextLine(y));
    return there ? lines_->last() : std::span<const std::uint8_t>();
  }
  if (y == 0) WHITTLE_CHECK(Deinterlace());
  if (ended_ && y >= shown_) return std::span<const std::uint8_t>();
  const auto width = static_cast<std::size_t>(frame_.width);
  return std::span<const std::uint8_t>(indices_).subspan(static_cast<std::size_t>(y) * width,
                                                         width);
}

Expected<void> GifSource::ReadRow(std::uint8_t* row) {
  const auto bytes = static_cast<std::size_t>(pixel::PixelBytes(format()));
  const bool covered = layout_.Covers(frame_);
  if (!covered) std::memset(row, 0, bytes * static_cast<std::size_t>(layout_.width));
  const int y = next_row_ - frame_.top;
  if (y < 0 || y >= frame_.height) return {};
  if (y == 0) WHITTLE_CHECK(lines_->Begin(frame_));
  WHITTLE_TRY(const auto indices, Indices(y));
  const auto width = static_cast<std::size_t>(frame_.width);
  std::uint8_t* to = row + static_cast<std::size_t>(frame_.left) * bytes;
  for (std::size_t x = 0; x < width; ++x) {
    const auto& colour = indices.empty() ? mean_ : colours_[indices[x]];
    std::memcpy(to + x * bytes, colour.data(), bytes);
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
