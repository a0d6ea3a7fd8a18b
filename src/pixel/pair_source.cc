#include "pixel/pair_source.h"

#include <cassert>
#include <cstring>

#include "base/checked.h"

namespace whittle::pixel {
namespace {

std::size_t RowBytes(const PairShape& shape) {
  return static_cast<std::size_t>(shape.reducer.width) * shape.reducer.planes;
}

}  // namespace

void CodePairs::Configure(const Kernels& kernels, const PairShape& shape) {
  reducer_.Configure(kernels, shape.reducer);
  even_row_.Resize(RowBytes(shape));
  height_ = shape.height;
  taken_ = 0;
}

std::size_t CodePairs::BytesNeeded(const PairShape& shape) {
  return Reducer::BytesNeeded(shape.reducer) + RoundUp(RowBytes(shape), kAlignment);
}

bool CodePairs::Take(const Rows& rows, int& used, std::int16_t* slot) {
  const std::uint8_t* const row = rows.row(used);
  bool complete = false;
  if (taken_ % 2 == 1) {
    complete = reducer_.Take(even_row_.data(), row, slot);
  } else if (taken_ + 1 == height_) {
    complete = reducer_.Take(row, row, slot);  // its odd neighbour weighs 0
  } else if (used + 1 < rows.rows) {
    complete = reducer_.Take(row, rows.row(used + 1), slot);
    ++used, ++taken_;
  } else {
    std::memcpy(even_row_.data(), row, rows.row_bytes());
  }
  ++used, ++taken_;
  return complete || (done() && reducer_.Finish(slot));
}

void ChromaPairs::Configure(const Kernels& kernels, const PairShape& shape) {
  kernels_ = &kernels;
  reducer_.Configure(kernels, shape.reducer);
  width_ = shape.reducer.width;
  height_ = shape.height;
  taken_ = 0;
}

bool ChromaPairs::Take(const Rows& rows, int& used, std::int16_t* slot) {
  assert(rows.cb.width == width_ && rows.cr.width == width_ && rows.luma.width == width_);
  assert(rows.cb.rows == rows.cr.rows && rows.cb.rows == rows.luma.rows);
  if (slot != nullptr) {
    kernels_->weigh_chroma(rows.cb.row(used), rows.cr.row(used), rows.luma.row(used),
                           static_cast<std::size_t>(width_), reducer_.WideRow(),
                           reducer_.wide_plane());
  }
  ++used, ++taken_;
  return reducer_.TakeWide(slot) || (done() && reducer_.Finish(slot));
}

}  // namespace whittle::pixel
