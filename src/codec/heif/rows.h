// What the two ways of giving a HEIF's rows have in common: sides and format are the file's, a stop
// is seen at each batch, and the first error is the last word.
//
// For source.cc and grid_source.cc only. One belongs to one job.
#pragma once

#include <algorithm>
#include <cassert>
#include <optional>
#include <stop_token>
#include <utility>

#include "codec/codec.h"
#include "codec/heif/decoder.h"

namespace whittle::codec {

class HeifRows : public RowSource {
 public:
  HeifRows(HeifFile file, std::stop_token stop) : file_(std::move(file)), stop_(std::move(stop)) {}

  int width() const final { return file_.width; }
  int height() const final { return file_.height; }
  pixel::PixelFormat format() const final { return file_.format; }
  Expected<int> Read(pixel::RowSpan batch) final {
    assert(batch.width == width() && batch.format == format());
    if (error_) return std::unexpected(*error_);
    batch.rows = std::min(batch.rows, height() - next_row_);
    if (batch.rows <= 0) return 0;
    auto got = stop_.stop_requested() ? Fail(ErrorKind::kCancelled) : Fill(batch);
    if (!got) error_ = got.error();
    next_row_ += got.value_or(0);
    return got;
  }

 protected:
  /// Rows from next_row() on: one at least, no more than `batch` has, all of which are there.
  virtual Expected<int> Fill(pixel::RowSpan batch) = 0;
  const HeifFile& file() const { return file_; }
  bool stop_requested() const { return stop_.stop_requested(); }
  int next_row() const { return next_row_; }

 private:
  HeifFile file_;
  std::stop_token stop_;
  int next_row_ = 0;
  std::optional<Error> error_;
};

}  // namespace whittle::codec
