// Rows into a WebP file: gathered in libwebp's picture, encoded at the end. What is transparent in
// lossy ones gets colours that do no harm (pixel/spread.h).
#include <bit>
#include <optional>
#include <utility>

#include "codec/webp/encoder.h"
#include "codec/webp/sink.h"
#include "pixel/spread.h"

namespace whittle::codec {
namespace {

class WebpSink final : public RowSink {
 public:
  WebpSink(PicturePtr picture, EncodeSpec spec)
      : picture_(std::move(picture)), spec_(std::move(spec)) {}
  Expected<void> Write(pixel::ConstRowSpan rows) override;
  Expected<Bytes> Finish() override;

 private:
  std::unexpected<Error> Break(std::string_view why, ErrorKind kind = ErrorKind::kInternal) {
    error_ = Error::Of(kind, std::string(why));
    return std::unexpected(*error_);
  }

  Expected<void> Spread();

  PicturePtr picture_;
  const EncodeSpec spec_;
  int next_row_ = 0;
  std::optional<Error> error_;
};

Expected<void> WebpSink::Write(pixel::ConstRowSpan rows) {
  if (error_) return std::unexpected(*error_);
  if (rows.format != spec_.format || rows.width != spec_.width ||
      rows.rows > spec_.height - next_row_) {
    return Break("rows do not fit the encoded picture");
  }
  if (spec_.stop.stop_requested()) return Break("amid a picture", ErrorKind::kCancelled);
  SetArgbRows(*picture_, next_row_, rows);
  next_row_ += rows.rows;
  return {};
}

// libwebp's words are blue, green, red and alpha, as bytes: the order of colours is no matter.
Expected<void> WebpSink::Spread() {
  static_assert(std::endian::native == std::endian::little);
  const pixel::RowSpan rows = {reinterpret_cast<std::uint8_t*>(picture_->argb),
                               static_cast<std::size_t>(picture_->argb_stride) * 4, spec_.width,
                               spec_.height, pixel::PixelFormat::kRgba8};
  return pixel::SpreadUnderTransparency(rows, spec_.stop);
}

Expected<Bytes> WebpSink::Finish() {
  if (error_) return std::unexpected(*error_);
  if (next_row_ < spec_.height) return Break("rows are missing");
  error_ = Error::Of(ErrorKind::kInternal, "the picture was finished before");
  if (pixel::HasAlpha(spec_.format) && !spec_.lossless) {
    WHITTLE_CHECK(Spread());
  }
  return EncodeWebp(*picture_, spec_);
}

}  // namespace

Expected<std::unique_ptr<RowSink>> CreateWebp(const EncodeSpec& spec) {
  if (spec.format != pixel::PixelFormat::kRgb8 && spec.format != pixel::PixelFormat::kRgba8) {
    return Fail(ErrorKind::kInternal, "WebP is written from RGB or RGBA");
  }
  WHITTLE_CHECK(WebpConfigOf(spec));
  WHITTLE_TRY(PicturePtr picture, NewWebpPicture(spec, WebpSamples::kArgb));
  return std::make_unique<WebpSink>(std::move(picture), spec);
}

}  // namespace whittle::codec
