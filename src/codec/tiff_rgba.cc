// Layouts that are rare and intricate (YCbCr that is no JPEG, CIE L*a*b*) by libtiff's own
// conversion to 8-bit RGB, a strip or a row of tiles at a time.
#include <algorithm>
#include <array>
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

class RgbaSource final : public TiffRowSource {
 public:
  RgbaSource(std::unique_ptr<TiffFile> tiff, std::unique_ptr<TIFFRGBAImage, EndImage> image,
             const TiffLayout& layout, std::stop_token stop)
      : TiffRowSource(layout, std::move(stop)),
        tiff_(std::move(tiff)),
        image_(std::move(image)),
        raster_(static_cast<std::size_t>(layout.width) *
                static_cast<std::size_t>(layout.block_rows)) {}

 private:
  Expected<void> ReadRow(int y, std::uint8_t* row) override {
    const int in_block = y % layout().block_rows;
    if (in_block == 0) WHITTLE_CHECK(ReadBlock(y));
    const std::uint32_t* from = raster_.data() + std::ptrdiff_t{in_block} * width();
    for (int x = 0; x < width(); ++x, row += 3) {
      row[0] = static_cast<std::uint8_t>(TIFFGetR(from[x]));
      row[1] = static_cast<std::uint8_t>(TIFFGetG(from[x]));
      row[2] = static_cast<std::uint8_t>(TIFFGetB(from[x]));
    }
    return {};
  }

  Expected<void> ReadBlock(int y) {
    image_->row_offset = y;
    const auto rows = static_cast<std::uint32_t>(std::min(layout().block_rows, height() - y));
    if (TIFFRGBAImageGet(image_.get(), raster_.data(), static_cast<std::uint32_t>(width()), rows) !=
            1 ||
        tiff_->ended_early()) {
      return tiff_->Failed();
    }
    return {};
  }

  std::unique_ptr<TiffFile> tiff_;
  std::unique_ptr<TIFFRGBAImage, EndImage> image_;
  std::vector<std::uint32_t> raster_;
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
