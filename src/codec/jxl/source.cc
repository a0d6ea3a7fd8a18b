// Rows and frames by libjxl. It decodes groups in its own order, so a picture is whole before its
// first row is given.
#include "codec/jxl/source.h"

#include <algorithm>
#include <cassert>
#include <cstring>
#include <limits>
#include <optional>
#include <utility>

#include "codec/jxl/decoder.h"
#include "codec/jxl/missing.h"
#include "pixel/aligned.h"

namespace whittle::codec {
namespace {

// One picture's rows without padding, as libjxl writes them.
class Canvas {
 public:
  Canvas(const JxlBasicInfo& info, pixel::PixelFormat format)
      : rows_{nullptr, 0, static_cast<int>(info.xsize), static_cast<int>(info.ysize), format},
        is_drawn_in_place_(!pixel::IsWide(format) && info.num_color_channels == 3 &&
                           info.alpha_premultiplied == JXL_FALSE) {
    rows_.stride = rows_.row_bytes();
  }
  /// At JXL_DEC_NEED_IMAGE_OUT_BUFFER: decodes the picture. Of one that is cut, libjxl draws what
  /// has come so far: blurred where only the coarse part of it is there. It may say so and draw
  /// nothing: a picture of zeros counts as one of which nothing is there, though it may be black.
  Expected<void> Decode(JxlReader& reader) {
    const std::size_t size = rows_.stride * static_cast<std::size_t>(rows_.rows);
    samples_.Resize(size);
    rows_.data = samples_.data();
    for (int y = 0; y < rows_.rows; ++y) {  // libjxl may take a cut picture for drawn that is not
      if (reader.stop().stop_requested()) return Fail(ErrorKind::kCancelled);
      std::memset(rows_.row(y), 0, rows_.stride);
    }
    const JxlPixelFormat format = JxlFormatOf(rows_.format);
    std::size_t needed = 0;
    if (JxlDecoderImageOutBufferSize(reader.get(), &format, &needed) != JXL_DEC_SUCCESS ||
        needed > size ||
        JxlDecoderSetImageOutBuffer(reader.get(), &format, samples_.data(), size) !=
            JXL_DEC_SUCCESS) {
      return Fail(ErrorKind::kUndecodable, "no rows of this format");
    }
    auto decoded = reader.NextUntil(JXL_DEC_FULL_IMAGE);
    if (decoded || !reader.ended() || !is_drawn_in_place_ ||
        JxlDecoderFlushImage(reader.get()) != JXL_DEC_SUCCESS) {
      return decoded;
    }
    WHITTLE_TRY(truncated_, reader.leaves_zeros() ? FillMissing(rows_, reader.stop())
                                                  : HasAnything(reader.stop()));
    if (!truncated_) return decoded;
    return {};
  }
  bool truncated() const { return truncated_; }
  const pixel::RowSpan& rows() const { return rows_; }

 private:
  Expected<bool> HasAnything(const std::stop_token& stop) const {
    for (int y = 0; y < rows_.rows; ++y) {
      if (stop.stop_requested()) return Fail(ErrorKind::kCancelled);
      if (std::any_of(rows_.row(y), rows_.row(y) + rows_.stride,
                      [](std::uint8_t sample) { return sample != 0; })) {
        return true;
      }
    }
    return false;
  }

  pixel::RowSpan rows_;
  /// libjxl writes into `samples_` while it decodes. Other formats it keeps in planes of its own,
  /// which it does not clear: of a cut picture they may hold what was in that memory before.
  const bool is_drawn_in_place_;
  pixel::AlignedBuffer<std::uint8_t> samples_;
  bool truncated_ = false;
};

class JxlSource final : public RowSource {
 public:
  JxlSource(std::unique_ptr<JxlReader> reader, std::stop_token stop, const JxlHead& head)
      : reader_(std::move(reader)), stop_(std::move(stop)), canvas_(head.info, head.format) {}

  int width() const override { return canvas_.rows().width; }
  int height() const override { return canvas_.rows().rows; }
  pixel::PixelFormat format() const override { return canvas_.rows().format; }
  Expected<int> Read(pixel::RowSpan batch) override;
  bool truncated() const override { return canvas_.truncated(); }

 private:
  Expected<void> Prepare() {
    if (stop_.stop_requested()) return Fail(ErrorKind::kCancelled);
    if (reader_ == nullptr) return {};
    WHITTLE_CHECK(reader_->NextUntil(JXL_DEC_NEED_IMAGE_OUT_BUFFER));
    WHITTLE_CHECK(canvas_.Decode(*reader_));
    reader_.reset();  // its memory is not needed while rows are given out
    return {};
  }

  std::unique_ptr<JxlReader> reader_;  // until the picture is decoded
  std::stop_token stop_;
  Canvas canvas_;
  int next_row_ = 0;
  std::optional<Error> error_;
};

Expected<int> JxlSource::Read(pixel::RowSpan batch) {
  assert(batch.width == width() && batch.format == format());
  if (error_) return std::unexpected(*error_);
  const int count = std::min(batch.rows, height() - next_row_);
  if (count <= 0) return 0;
  if (auto prepared = Prepare(); !prepared) {
    error_ = prepared.error();
    return std::unexpected(*error_);
  }
  for (int i = 0; i < count; ++i) {
    std::memcpy(batch.row(i), canvas_.rows().row(next_row_ + i), batch.row_bytes());
  }
  next_row_ += count;
  return count;
}

class JxlFrames final : public FrameSource {
 public:
  JxlFrames(std::unique_ptr<JxlReader> reader, const JxlHead& head, std::uint32_t most)
      : reader_(std::move(reader)),
        ticks_(head.info.animation),
        left_(most),
        canvas_(head.info, pixel::FormatWith(false, head.info.alpha_bits > 0, false)) {}

  Expected<std::optional<Frame>> Next() override {
    if (error_) return std::unexpected(*error_);
    if (truncated()) return std::nullopt;
    auto frame = Decode();
    // Of a file that is cut the whole frames are kept, or what there is of the first.
    missing_ = !frame && reader_->ended() && given_ > 0;
    if (missing_) return std::nullopt;
    if (!frame) error_ = frame.error();
    return frame;
  }
  bool truncated() const override { return missing_ || canvas_.truncated(); }

 private:
  Expected<std::optional<Frame>> Decode();
  int Milliseconds(std::uint32_t ticks) const;

  std::unique_ptr<JxlReader> reader_;
  JxlAnimationHeader ticks_;
  std::uint32_t left_;  // frames that may still come
  std::uint32_t given_ = 0;
  bool missing_ = false;  // a frame, in a file that is cut
  Canvas canvas_;
  std::optional<Error> error_;
};

int JxlFrames::Milliseconds(std::uint32_t ticks) const {
  if (ticks_.tps_numerator == 0) return 0;
  const double time = 1000.0 * ticks * ticks_.tps_denominator / ticks_.tps_numerator;
  return static_cast<int>(std::min(time + 0.5, double{std::numeric_limits<int>::max()}));
}

Expected<std::optional<Frame>> JxlFrames::Decode() {
  if (left_ == 0) return std::nullopt;
  WHITTLE_TRY(const JxlDecoderStatus status, reader_->Next());
  if (status == JXL_DEC_SUCCESS) return std::nullopt;
  JxlFrameHeader header;
  if (status != JXL_DEC_FRAME ||
      JxlDecoderGetFrameHeader(reader_->get(), &header) != JXL_DEC_SUCCESS) {
    return Fail(ErrorKind::kUndecodable, "no frame header");
  }
  WHITTLE_CHECK(reader_->NextUntil(JXL_DEC_NEED_IMAGE_OUT_BUFFER));
  WHITTLE_CHECK(canvas_.Decode(*reader_));
  if (canvas_.truncated() && given_ > 0) return Fail(ErrorKind::kUndecodable, "a frame is cut");
  --left_;
  ++given_;
  return Frame{canvas_.rows(), Milliseconds(header.duration)};
}

}  // namespace

Expected<std::unique_ptr<RowSource>> OpenJxl(ByteView file, const Limits& limits,
                                             std::stop_token stop) {
  constexpr int kEvents = JXL_DEC_BASIC_INFO | JXL_DEC_COLOR_ENCODING | JXL_DEC_FULL_IMAGE;
  WHITTLE_TRY(auto reader, JxlReader::Open(file, limits, stop, kEvents));
  WHITTLE_TRY(const JxlHead head, reader->ReadHead());
  return std::make_unique<JxlSource>(std::move(reader), std::move(stop), head);
}

Expected<std::unique_ptr<FrameSource>> OpenJxlFrames(ByteView file, const Limits& limits,
                                                     std::stop_token stop) {
  constexpr int kEvents =
      JXL_DEC_BASIC_INFO | JXL_DEC_COLOR_ENCODING | JXL_DEC_FRAME | JXL_DEC_FULL_IMAGE;
  WHITTLE_TRY(auto reader, JxlReader::Open(file, limits, std::move(stop), kEvents));
  WHITTLE_TRY(const JxlHead head, reader->ReadHead());
  return std::make_unique<JxlFrames>(std::move(reader), head, limits.max_frames);
}

}  // namespace whittle::codec
