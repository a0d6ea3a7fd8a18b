#include "pixel/group_filter.h"

#include <algorithm>
#include <array>
#include <cassert>

#include "base/checked.h"

namespace whittle::pixel {

// Values from one lane row to the next.
std::size_t GroupFilter::LaneStride(const Shape& shape) {
  return RowStride(shape.samples() * sizeof(std::int16_t)) / sizeof(std::int16_t);
}

std::size_t GroupFilter::BytesNeeded(const Shape& shape) {
  return VerticalPass::BytesNeeded(shape.vertical, shape.samples()) +
         HorizontalPass::BytesNeeded(shape.horizontal, shape.plane_samples()) +
         kGroupRows * LaneStride(shape) * sizeof(std::int16_t) +
         RoundUp(shape.planes * FinishedPlane(shape) * sizeof(std::int16_t), kAlignment);
}

std::size_t GroupFilter::bytes() const {
  return vertical_.bytes() + horizontal_.bytes() + lanes_.bytes() + finished_.bytes();
}

Expected<void> GroupFilter::Configure(const Kernels& kernels, const Shape& shape, Order order,
                                      const PairRing* leader) {
  shape_ = shape;
  leader_ = leader;
  WHITTLE_CHECK(vertical_.Configure(kernels, shape.vertical, shape.samples(), leader));
  WHITTLE_CHECK(horizontal_.Configure(kernels, shape.horizontal, shape.plane_samples(), order));
  lanes_.Resize(kGroupRows * LaneStride(shape));
  finished_.Resize(shape.planes * FinishedPlane(shape));
  rows_ = dropped_ = 0;
  ready_ = false;
  return {};
}

bool GroupFilter::HasRoom() {
  Gather();
  return vertical_.HasRoom();
}

bool GroupFilter::Follow() {
  for (; vertical_.taken() < leader_->made(); Advance()) {
    if (!HasRoom()) return false;
  }
  return true;
}

int GroupFilter::Ready() {
  Gather();
  return ready_ ? rows_ - dropped_ : 0;
}

void GroupFilter::Drop(int rows) {
  assert(ready_ && rows <= rows_ - dropped_);
  dropped_ += rows;
  if (dropped_ < rows_) return;
  rows_ = dropped_ = 0;
  ready_ = false;
}

// Fetches output rows as far as the pair rows allow, up to one finished group.
void GroupFilter::Gather() {
  if (ready_) return;
  while (rows_ < kGroupRows &&
         vertical_.Next(lanes_.data() + static_cast<std::size_t>(rows_) * LaneStride(shape_))) {
    ++rows_;
  }
  if (rows_ == kGroupRows || (rows_ > 0 && vertical_.Done())) FinishGroup();
}

void GroupFilter::FinishGroup() {
  std::array<const std::int16_t*, kGroupRows> rows{};
  for (std::size_t plane = 0; plane < shape_.planes; ++plane) {
    for (int row = 0; row < kGroupRows; ++row) {
      // The last group repeats its last row.
      const auto from = static_cast<std::size_t>(std::min(row, rows_ - 1));
      rows[static_cast<std::size_t>(row)] =
          lanes_.data() + from * LaneStride(shape_) + plane * shape_.plane_samples();
    }
    horizontal_.Run(rows.data(), shape_.most, finished_.data() + plane * FinishedPlane(shape_));
  }
  ready_ = true;
}

}  // namespace whittle::pixel
