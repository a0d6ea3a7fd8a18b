// Rows by libheif, which decodes and converts the whole picture before the first of them.
#include "codec/heif/source.h"

#include <algorithm>
#include <cassert>
#include <optional>
#include <utility>

#include "codec/heif/decoder.h"
#include "codec/heif/grid_source.h"
#include "codec/heif/picture.h"

namespace whittle::codec {
namespace {

class HeifSource final : public RowSource {
 public:
  HeifSource(HeifFile file, std::stop_token stop)
      : file_(std::move(file)), stop_(std::move(stop)) {}

  int width() const override { return file_.width; }
  int height() const override { return file_.height; }
  pixel::PixelFormat format() const override { return file_.format; }
  Expected<int> Read(pixel::RowSpan batch) override;

 private:
  Expected<int> Fill(pixel::RowSpan batch);

  HeifFile file_;
  std::stop_token stop_;
  std::optional<HeifPicture> picture_;  // once decoded
  int next_row_ = 0;
  std::optional<Error> error_;
};

Expected<int> HeifSource::Fill(pixel::RowSpan batch) {
  if (stop_.stop_requested()) return Fail(ErrorKind::kCancelled);
  if (!picture_) {
    WHITTLE_TRY(picture_, HeifPicture::Decode(file_.handle.get(), file_.format, file_.as_stored));
    if (picture_->width() != file_.width || picture_->height() != file_.height) {
      return Fail(ErrorKind::kUndecodable, "the picture is not what its boxes say");
    }
  }
  if (stop_.stop_requested()) return Fail(ErrorKind::kCancelled);
  const int count = std::min(batch.rows, file_.height - next_row_);
  for (int i = 0; i < count; ++i) picture_->CopyRow(next_row_ + i, file_.width, batch.row(i));
  next_row_ += count;
  return count;
}

Expected<int> HeifSource::Read(pixel::RowSpan batch) {
  assert(batch.width == width() && batch.format == format());
  if (error_) return std::unexpected(*error_);
  if (next_row_ >= file_.height || batch.rows <= 0) return 0;
  auto got = Fill(batch);
  if (!got) error_ = got.error();
  return got;
}

}  // namespace

Expected<std::unique_ptr<RowSource>> OpenHeif(ByteView file, const Limits& limits,
                                              std::stop_token stop) {
  WHITTLE_TRY(HeifFile parsed, OpenHeifFile(file, limits));
  if (parsed.grid) return NewHeifGridSource(std::move(parsed), std::move(stop));
  return std::make_unique<HeifSource>(std::move(parsed), std::move(stop));
}

}  // namespace whittle::codec
