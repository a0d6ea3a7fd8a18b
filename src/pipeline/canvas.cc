#include "pipeline/canvas.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstring>
#include <utility>

#include "pixel/convert.h"

namespace whittle::pipeline {
namespace {

// Columns [from, from + width) of `rows`.
pixel::RowSpan Columns(pixel::RowSpan rows, int from, int width) {
  rows.data +=
      static_cast<std::size_t>(from) * static_cast<std::size_t>(pixel::PixelBytes(rows.format));
  rows.width = width;
  return rows;
}

}  // namespace

Canvas::Canvas(const Plan& plan, Workspace& workspace, codec::RowSink& sink, std::stop_token stop)
    : plan_(plan), workspace_(workspace), sink_(sink), stop_(std::move(stop)), changes_(plan) {}

void Canvas::Fill(pixel::RowSpan rows) const {
  if (rows.width == 0) return;
  const Colour& colour = plan_.background;
  const std::array<std::uint8_t, 4> rgba = {colour.red, colour.green, colour.blue, colour.alpha};
  const pixel::ConstRowSpan one{rgba.data(), rgba.size(), 1, 1, pixel::PixelFormat::kRgba8};
  const auto bytes = static_cast<std::size_t>(pixel::PixelBytes(rows.format));
  for (int y = 0; y < rows.rows; ++y) {
    std::uint8_t* row = rows.row(y);
    pixel::ConvertRows(one, {row, bytes, 1, 1, rows.format}, colour);
    for (int x = 1; x < rows.width; ++x) {
      std::memcpy(row + static_cast<std::size_t>(x) * bytes, row, bytes);
    }
  }
}

Expected<void> Canvas::WritePadding(int rows) {
  while (rows > 0) {
    if (stop_.stop_requested()) return Fail(ErrorKind::kCancelled);
    const pixel::RowSpan batch =
        workspace_.canvas.rows().Slice(0, std::min(rows, Workspace::kBatchRows));
    Fill(batch);
    WHITTLE_CHECK(sink_.Write(batch));
    rows -= batch.rows;
    written_ += batch.rows;
  }
  return {};
}

Expected<void> Canvas::Take(pixel::RowSpan rows) {
  if (stop_.stop_requested()) return Fail(ErrorKind::kCancelled);
  changes_.ApplyToWorking(rows);
  if (!plan_.pads() && rows.format == plan_.written) {
    changes_.ApplyToWritten(rows);
    if (plan_.lays_behind()) pixel::LayBehind(rows, plan_.background);
    written_ += rows.rows;
    return sink_.Write(rows);
  }
  if (written_ == 0) WHITTLE_CHECK(WritePadding(static_cast<int>(plan_.layout.top)));
  const pixel::RowSpan batch = workspace_.canvas.rows().Slice(0, rows.rows);
  const int left = static_cast<int>(plan_.layout.left);
  const int right = left + rows.width;
  Fill(Columns(batch, 0, left));
  Fill(Columns(batch, right, batch.width - right));
  const pixel::RowSpan picture = Columns(batch, left, rows.width);
  pixel::ConvertRows(rows, picture, plan_.background);
  changes_.ApplyToWritten(picture);
  if (plan_.lays_behind()) pixel::LayBehind(picture, plan_.background);
  written_ += batch.rows;
  return sink_.Write(batch);
}

Expected<void> Canvas::Finish() {
  return WritePadding(static_cast<int>(plan_.layout.canvas.height) - written_);
}

}  // namespace whittle::pipeline
