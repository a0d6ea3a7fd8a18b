#include "pipeline/delivery.h"

#include <algorithm>
#include <cstddef>
#include <cstring>

#include "pixel/orient.h"

namespace whittle::pipeline {

Expected<void> Delivery::Take(pixel::ConstRowSpan rows) {
  if (plan_.orientation == 1) return sink_.Write(rows);
  if (plan_.orientation == 2) return WriteTurned(rows, rows.rows);
  const pixel::RowSpan frame = workspace_.frame.rows();
  for (int y = 0; y < rows.rows; ++y) {
    std::memcpy(frame.row(taken_ + y), rows.row(y), rows.row_bytes());
  }
  taken_ += rows.rows;
  return {};
}

// `part` becomes the next `rows` rows of the upright picture.
Expected<void> Delivery::WriteTurned(pixel::ConstRowSpan part, int rows) {
  const pixel::RowSpan upright = workspace_.turned.rows().Slice(0, rows);
  pixel::TurnUpright(part, plan_.orientation, upright);
  return sink_.Write(upright);
}

Expected<void> Delivery::WriteTurnedFrame() {
  const pixel::ConstRowSpan frame = workspace_.frame.rows();
  const int height = static_cast<int>(plan_.result.height);
  const auto channels = static_cast<std::size_t>(pixel::Channels(frame.format));
  for (int y = 0; y < height; y += Workspace::kBatchRows) {
    const int count = std::min(Workspace::kBatchRows, height - y);
    // The first upright row is the frame's first row or column in 5 and 6, its last in the others.
    const bool from_start = plan_.orientation == 5 || plan_.orientation == 6;
    const int at = from_start ? y : height - y - count;
    pixel::ConstRowSpan part = frame;
    if (pixel::Transposes(plan_.orientation)) {
      part.data += static_cast<std::size_t>(at) * channels;
      part.width = count;
    } else {
      part = frame.Slice(at, count);
    }
    WHITTLE_CHECK(WriteTurned(part, count));
  }
  return {};
}

Expected<Bytes> Delivery::Finish() {
  if (plan_.holds_result()) WHITTLE_CHECK(WriteTurnedFrame());
  return sink_.Finish();
}

}  // namespace whittle::pipeline
