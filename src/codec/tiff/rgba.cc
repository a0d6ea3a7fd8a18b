// Layouts that are rare and intricate (YCbCr that is no JPEG, CIE L*a*b*, LogLuv) by libtiff's own
// conversion to 8-bit RGB, a strip or a row of tiles at a time. One of which a part is missing is
// missing as a whole.
#include <algorithm>
#include <array>
#include <utility>
#include <vector>

#include "codec/tiff/source.h"

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
  Expected<std::span<const TiffGap>> ReadRow(int y, std::uint8_t* row) override {
    const int in_block = y % layout().block_rows;
    if (in_block == 0) WHITTLE_CHECK(ReadBlock(y));
    const std::uint32_t* from = raster_.data() + std::ptrdiff_t{in_block} * width();
    for (int x = 0; x < width(); ++x, row += 3) {
      row[0] = static_cast<std::uint8_t>(TIFFGetR(from[x]));
      row[1] = static_cast<std::uint8_t>(TIFFGetG(from[x]));
      row[2] = static_cast<std::uint8_t>(TIFFGetB(from[x]));
    }
    return std::span<const TiffGap>(&gap_, gap_.to > 0 ? 1 : 0);
  }

  Expected<void> ReadBlock(int y) {
    image_->row_offset = y;
    const auto rows = static_cast<std::uint32_t>(std::min(layout().block_rows, height() - y));
    if (TIFFRGBAImageGet(image_.get(), raster_.data(), static_cast<std::uint32_t>(width()), rows) !=
            1 ||
        tiff_->ended_early()) {
      if (HasBlocksOf(static_cast<std::uint32_t>(y))) return tiff_->Failed();
      gap_ = {0, width()};
      std::ranges::fill(raster_, 0);
      return {};
    }
    gap_ = {};
    return {};
  }

  // Whether the file has all strips or tiles that hold row `y`.
  bool HasBlocksOf(std::uint32_t y) const {
    for (int plane = 0; plane < layout().planes; ++plane) {
      const auto sample = static_cast<std::uint16_t>(plane);
      for (int x = 0; x < width(); x += layout().block_width) {
        const std::uint32_t number =
            layout().tiled
                ? TIFFComputeTile(tiff_->get(), static_cast<std::uint32_t>(x), y, 0, sample)
                : TIFFComputeStrip(tiff_->get(), y, sample);
        if (!tiff_->HasBlock(number)) return false;
      }
    }
    return true;
  }

  std::unique_ptr<TiffFile> tiff_;
  std::unique_ptr<TIFFRGBAImage, EndImage> image_;
  std::vector<std::uint32_t> raster_;
  TiffGap gap_;  // of the block at hand, empty or all of it
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
