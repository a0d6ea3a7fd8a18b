// Rows of RGB or RGBA: of a still as libwebp decodes it, of an animation from its first canvas.
#include <algorithm>
#include <cassert>
#include <cstring>
#include <optional>
#include <utility>

#include "codec/webp/decoder.h"
#include "codec/webp/source.h"
#include "pixel/aligned.h"

namespace whittle::codec {
namespace {

void CopyRows(pixel::ConstRowSpan from, pixel::RowSpan to) {
  for (int y = 0; y < from.rows; ++y) std::memcpy(to.row(y), from.row(y), from.row_bytes());
}

class StillSource final : public RowSource {
 public:
  StillSource(Container container, std::stop_token stop);
  int width() const override { return picture_.width; }
  int height() const override { return picture_.rows; }
  pixel::PixelFormat format() const override { return picture_.format; }
  Expected<int> Read(pixel::RowSpan batch) override;
  bool truncated() const override { return decoder_.truncated(); }

 private:
  pixel::AlignedBuffer<std::uint8_t> samples_;
  pixel::RowSpan picture_;  // all of it
  WebpDecoder decoder_;     // writes there
  int next_row_ = 0;
};

StillSource::StillSource(Container container, std::stop_token stop)
    : picture_{.width = container.width, .rows = container.height, .format = FormatOf(container)},
      decoder_(std::move(container), std::move(stop)) {
  picture_.stride = pixel::RowStride(picture_.row_bytes());
  const std::size_t size = picture_.stride * static_cast<std::size_t>(picture_.rows);
  samples_.Resize(size);
  picture_.data = samples_.data();
  WebPDecBuffer& output = decoder_.output();
  output.colorspace = pixel::HasAlpha(picture_.format) ? MODE_RGBA : MODE_RGB;
  output.is_external_memory = 1;
  output.u.RGBA = {picture_.data, static_cast<int>(picture_.stride), size};
}

Expected<int> StillSource::Read(pixel::RowSpan batch) {
  assert(batch.width == width() && batch.format == format());
  const int count = std::min(batch.rows, picture_.rows - next_row_);
  if (count <= 0) return 0;
  WHITTLE_TRY(const int there, decoder_.Decode(next_row_ + count));
  FillBehind(picture_, there, next_row_, count);
  CopyRows(picture_.Slice(next_row_, count), batch);
  next_row_ += count;
  return count;
}

class FirstFrameSource final : public RowSource {
 public:
  FirstFrameSource(std::unique_ptr<FrameSource> frames, const Container& container,
                   std::stop_token stop)
      : frames_(std::move(frames)),
        width_(container.width),
        height_(container.height),
        truncated_(container.cut && container.frames == 1),
        stop_(std::move(stop)) {}
  int width() const override { return width_; }
  int height() const override { return height_; }
  pixel::PixelFormat format() const override { return pixel::PixelFormat::kRgba8; }
  Expected<int> Read(pixel::RowSpan batch) override;
  bool truncated() const override { return truncated_; }

 private:
  Expected<void> Begin();

  std::unique_ptr<FrameSource> frames_;
  const int width_;
  const int height_;
  const bool truncated_;  // it would move if the file were whole
  std::stop_token stop_;
  std::optional<Frame> first_;
  int next_row_ = 0;
};

Expected<void> FirstFrameSource::Begin() {
  WHITTLE_TRY(first_, frames_->Next());
  if (!first_) return Fail(ErrorKind::kUndecodable, "an animation without frames");
  return {};
}

Expected<int> FirstFrameSource::Read(pixel::RowSpan batch) {
  assert(batch.width == width_ && batch.format == format());
  if (!first_) WHITTLE_CHECK(Begin());
  const int count = std::min(batch.rows, height_ - next_row_);
  if (count <= 0) return 0;
  if (stop_.stop_requested()) return Fail(ErrorKind::kCancelled);
  CopyRows(first_->canvas.Slice(next_row_, count), batch);
  next_row_ += count;
  return count;
}

}  // namespace

Expected<std::unique_ptr<RowSource>> OpenWebp(ByteView file, const Limits& limits,
                                              std::stop_token stop) {
  WHITTLE_TRY(Container container, OpenContainer(file, limits));
  if (!container.animated) {
    return std::make_unique<StillSource>(std::move(container), std::move(stop));
  }
  Limits one = limits;
  one.max_frames = 1;
  WHITTLE_TRY(auto frames, OpenWebpFrames(file, one, stop));
  return std::make_unique<FirstFrameSource>(std::move(frames), container, std::move(stop));
}

}  // namespace whittle::codec
