#include "codec/png_source.h"

#include <algorithm>
#include <cassert>
#include <optional>
#include <utility>

#include "codec/png_file.h"
#include "codec/png_rows.h"
#include "codec/png_unpack.h"

namespace whittle::codec {
namespace {

class PngSource final : public RowSource {
 public:
  PngSource(const PngFile& png, std::stop_token stop)
      : width_(static_cast<int>(png.shape.width)),
        height_(static_cast<int>(png.shape.height)),
        format_(PngFormatOf(png)),
        unpacker_(png),
        rows_(OpenPngRows({png.bytes, png.shape, png.data}, std::move(stop))) {}

  int width() const override { return width_; }
  int height() const override { return height_; }
  pixel::PixelFormat format() const override { return format_; }
  Expected<int> Read(pixel::RowSpan batch) override;

 private:
  int width_;
  int height_;
  pixel::PixelFormat format_;
  PngUnpacker unpacker_;
  std::unique_ptr<PngRows> rows_;
  int next_row_ = 0;
  std::optional<Error> error_;
};

Expected<int> PngSource::Read(pixel::RowSpan batch) {
  assert(batch.width == width_ && batch.format == format_);
  if (error_) return std::unexpected(*error_);
  const int count = std::min(batch.rows, height_ - next_row_);
  for (int y = 0; y < count; ++y) {
    auto packed = rows_->Next();
    if (!packed) {
      error_ = std::move(packed).error();
      return std::unexpected(*error_);
    }
    unpacker_.Unpack(*packed, batch.row(y), static_cast<std::size_t>(width_));
  }
  next_row_ += std::max(count, 0);
  return std::max(count, 0);
}

}  // namespace

Expected<std::unique_ptr<RowSource>> OpenPng(ByteView file, const Limits& limits,
                                             std::stop_token stop) {
  WHITTLE_TRY(const PngFile png, ParsePng(file, limits));
  if (PngRowsBytes({png.bytes, png.shape, png.data}) > limits.max_working_bytes) {
    return Fail(ErrorKind::kTooLarge, "decoder needs more than max_working_bytes");
  }
  return std::make_unique<PngSource>(png, std::move(stop));
}

}  // namespace whittle::codec
