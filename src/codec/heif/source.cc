// Rows by libheif, which decodes and converts the whole picture before the first of them.
#include "codec/heif/source.h"

#include <optional>
#include <utility>

#include "codec/filled_rows.h"
#include "codec/heif/decoder.h"
#include "codec/heif/grid_source.h"
#include "codec/heif/picture.h"

namespace whittle::codec {
namespace {

class HeifSource final : public FilledRows {
 public:
  HeifSource(HeifFile file, std::stop_token stop)
      : FilledRows(file.width, file.height, file.format, std::move(stop)), file_(std::move(file)) {}

 private:
  Expected<int> Fill(pixel::RowSpan batch) override;

  HeifFile file_;
  std::optional<HeifPicture> picture_;  // once decoded
};

Expected<int> HeifSource::Fill(pixel::RowSpan batch) {
  if (!picture_) {
    WHITTLE_TRY(picture_, HeifPicture::Decode(file_.handle.get(), file_.format, file_.as_stored));
    if (picture_->width() != width() || picture_->height() != height()) {
      return Fail(ErrorKind::kUndecodable, "the picture is not what its boxes say");
    }
    if (stop_requested()) return Fail(ErrorKind::kCancelled);
  }
  for (int i = 0; i < batch.rows; ++i) picture_->CopyRow(next_row() + i, width(), batch.row(i));
  return batch.rows;
}

}  // namespace

Expected<std::unique_ptr<RowSource>> OpenHeif(ByteView file, const Limits& limits,
                                              std::stop_token stop) {
  WHITTLE_TRY(HeifFile parsed, OpenHeifFile(file, limits, stop));
  if (parsed.grid) return NewHeifGridSource(std::move(parsed), std::move(stop));
  return std::make_unique<HeifSource>(std::move(parsed), std::move(stop));
}

}  // namespace whittle::codec
