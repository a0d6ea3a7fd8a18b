// Raw samples, written only: 8 bits each, interleaved, rows without padding, no header. For callers
// who go on computing with the pixels and know their shape from elsewhere.
#include <algorithm>
#include <cstring>
#include <memory>
#include <optional>
#include <utility>

#include "codec/codec.h"
#include "codec/encoder_memory.h"

namespace whittle::codec {
namespace {

constexpr pixel::PixelFormat kWrites[] = {pixel::PixelFormat::kGrey8, pixel::PixelFormat::kGreyA8,
                                          pixel::PixelFormat::kRgb8, pixel::PixelFormat::kRgba8};
constexpr std::string_view kExtensions[] = {"raw"};
constexpr int kMaxSide = 65535;

class RawSink final : public RowSink {
 public:
  explicit RawSink(const EncodeSpec& spec)
      : width_(spec.width), rows_left_(spec.height), format_(spec.format), stop_(spec.stop) {}

  Expected<void> Write(pixel::ConstRowSpan rows) override {
    if (error_) return std::unexpected(*error_);
    if (rows.format != format_ || rows.width != width_ || rows.rows > rows_left_) {
      return Failed("rows do not fit the encoded picture");
    }
    if (stop_.stop_requested()) return Failed("amid a picture", ErrorKind::kCancelled);
    const std::size_t row_bytes = rows.row_bytes();
    if (file_.empty()) file_.Reserve(row_bytes * static_cast<std::size_t>(rows_left_));
    for (int y = 0; y < rows.rows; ++y) file_.Append({rows.row(y), row_bytes});
    rows_left_ -= rows.rows;
    return {};
  }

  Expected<Bytes> Finish() override {
    if (error_) return std::unexpected(*error_);
    if (rows_left_ > 0) return Failed("rows are missing");
    error_ = Error::Of(ErrorKind::kInternal, "finished twice");
    return std::move(file_);
  }

 private:
  std::unexpected<Error> Failed(const char* detail, ErrorKind kind = ErrorKind::kInternal) {
    error_ = Error::Of(kind, detail);
    return std::unexpected(*error_);
  }

  const int width_;
  int rows_left_;
  const pixel::PixelFormat format_;
  const std::stop_token stop_;
  Bytes file_;
  std::optional<Error> error_;
};

Expected<std::unique_ptr<RowSink>> CreateRaw(const EncodeSpec& spec) {
  const bool fits = spec.width >= 1 && spec.width <= kMaxSide && spec.height >= 1 &&
                    spec.height <= kMaxSide &&
                    std::ranges::find(kWrites, spec.format) != std::end(kWrites);
  if (!fits) return Fail(ErrorKind::kBadRequest, "no picture of this shape");
  return std::make_unique<RawSink>(spec);
}

EncoderMemory RawMemory(const EncodeSpec& spec) {
  return EncoderMemory::Streams(CodedSize(spec).frame);  // as it is
}

bool SniffRaw(ByteView) { return false; }
std::string_view RawVersion() { return "raw 1"; }

}  // namespace

extern const Codec kRaw;
const Codec kRaw = {
    .name = "raw",
    .mime = "application/octet-stream",
    .extensions = kExtensions,
    .writes = kWrites,
    .max_side = kMaxSide,
    .carries_icc = false,
    .encode_ns = 1,
    .sniff = SniffRaw,
    .create = CreateRaw,
    .encoder_memory = RawMemory,
    .library_version = RawVersion,
};

}  // namespace whittle::codec
