#include "codec/png/source.h"

#include <algorithm>
#include <cassert>
#include <optional>
#include <utility>
#include <vector>

#include "codec/fill_rows.h"
#include "codec/png/file.h"
#include "codec/png/frame_walk.h"
#include "codec/png/rows.h"
#include "codec/png/unpack.h"

namespace whittle::codec {
namespace {

class PngSource final : public RowSource {
 public:
  PngSource(const PngFile& png, std::stop_token stop)
      : width_(static_cast<int>(png.shape.width)),
        height_(static_cast<int>(png.shape.height)),
        format_(PngFormatOf(png)),
        lacks_frames_(PngLacksFrames(png)),
        unpacker_(png),
        rows_(OpenPngRows({png.bytes, png.shape, png.data}, std::move(stop))) {}

  int width() const override { return width_; }
  int height() const override { return height_; }
  pixel::PixelFormat format() const override { return format_; }
  Expected<int> Read(pixel::RowSpan batch) override;
  bool truncated() const override { return lacks_frames_ || rows_->truncated(); }

 private:
  Expected<bool> ReadRow(std::uint8_t* row);
  void FillRow(pixel::RowSpan row);

  int width_;
  int height_;
  pixel::PixelFormat format_;
  bool lacks_frames_;
  PngUnpacker unpacker_;
  std::unique_ptr<PngRows> rows_;
  const std::uint8_t* last_ = nullptr;  // packed row that is there
  std::vector<std::uint8_t> mean_;      // of that, once rows are missing
  int next_row_ = 0;
  std::optional<Error> error_;
};

// False where the row is missing.
Expected<bool> PngSource::ReadRow(std::uint8_t* row) {
  WHITTLE_TRY(const std::uint8_t* packed, rows_->Next());
  if (packed == nullptr) return false;
  last_ = packed;
  unpacker_.Unpack(packed, row, static_cast<std::size_t>(width_));
  return true;
}

// With the mean of the last row that is there.
void PngSource::FillRow(pixel::RowSpan row) {
  if (mean_.empty()) {
    unpacker_.Unpack(last_, row.data, static_cast<std::size_t>(width_));
    mean_ = MeanPixel(row);
  }
  FillRows(row, mean_);
}

Expected<int> PngSource::Read(pixel::RowSpan batch) {
  assert(batch.width == width_ && batch.format == format_);
  if (error_) return std::unexpected(*error_);
  const int count = std::min(batch.rows, height_ - next_row_);
  for (int y = 0; y < count; ++y) {
    const auto there = ReadRow(batch.row(y));
    if (!there) {
      error_ = there.error();
      return std::unexpected(*error_);
    }
    if (!*there) FillRow(batch.Slice(y, 1));
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
  return MakePngSource(png, std::move(stop));
}

std::unique_ptr<RowSource> MakePngSource(const PngFile& png, std::stop_token stop) {
  return std::make_unique<PngSource>(png, std::move(stop));
}

}  // namespace whittle::codec
