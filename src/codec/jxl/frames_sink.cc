// Frames into an animated JPEG XL, each whole: libjxl 0.7 does not look for what stays the same.
// A frame is encoded when the next one has come, since only then it is known not to be the last.
#include <algorithm>
#include <cstring>
#include <limits>
#include <optional>
#include <utility>

#include "codec/jxl/encoder.h"
#include "codec/jxl/sink.h"
#include "pixel/spread.h"

namespace whittle::codec {
namespace {

class JxlFrameSink final : public FrameSink {
 public:
  JxlFrameSink(JxlEncoderPtr encoder, const EncodeSpec& spec)
      : spec_(spec),
        row_bytes_(static_cast<std::size_t>(spec.width) *
                   static_cast<std::size_t>(pixel::PixelBytes(spec.format))),
        encoder_(std::move(encoder)) {}
  Expected<void> Write(const Frame& frame) override;
  Expected<Bytes> Finish() override;

 private:
  std::unexpected<Error> Break(Error error) {
    error_ = std::move(error);
    return std::unexpected(*error_);
  }
  bool Waits(const pixel::ConstRowSpan& canvas) const;
  Expected<void> Queue();

  const EncodeSpec spec_;
  const std::size_t row_bytes_;
  JxlEncoderPtr encoder_;
  Bytes waiting_;  // samples of a frame whose duration may still grow; empty before the first
  std::uint32_t ticks_ = 0;
  bool queued_ = false;
  Bytes file_;
  std::optional<Error> error_;
};

// Whether `canvas` is just what waits.
bool JxlFrameSink::Waits(const pixel::ConstRowSpan& canvas) const {
  if (waiting_.empty()) return false;
  for (int y = 0; y < canvas.rows; ++y) {
    const std::uint8_t* row = waiting_.data() + static_cast<std::size_t>(y) * row_bytes_;
    if (std::memcmp(row, canvas.row(y), row_bytes_) != 0) return false;
  }
  return true;
}

// Gives the frame that waits to libjxl, after the one before it has been encoded.
Expected<void> JxlFrameSink::Queue() {
  if (spec_.stop.stop_requested()) return Break(Error::Of(ErrorKind::kCancelled, "amid a file"));
  if (queued_) {
    if (auto drained = DrainJxl(encoder_.get(), file_); !drained) return Break(drained.error());
  }
  if (!spec_.lossless) {
    const pixel::RowSpan frame = {waiting_.data(), row_bytes_, spec_.width, spec_.height,
                                  spec_.format};
    if (auto spread = pixel::SpreadUnderTransparency(frame, spec_.stop); !spread) {
      return Break(spread.error());
    }
  }
  if (auto added = AddJxlFrame(encoder_.get(), spec_, waiting_.view(), ticks_); !added) {
    return Break(added.error());
  }
  queued_ = true;
  return {};
}

Expected<void> JxlFrameSink::Write(const Frame& frame) {
  if (error_) return std::unexpected(*error_);
  const pixel::ConstRowSpan& canvas = frame.canvas;
  if (canvas.format != spec_.format || canvas.width != spec_.width || canvas.rows != spec_.height) {
    return Break(Error::Of(ErrorKind::kInternal, "a frame does not fit the animation"));
  }
  const auto ticks = static_cast<std::uint32_t>(std::max(frame.duration, 0));
  if (Waits(canvas) && ticks <= std::numeric_limits<std::uint32_t>::max() - ticks_) {
    ticks_ += ticks;
    return {};
  }
  if (!waiting_.empty()) WHITTLE_CHECK(Queue());
  waiting_.Resize(0);
  for (int y = 0; y < canvas.rows; ++y) waiting_.Append({canvas.row(y), row_bytes_});
  ticks_ = ticks;
  return {};
}

Expected<Bytes> JxlFrameSink::Finish() {
  if (error_) return std::unexpected(*error_);
  if (waiting_.empty()) return Fail(ErrorKind::kInternal, "an animation without frames");
  WHITTLE_CHECK(Queue());
  error_ = Error::Of(ErrorKind::kInternal, "the animation was finished before");
  JxlEncoderCloseInput(encoder_.get());
  WHITTLE_CHECK(DrainJxl(encoder_.get(), file_));
  return std::move(file_);
}

}  // namespace

Expected<std::unique_ptr<FrameSink>> CreateJxlFrames(const EncodeSpec& spec) {
  WHITTLE_TRY(JxlEncoderPtr encoder, BeginJxl(spec, JxlKind::kAnimation));
  return std::make_unique<JxlFrameSink>(std::move(encoder), spec);
}

}  // namespace whittle::codec
