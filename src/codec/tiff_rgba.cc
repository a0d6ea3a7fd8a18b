// Layouts that are rare and intricate (YCbCr that is no JPEG, CIE L*a*b*) by libtiff's own
// conversion to 8-bit RGB, a strip or a row of tiles at a time.
#include <algorithm>
#include <array>
#include <cassert>
#include <optional>
#include <utility>
#include <vector>

#include "codec/tiff_source.h"

namespace whittle::codec {
namespace {

struct EndImage {
  void operator()(TIFFRGBAImage* image) const {
    TIFFRGBAImageEnd(image);
    delete image;
  }
};

class RgbaSource final : public RowSource {
 public:
  RgbaSource(std::unique_ptr<TiffFile> tiff, std::unique_ptr<TIFFRGBAImage, EndImage> image,
             const TiffLayout& layout, std::stop_token stop)
      : tiff_(std::move(tiff)),
        image_(std::move(image)),
        layout_(layout),
        stop_(std::move(stop)),
        raster_(static_cast<std::size_t>(layout.width) *
                static_cast<std::size_t>(layout.block_rows)) {}

  int width() const override { return layout_.width; }
  int height() const override { return layout_.height; }
  pixel::PixelFormat format() const override { return layout_.format; }

  Expected<int> Read(pixel::RowSpan batch) override {
    assert(batch.width == width() && batch.format == format());
    if (error_) return std::unexpected(*error_);
    const int count = std::min(batch.rows, layout_.height - next_row_);
    for (int y = 0; y < count; ++y, ++next_row_) {
      if (auto read = ReadRow(batch.row(y)); !read) {
        error_ = std::move(read).error();
        return std::unexpected(*error_);
      }
    }
    return std::max(count, 0);
  }

 private:
  Expected<void> ReadRow(std::uint8_t* row) {
    if (stop_.stop_requested()) return Fail(ErrorKind::kCancelled);
    const int in_block = next_row_ % layout_.block_rows;
    if (in_block == 0) {
      image_->row_offset = next_row_;
      const auto rows =
          static_cast<std::uint32_t>(std::min(layout_.block_rows, layout_.height - next_row_));
      const auto width = static_cast<std::uint32_t>(layout_.width);
      if (TIFFRGBAImageGet(image_.get(), raster_.data(), width, rows) != 1 ||
          tiff_->ended_early()) {
        return tiff_->Failed();
      }
    }
    const std::uint32_t* from =
        raster_.data() + static_cast<std::ptrdiff_t>(in_block) * layout_.width;
    for (int x = 0; x < layout_.width; ++x, row += 3) {
      row[0] = static_cast<std::uint8_t>(TIFFGetR(from[x]));
      row[1] = static_cast<std::uint8_t>(TIFFGetG(from[x]));
      row[2] = static_cast<std::uint8_t>(TIFFGetB(from[x]));
    }
    return {};
  }

  std::unique_ptr<TiffFile> tiff_;
  std::unique_ptr<TIFFRGBAImage, EndImage> image_;
  const TiffLayout layout_;
  std::stop_token stop_;
  std::vector<std::uint32_t> raster_;
  int next_row_ = 0;
  std::optional<Error> error_;
};

}  // namespace

Expected<std::unique_ptr<RowSource>> OpenTiffByLibtiff(std::unique_ptr<TiffFile> tiff,
                                                       const TiffLayout& layout,
                                                       std::stop_token stop) {
  std::array<char, 1024> complaint{};
  auto made = std::make_unique<TIFFRGBAImage>();
  if (TIFFRGBAImageBegin(made.get(), tiff->get(), 1, complaint.data()) != 1) {
    return Fail(ErrorKind::kUndecodable, complaint.data());
  }
  std::unique_ptr<TIFFRGBAImage, EndImage> image(made.release());
  image->req_orientation = image->orientation;  // as stored: the pipeline turns pictures itself
  return std::make_unique<RgbaSource>(std::move(tiff), std::move(image), layout, std::move(stop));
}

}  // namespace whittle::codec
