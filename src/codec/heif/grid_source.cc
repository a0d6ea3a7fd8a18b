#include "codec/heif/grid_source.h"

#include <algorithm>
#include <cstring>
#include <utility>

#include "codec/fill_rows.h"
#include "codec/filled_rows.h"
#include "codec/heif/picture.h"
#include "pixel/aligned.h"

namespace whittle::codec {
namespace {

class HeifGridSource final : public FilledRows {
 public:
  HeifGridSource(HeifFile file, std::stop_token stop)
      : FilledRows(file.width, file.height, file.format, std::move(stop)), file_(std::move(file)) {}

  bool truncated() const override { return truncated_; }

 private:
  const HeifGrid& grid() const { return *file_.grid; }
  pixel::RowSpan Part(int x, int y, int count, int rows);
  Expected<void> DecodeBand();
  Expected<void> DecodeCell(std::size_t cell, pixel::RowSpan to);
  Expected<int> Fill(pixel::RowSpan batch) override;

  HeifFile file_;
  pixel::AlignedBuffer<std::uint8_t> samples_;  // a row of cells
  pixel::RowSpan band_;
  std::vector<std::uint8_t> mean_;  // of the last row that is there, a pixel
  int band_end_ = 0;                // the row behind the band
  bool truncated_ = false;
};

pixel::RowSpan HeifGridSource::Part(int x, int y, int count, int rows) {
  pixel::RowSpan part = band_.Slice(y, rows);
  part.data += static_cast<std::size_t>(x) * static_cast<std::size_t>(pixel::PixelBytes(format()));
  part.width = count;
  return part;
}

Expected<void> HeifGridSource::DecodeCell(std::size_t cell, pixel::RowSpan to) {
  heif_image_handle* found = nullptr;
  const heif_error error =
      heif_context_get_image_handle(file_.context.get(), grid().cells[cell], &found);
  const std::unique_ptr<heif_image_handle, DestroyHeif> handle(found);
  if (error.code != heif_error_Ok) return std::unexpected(HeifErrorOf(error));
  WHITTLE_TRY(const HeifPicture picture, HeifPicture::Decode(handle.get(), format(), true));
  if (picture.width() < to.width || picture.height() < to.rows) {
    return Fail(ErrorKind::kUndecodable, "a cell is not what its boxes say");
  }
  for (int y = 0; y < to.rows; ++y) picture.CopyRow(y, to.width, to.row(y));
  return {};
}

// The row of cells from next_row() on.
Expected<void> HeifGridSource::DecodeBand() {
  const int rows = std::min(grid().cell_height, height() - next_row());
  if (band_.data == nullptr) {
    const std::size_t stride = pixel::RowStride(
        static_cast<std::size_t>(width()) * static_cast<std::size_t>(pixel::PixelBytes(format())));
    samples_.Resize(stride * static_cast<std::size_t>(rows));
    band_ = {samples_.data(), stride, width(), rows, format()};
  }
  if (!grid().there[0]) return Fail(ErrorKind::kUndecodable, "the file ends too early");
  const auto first = static_cast<std::size_t>(next_row() / grid().cell_height) *
                     static_cast<std::size_t>(grid().columns);
  for (int column = 0; column < grid().columns; ++column) {
    if (stop_requested()) return Fail(ErrorKind::kCancelled);
    const int x = column * grid().cell_width;
    const pixel::RowSpan part = Part(x, 0, std::min(grid().cell_width, width() - x), rows);
    const std::size_t cell = first + static_cast<std::size_t>(column);
    if (grid().there[cell]) {
      WHITTLE_CHECK(DecodeCell(cell, part));
      if (first == 0) mean_ = MeanPixel(part.Slice(rows - 1, 1));
    } else {
      truncated_ = true;
      FillRows(part, mean_);
    }
  }
  if (!truncated_) mean_ = MeanPixel(band_.Slice(rows - 1, 1));
  band_end_ = next_row() + rows;
  return {};
}

Expected<int> HeifGridSource::Fill(pixel::RowSpan batch) {
  if (next_row() == band_end_) WHITTLE_CHECK(DecodeBand());
  const int count = std::min(batch.rows, band_end_ - next_row());
  const int from = next_row() % grid().cell_height;
  for (int i = 0; i < count; ++i) {
    std::memcpy(batch.row(i), band_.row(from + i), batch.row_bytes());
  }
  return count;
}

}  // namespace

std::unique_ptr<RowSource> NewHeifGridSource(HeifFile file, std::stop_token stop) {
  return std::make_unique<HeifGridSource>(std::move(file), std::move(stop));
}

}  // namespace whittle::codec
