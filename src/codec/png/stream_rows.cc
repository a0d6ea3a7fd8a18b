// The way for all pictures: by zlib, a row at a time; interlaced ones as a whole. It gives what
// there is of a picture whose data ends early.
#include <algorithm>
#include <cstring>
#include <utility>
#include <vector>

#include "codec/inflater.h"
#include "codec/png/interlace.h"
#include "codec/png/rows.h"
#include "codec/png/unfilter.h"

namespace whittle::codec {
namespace {

// Rows as they are stored, unfiltered.
class StoredRows {
 public:
  StoredRows(const PngPicture& picture, std::stop_token stop)
      : inflater_(
            Inflater::Wrapping::kZlib,
            [pieces = PngPieces(picture.file, picture.data)]() mutable { return pieces.Next(); },
            std::move(stop)),
        pixel_bytes_(static_cast<std::size_t>(std::max(picture.shape.pixel_bits() / 8, 1))),
        row_(picture.shape.row_bytes() + 1),
        prior_(picture.shape.row_bytes() + 1) {}

  // Nothing stands above the first row of a pass.
  void BeginPass() { std::ranges::fill(prior_, std::uint8_t{0}); }

  // The next one, of so many bytes, valid until the next call that gives one; null where it is not
  // all there, or has no such filter.
  Expected<const std::uint8_t*> Next(std::size_t bytes) {
    WHITTLE_TRY(const std::size_t got, inflater_.Fill(row_.data(), bytes + 1));
    if (got <= bytes) return nullptr;
    if (!UnfilterPngRow(row_[0], row_.data() + 1, prior_.data() + 1, bytes, pixel_bytes_)) {
      return nullptr;
    }
    std::swap(row_, prior_);
    return prior_.data() + 1;
  }

  Expected<bool> EndsWell() { return inflater_.EndsWell(); }

 private:
  Inflater inflater_;
  std::size_t pixel_bytes_;
  std::vector<std::uint8_t> row_;  // with its filter
  std::vector<std::uint8_t> prior_;
};

class StreamRows final : public PngRows {
 public:
  StreamRows(const PngPicture& picture, std::stop_token stop)
      : picture_(picture), stop_(stop), stored_(picture, std::move(stop)) {}
  Expected<const std::uint8_t*> Next() override;
  bool truncated() const override { return truncated_; }

 private:
  Expected<void> ReadFrame();
  Expected<void> Judge(bool complete);
  Expected<const std::uint8_t*> Row();

  PngPicture picture_;
  std::stop_token stop_;
  StoredRows stored_;
  Bytes frame_;              // of an interlaced picture
  std::uint32_t there_ = 0;  // rows of it that are shown
  bool started_ = false;
  bool missing_ = false;  // all rows from here on
  bool truncated_ = false;
  std::uint32_t y_ = 0;
};

// What zlib's checksum does not vouch for must have sound CRCs, where the file goes on long enough
// to have them: else it is damage rather than a part of a picture.
Expected<void> StreamRows::Judge(bool complete) {
  if (complete) {
    WHITTLE_TRY(const bool proven, stored_.EndsWell());
    if (proven) return {};
  }
  if (PngDataIsSound(picture_.file, picture_.data)) return {};
  return Fail(ErrorKind::kUndecodable, "the picture's checksums are wrong");
}

Expected<void> StreamRows::ReadFrame() {
  const PngShape& shape = picture_.shape;
  frame_.Resize(shape.row_bytes() * shape.height);
  std::memset(frame_.data(), 0, frame_.size());
  const auto passes = PngPassesOf(shape);
  std::size_t whole = 0;
  std::size_t rows = 0;  // of the pass behind those
  for (const PngPass& pass : passes) {
    stored_.BeginPass();
    for (rows = 0; rows < pass.height; ++rows) {
      WHITTLE_TRY(const std::uint8_t* packed, stored_.Next(PngPassBytes(pass, shape)));
      if (packed == nullptr) break;
      const std::size_t y = pass.y + rows * pass.down;
      PutPngPass(pass, shape, packed, frame_.data() + y * shape.row_bytes());
    }
    if (rows < pass.height) break;
    ++whole;
  }
  const bool complete = whole == passes.size();
  WHITTLE_CHECK(Judge(complete));
  truncated_ = !complete;
  there_ = shape.height;
  if (!complete) {
    WHITTLE_TRY(there_, FillPngFrame(frame_.data(), shape, whole, rows, stop_));
  }
  return {};
}

Expected<const std::uint8_t*> StreamRows::Row() {
  const PngShape& shape = picture_.shape;
  if (shape.interlaced) {
    if (!std::exchange(started_, true)) WHITTLE_CHECK(ReadFrame());
    return y_ < there_ ? frame_.data() + y_ * shape.row_bytes() : nullptr;
  }
  WHITTLE_TRY(const std::uint8_t* row, stored_.Next(shape.row_bytes()));
  const bool last = y_ + 1 == shape.height;
  if (last || row == nullptr) WHITTLE_CHECK(Judge(row != nullptr));
  return row;
}

Expected<const std::uint8_t*> StreamRows::Next() {
  if (stop_.stop_requested()) return Fail(ErrorKind::kCancelled);
  if (missing_) return nullptr;
  WHITTLE_TRY(const std::uint8_t* row, Row());
  missing_ = row == nullptr;
  truncated_ = truncated_ || missing_;
  if (missing_ && y_ == 0) return Fail(ErrorKind::kUndecodable, "nothing of the picture is there");
  ++y_;
  return row;
}

}  // namespace

std::unique_ptr<PngRows> OpenPngStreamRows(const PngPicture& picture, std::stop_token stop) {
  return std::make_unique<StreamRows>(picture, std::move(stop));
}

}  // namespace whittle::codec
