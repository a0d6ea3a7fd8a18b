#include "pipeline/delivery.h"

#include <algorithm>
#include <cstring>

#include "pixel/orient.h"

namespace whittle::pipeline {

Expected<void> Delivery::Take(pixel::ConstRowSpan rows) {
  if (plan_.orientation == 1) return sink_.Write(rows);
  if (plan_.orientation == 2) return WriteMirrored(rows);
  const pixel::RowSpan frame = workspace_.frame.rows();
  for (int y = 0; y < rows.rows; ++y) {
    std::memcpy(frame.row(taken_ + y), rows.row(y), rows.row_bytes());
  }
  taken_ += rows.rows;
  return {};
}

Expected<Bytes> Delivery::Finish() {
  if (plan_.holds_result()) WHITTLE_CHECK(WriteTurnedFrame());
  return sink_.Finish();
}

}  // namespace whittle::pipeline
