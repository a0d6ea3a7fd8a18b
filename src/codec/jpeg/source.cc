// Rows by libjpeg: grey, RGB or CMYK. What is shown of damaged files is said in whole.h.
#include "codec/jpeg/source.h"

#include <algorithm>
#include <array>
#include <cassert>
#include <optional>
#include <utility>

#include "codec/jpeg/decoder.h"
#include "codec/jpeg/whole.h"

namespace whittle::codec {
namespace {

class JpegSource final : public RowSource {
 public:
  JpegSource(DecoderPtr decoder, pixel::PixelFormat format)
      : decoder_(std::move(decoder)),
        width_(static_cast<int>(decoder_->c.image_width)),
        height_(static_cast<int>(decoder_->c.image_height)),
        format_(format) {}

  int width() const override { return width_; }
  int height() const override { return height_; }
  pixel::PixelFormat format() const override { return format_; }
  Expected<int> Read(pixel::RowSpan batch) override;
  bool truncated() const override { return decoder_ && IsTruncated(*decoder_); }

 private:
  Expected<void> ReadNext(pixel::RowSpan rows);
  bool Decode(pixel::RowSpan rows, int skipped);

  DecoderPtr decoder_;
  int width_;  // kept here: libjpeg reads a second frame header into its struct, then refuses it
  int height_;
  pixel::PixelFormat format_;
  int next_row_ = 0;
  bool started_ = false;
  std::optional<Error> error_;
};

// Inside Guarded(): decodes `count` rows and drops them; `row` has room for one.
void SkipRows(jpeg_decompress_struct& c, JSAMPROW row, int count) {
  for (int y = 0; y < count;) y += static_cast<int>(jpeg_read_scanlines(&c, &row, 1));
}

// Inside Guarded(): fills all of `rows`.
void ReadRows(jpeg_decompress_struct& c, pixel::RowSpan rows) {
  std::array<JSAMPROW, 16> pointers{};
  for (int y = 0; y < rows.rows;) {
    const int count = std::min(rows.rows - y, static_cast<int>(pointers.size()));
    for (int i = 0; i < count; ++i) pointers[static_cast<std::size_t>(i)] = rows.row(y + i);
    y += static_cast<int>(jpeg_read_scanlines(&c, pointers.data(), static_cast<JDIMENSION>(count)));
  }
}

// Files hold ink as 255 less what Whittle counts. Adobe's applications began it, and readers have
// taken all files so since, with Adobe's mark or without (Chromium, libvips, Pillow).
void InvertInk(pixel::RowSpan rows) {
  for (int y = 0; y < rows.rows; ++y) {
    std::uint8_t* row = rows.row(y);
    for (std::size_t i = 0; i < rows.row_bytes(); ++i) {
      row[i] = static_cast<std::uint8_t>(255 - row[i]);
    }
  }
}

bool JpegSource::Decode(pixel::RowSpan rows, int skipped) {
  Decoder& decoder = *decoder_;
  const bool start = !std::exchange(started_, true);
  return Guarded(decoder.trap, [&decoder, rows, start, skipped] {
    if (start) StartDecompress(decoder);
    SkipRows(decoder.c, rows.row(0), skipped);
    ReadRows(decoder.c, rows);
  });
}

Expected<void> JpegSource::ReadNext(pixel::RowSpan rows) {
  bool done = Decode(rows, 0);
  if (!done && decoder_->trap.gap) {
    WHITTLE_CHECK(ReopenForGaps(decoder_));
    started_ = false;
    done = Decode(rows, next_row_);
  }
  if (!done) return std::unexpected(ErrorOf(decoder_->trap));
  return CheckSomethingIsThere(*decoder_);
}

Expected<int> JpegSource::Read(pixel::RowSpan batch) {
  assert(batch.width == width_ && batch.format == format_);
  if (error_) return std::unexpected(*error_);
  const int count = std::min(batch.rows, height_ - next_row_);
  if (count <= 0) return 0;
  const pixel::RowSpan rows = batch.Slice(0, count);
  if (const auto read = ReadNext(rows); !read) {
    error_ = read.error();
    return std::unexpected(*error_);
  }
  if (format_ == pixel::PixelFormat::kCmyk8) InvertInk(rows);
  next_row_ += count;
  return count;
}

}  // namespace

Expected<std::unique_ptr<RowSource>> OpenJpeg(ByteView file, const Limits& limits,
                                              std::stop_token stop) {
  WHITTLE_TRY(DecoderPtr decoder, OpenDecoder(file, limits, std::move(stop)));
  const pixel::PixelFormat format = *FormatOf(decoder->c);  // OpenDecoder has refused the others
  return std::make_unique<JpegSource>(std::move(decoder), format);
}

}  // namespace whittle::codec
