// The quick way: everything decompressed at once.
#include "codec/png/rows.h"

#include <algorithm>
#include <optional>
#include <utility>
#include <vector>

#include "codec/png/libdeflate.h"
#include "codec/png/unfilter.h"

namespace whittle::codec {
namespace {

std::uint64_t InflatedBytes(const PngShape& shape) {
  return (std::uint64_t{shape.row_bytes()} + 1) * shape.height;
}

// The last condition keeps a large picture that is mostly missing from costing its whole frame:
// deflate shrinks to 1/1032 at best.
bool SuitsQuickWay(const PngPicture& picture) {
  const std::uint64_t bytes = InflatedBytes(picture.shape);
  return !picture.shape.interlaced && bytes <= kMaxInflatedPng &&
         picture.data.bytes <= kMaxInflatedPng && bytes / 1100 <= picture.data.bytes;
}

// All pieces in a row: a view of the file when there is one piece, else a copy in `joined`.
ByteView Joined(const PngPicture& picture, Bytes& joined) {
  PngPieces pieces(picture.file, picture.data);
  ByteView piece = pieces.Next();
  if (piece.size() == picture.data.bytes) return piece;
  joined.Reserve(picture.data.bytes);
  for (; !piece.empty(); piece = pieces.Next()) joined.Append(piece);
  return joined.view();
}

std::optional<Bytes> Inflate(const PngPicture& picture) {
  const DecompressorPtr inflate(libdeflate_alloc_decompressor());
  if (inflate == nullptr) return std::nullopt;
  Bytes joined;
  const ByteView from = Joined(picture, joined);
  Bytes to(InflatedBytes(picture.shape));
  std::size_t read = 0;  // bytes behind the checksum are not our concern
  const libdeflate_result result = libdeflate_zlib_decompress_ex(
      inflate.get(), from.data(), from.size(), to.data(), to.size(), &read, nullptr);
  if (result != LIBDEFLATE_SUCCESS) return std::nullopt;
  return to;
}

class QuickRows final : public PngRows {
 public:
  QuickRows(const PngPicture& picture, std::stop_token stop)
      : picture_(picture), stop_(std::move(stop)) {}
  Expected<const std::uint8_t*> Next() override;
  bool truncated() const override { return slow_ != nullptr && slow_->truncated(); }

 private:
  bool Start();
  void UnfilterAhead();
  const std::uint8_t* Unfiltered();

  PngPicture picture_;
  std::stop_token stop_;
  Bytes inflated_;
  std::vector<std::uint8_t> zeros_;  // above the first row
  std::unique_ptr<PngRows> slow_;    // once it has taken over
  bool started_ = false;
  std::uint32_t y_ = 0;      // the next row
  std::uint32_t ready_ = 0;  // rows before this one are unfiltered
};

// Judges all of the picture's filters beforehand, so that the slow way never takes over amid it.
bool QuickRows::Start() {
  auto inflated = Inflate(picture_);
  if (!inflated) return false;
  const std::size_t stride = picture_.shape.row_bytes() + 1;
  for (std::uint32_t y = 0; y < picture_.shape.height; ++y) {
    if (inflated->data()[y * stride] > 4) return false;
  }
  inflated_ = std::move(*inflated);
  zeros_.resize(stride);
  return true;
}

// Rows filtered by Paeth are done some at a time where they follow each other.
void QuickRows::UnfilterAhead() {
  const std::size_t bytes = picture_.shape.row_bytes();
  const std::size_t stride = bytes + 1;
  std::uint8_t* filter = inflated_.data() + y_ * stride;
  std::uint8_t* row = filter + 1;
  const auto pixel_bytes = static_cast<std::size_t>(std::max(picture_.shape.pixel_bits() / 8, 1));
  const std::uint8_t* prior = y_ > 0 ? row - stride : zeros_.data();
  constexpr int kPaeth = 4;
  bool all = y_ + kPaethRows <= picture_.shape.height;
  for (std::size_t i = 0; all && i < kPaethRows; ++i) all = filter[i * stride] == kPaeth;
  if (all && UnfilterPaethRows(row, stride, prior, bytes, pixel_bytes)) {
    ready_ = y_ + static_cast<std::uint32_t>(kPaethRows);
    return;
  }
  UnfilterPngRow(*filter, row, prior, bytes, pixel_bytes);
  ready_ = y_ + 1;
}

const std::uint8_t* QuickRows::Unfiltered() {
  if (y_ == ready_) UnfilterAhead();
  return inflated_.data() + (picture_.shape.row_bytes() + 1) * y_++ + 1;
}

Expected<const std::uint8_t*> QuickRows::Next() {
  if (stop_.stop_requested()) return Fail(ErrorKind::kCancelled);
  if (!std::exchange(started_, true) && !Start()) slow_ = OpenPngStreamRows(picture_, stop_);
  if (slow_ != nullptr) return slow_->Next();
  return Unfiltered();
}

}  // namespace

std::unique_ptr<PngRows> OpenPngRows(const PngPicture& picture, std::stop_token stop) {
  if (SuitsQuickWay(picture)) return std::make_unique<QuickRows>(picture, std::move(stop));
  return OpenPngStreamRows(picture, std::move(stop));
}

namespace {

// zlib's window and tables, or libdeflate's.
constexpr std::uint64_t kFixed = 64 << 10;

// A row and the one above it, with their filters; the frame.
std::uint64_t BytesByZlib(const PngShape& shape) {
  const std::uint64_t row = shape.row_bytes();
  return kFixed + 2 * (row + 1) + (shape.interlaced ? row * shape.height : 0);
}

// All rows; the compressed picture once more, joined; zeros above the first row.
std::uint64_t QuickBytes(const PngShape& shape, std::uint64_t inflated, std::uint64_t data) {
  return kFixed + inflated + data + shape.row_bytes() + 1;
}

}  // namespace

std::uint64_t PngRowsBytes(const PngPicture& picture) {
  const std::uint64_t by_zlib = BytesByZlib(picture.shape);
  if (!SuitsQuickWay(picture)) return by_zlib;
  // Should zlib take over, the quick way's memory has been given back.
  const std::uint64_t inflated = InflatedBytes(picture.shape);
  return std::max(by_zlib, QuickBytes(picture.shape, inflated, picture.data.bytes));
}

std::uint64_t PngRowsBytesAtMost(const PngShape& shape, std::uint64_t data_bytes) {
  const std::uint64_t inflated = std::min(InflatedBytes(shape), kMaxInflatedPng);
  return std::max(BytesByZlib(shape), QuickBytes(shape, inflated, data_bytes));
}

}  // namespace whittle::codec
