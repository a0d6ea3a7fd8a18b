// What sources have in common that decode more than they are asked for and give it out in portions:
// sides and format are known from the start, a stop is seen at each batch, and the first error is
// the last word.
//
// For codecs. One belongs to one job.
#pragma once

#include <algorithm>
#include <cassert>
#include <optional>
#include <stop_token>
#include <utility>

#include "codec/codec.h"

namespace whittle::codec {

class FilledRows : public RowSource {
 public:
  FilledRows(int width, int height, pixel::PixelFormat format, std::stop_token stop)
      : width_(width), height_(height), format_(format), stop_(std::move(stop)) {}

  int width() const final { return width_; }
  int height() const final { return height_; }
  pixel::PixelFormat format() const final { return format_; }
  Expected<int> Read(pixel::RowSpan batch) final {
    assert(batch.width == width_ && batch.format == format_);
    if (error_) return std::unexpected(*error_);
    batch.rows = std::min(batch.rows, height_ - next_row_);
    if (batch.rows <= 0) return 0;
    auto got = stop_.stop_requested() ? Fail(ErrorKind::kCancelled) : Fill(batch);
    if (!got) error_ = got.error();
    next_row_ += got.value_or(0);
    return got;
  }

 protected:
  /// Rows from next_row() on: one at least, no more than `batch` has, all of which are there.
  virtual Expected<int> Fill(pixel::RowSpan batch) = 0;
  bool stop_requested() const { return stop_.stop_requested(); }
  int next_row() const { return next_row_; }

 private:
  const int width_, height_;
  const pixel::PixelFormat format_;
  std::stop_token stop_;
  int next_row_ = 0;
  std::optional<Error> error_;
};

}  // namespace whittle::codec
