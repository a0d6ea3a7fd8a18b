#include "codec/jpeg_sink.h"

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

#include "codec/jpeg_encoder.h"

namespace whittle::codec {
namespace {

class JpegSink final : public RowSink {
 public:
  JpegSink(EncoderPtr encoder, pixel::PixelFormat format)
      : encoder_(std::move(encoder)), format_(format) {}

  Expected<void> Write(pixel::ConstRowSpan rows) override;
  Expected<Bytes> Finish() override;

 private:
  int rows_left() const {
    return static_cast<int>(encoder_->c.image_height - encoder_->c.next_scanline);
  }
  std::unexpected<Error> Break(Error error) {
    error_ = std::move(error);
    return std::unexpected(*error_);
  }

  EncoderPtr encoder_;
  pixel::PixelFormat format_;
  std::optional<Error> error_;
};

// Inside Guarded().
void WriteRows(jpeg_compress_struct& c, pixel::ConstRowSpan rows) {
  std::array<JSAMPROW, 16> pointers;
  for (int y = 0; y < rows.rows;) {
    const int count = std::min(rows.rows - y, static_cast<int>(pointers.size()));
    for (int i = 0; i < count; ++i) {
      // libjpeg's type lacks a const it keeps to.
      pointers[static_cast<std::size_t>(i)] = const_cast<JSAMPROW>(rows.row(y + i));
    }
    y +=
        static_cast<int>(jpeg_write_scanlines(&c, pointers.data(), static_cast<JDIMENSION>(count)));
  }
}

Expected<void> JpegSink::Write(pixel::ConstRowSpan rows) {
  if (error_) return std::unexpected(*error_);
  jpeg_compress_struct& c = encoder_->c;
  if (rows.format != format_ || rows.width != static_cast<int>(c.image_width) ||
      rows.rows > rows_left()) {
    return Break(Error::Of(ErrorKind::kInternal, "rows do not fit the encoded picture"));
  }
  if (!Guarded(encoder_->trap, [&c, rows] { WriteRows(c, rows); })) {
    return Break(ErrorOf(encoder_->trap));
  }
  return {};
}

Expected<Bytes> JpegSink::Finish() {
  if (error_) return std::unexpected(*error_);
  if (rows_left() > 0) return Break(Error::Of(ErrorKind::kInternal, "rows are missing"));
  auto file = FinishFile(*encoder_);
  error_ = file ? Error::Of(ErrorKind::kInternal, "the picture was finished before") : file.error();
  return file;
}

}  // namespace

Expected<std::unique_ptr<RowSink>> CreateJpeg(const EncodeSpec& spec) {
  WHITTLE_TRY(EncoderPtr encoder, OpenEncoder(spec, /*planes=*/false));
  return std::make_unique<JpegSink>(std::move(encoder), spec.format);
}

}  // namespace whittle::codec
