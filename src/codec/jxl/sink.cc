// Rows into JPEG XL by libjxl, which wants the whole picture before it begins and has no hook
// inside, so Finish, which does the work, cannot be stopped once it has begun; its CPU is bounded
// by the choice of the effort (encode_cost.h). Single thread. Memory: 14 bytes a sample of all
// pixels and channels, 21 where nothing is lost.
//
// Lossy pictures are kept in libjxl's own colours (XYB); it reads the profile to get there. What is
// transparent in them gets colours that do no harm (pixel/spread.h).
#include "codec/jxl/sink.h"

#include <optional>

#include "codec/jxl/encoder.h"
#include "pixel/spread.h"

namespace whittle::codec {
namespace {

// What is needed of EncodeSpec at the end, when its views still stand.
class JxlSink final : public RowSink {
 public:
  explicit JxlSink(const EncodeSpec& spec)
      : spec_(spec),
        row_bytes_(static_cast<std::size_t>(spec.width) *
                   static_cast<std::size_t>(pixel::PixelBytes(spec.format))) {
    samples_.Reserve(row_bytes_ * static_cast<std::size_t>(spec.height));
  }

  Expected<void> Write(pixel::ConstRowSpan rows) override;
  Expected<Bytes> Finish() override;

 private:
  const EncodeSpec spec_;
  const std::size_t row_bytes_;
  int taken_ = 0;
  Bytes samples_;
  std::optional<Error> error_;
};

Expected<void> JxlSink::Write(pixel::ConstRowSpan rows) {
  if (error_) return std::unexpected(*error_);
  if (rows.format != spec_.format || rows.width != spec_.width ||
      rows.rows > spec_.height - taken_) {
    error_ = Error::Of(ErrorKind::kInternal, "rows do not fit the encoded picture");
    return std::unexpected(*error_);
  }
  if (spec_.stop.stop_requested()) {
    error_ = Error::Of(ErrorKind::kCancelled, "amid a picture");
    return std::unexpected(*error_);
  }
  for (int y = 0; y < rows.rows; ++y) samples_.Append({rows.row(y), row_bytes_});
  taken_ += rows.rows;
  return {};
}

Expected<Bytes> JxlSink::Finish() {
  if (error_) return std::unexpected(*error_);
  error_ = Error::Of(ErrorKind::kInternal, "the picture was finished before");
  if (taken_ < spec_.height) return Fail(ErrorKind::kInternal, "rows are missing");
  WHITTLE_TRY(const JxlEncoderPtr encoder, BeginJxl(spec_, JxlKind::kStill));
  if (!spec_.lossless) {
    WHITTLE_CHECK(pixel::SpreadUnderTransparency(
        {samples_.data(), row_bytes_, spec_.width, spec_.height, spec_.format}, spec_.stop));
  }
  if (spec_.stop.stop_requested()) return Fail(ErrorKind::kCancelled);
  WHITTLE_CHECK(AddJxlFrame(encoder.get(), spec_, samples_.view(), std::nullopt));
  samples_ = Bytes();  // libjxl has its own copy
  JxlEncoderCloseInput(encoder.get());
  Bytes file;
  WHITTLE_CHECK(DrainJxl(encoder.get(), file));
  return file;
}

}  // namespace

Expected<std::unique_ptr<RowSink>> CreateJxl(const EncodeSpec& spec) {
  if (spec.width < 1 || spec.height < 1 || spec.width > kLargestJxlSide ||
      spec.height > kLargestJxlSide || spec.format == pixel::PixelFormat::kCmyk8) {
    return Fail(ErrorKind::kInternal, "JPEG XL cannot hold what EncodeSpec asks for");
  }
  return std::make_unique<JxlSink>(spec);
}

}  // namespace whittle::codec
