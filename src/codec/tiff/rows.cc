// Packed rows out of strips, one at a time, or out of tiles, one row of tiles at a time.
#include <algorithm>
#include <cstring>
#include <optional>
#include <utility>
#include <vector>

#include "codec/tiff/source.h"

namespace whittle::codec {
namespace {

std::size_t PackedBytes(const TiffLayout& layout, int width) {
  return (static_cast<std::size_t>(width) *
              static_cast<std::size_t>(layout.together() * layout.bits) +
          7) /
         8;
}

std::size_t Count(int number) { return static_cast<std::size_t>(number); }

// Planes lie far apart, and libtiff decodes a strip from its start whenever it comes back to one.
// So each plane has its own handle, which only goes forward.
class StripRows final : public TiffRows {
 public:
  StripRows(std::vector<std::unique_ptr<TiffFile>> files, const TiffLayout& layout)
      : files_(std::move(files)), layout_(layout) {
    const std::size_t bytes = PackedBytes(layout, layout.width);
    rows_.resize(bytes * files_.size());
    for (std::size_t i = 0; i < files_.size(); ++i) pointers_.push_back(rows_.data() + i * bytes);
    lost_.resize(files_.size());
  }

  Expected<std::span<const std::uint8_t* const>> Next() override {
    gap_ = {};
    for (std::size_t i = 0; i < files_.size(); ++i) WHITTLE_CHECK(ReadPlane(i));
    ++next_;
    return pointers_;
  }

  std::span<const TiffGap> gaps() const override {
    return {&gap_, gap_.to > 0 ? std::size_t{1} : 0};
  }

 private:
  Expected<void> ReadPlane(std::size_t i) {
    const TiffFile& file = *files_[i];
    const auto plane = static_cast<std::uint16_t>(layout_.PlaneInFile(static_cast<int>(i)));
    const std::uint32_t strip = TIFFComputeStrip(file.get(), next_, plane);
    const std::size_t bytes = rows_.size() / files_.size();
    if (lost_[i] != strip) {
      if (TIFFReadScanline(file.get(), rows_.data() + i * bytes, next_, plane) == 1 &&
          !file.ended_early()) {
        return {};
      }
      if (file.HasBlock(strip)) return file.Failed();
      lost_[i] = strip;
    }
    gap_ = {0, layout_.width};
    return {};
  }

  std::vector<std::unique_ptr<TiffFile>> files_;
  const TiffLayout layout_;
  std::vector<std::uint8_t> rows_;
  std::vector<const std::uint8_t*> pointers_;
  std::vector<std::optional<std::uint32_t>> lost_;  // of each plane, the last strip that is missing
  TiffGap gap_;                                     // of the row at hand, empty or all of it
  std::uint32_t next_ = 0;
};

class TileRows final : public TiffRows {
 public:
  TileRows(std::unique_ptr<TiffFile> file, const TiffLayout& layout, std::stop_token stop)
      : file_(std::move(file)),
        layout_(layout),
        stop_(std::move(stop)),
        tile_row_(PackedBytes(layout, layout.block_width)),
        across_(Count((layout.width + layout.block_width - 1) / layout.block_width)),
        stride_(tile_row_ * across_),
        tile_(tile_row_ * Count(layout.block_rows)),
        band_(stride_ * Count(layout.block_rows) * Count(layout.planes)),
        pointers_(Count(layout.planes)) {}

  Expected<std::span<const std::uint8_t* const>> Next() override {
    const int in_band = next_ % layout_.block_rows;
    if (in_band == 0) WHITTLE_CHECK(ReadBand());
    for (std::size_t plane = 0; plane < pointers_.size(); ++plane) {
      pointers_[plane] =
          band_.data() + (plane * Count(layout_.block_rows) + Count(in_band)) * stride_;
    }
    ++next_;
    return pointers_;
  }

  std::span<const TiffGap> gaps() const override { return gaps_; }

 private:
  Expected<void> ReadBand() {
    std::vector<bool> lacks(across_);
    for (int plane = 0; plane < layout_.planes; ++plane) {
      for (std::size_t i = 0; i < across_; ++i) {
        if (stop_.stop_requested()) return Fail(ErrorKind::kCancelled);
        WHITTLE_TRY(const bool there, ReadTile(plane, i));
        if (!there) lacks[i] = true;
      }
    }
    gaps_.clear();
    for (int i = 0; i < static_cast<int>(across_); ++i) {
      if (!lacks[Count(i)]) continue;
      const int from = i * layout_.block_width;
      gaps_.push_back({from, std::min(from + layout_.block_width, layout_.width)});
    }
    return {};
  }

  // False where the file does not have it.
  Expected<bool> ReadTile(int plane, std::size_t i) {
    const std::uint32_t number = TIFFComputeTile(
        file_->get(),
        static_cast<std::uint32_t>(i) * static_cast<std::uint32_t>(layout_.block_width),
        static_cast<std::uint32_t>(next_), 0,
        static_cast<std::uint16_t>(layout_.PlaneInFile(plane)));
    const auto size = static_cast<tmsize_t>(tile_.size());
    if (TIFFReadEncodedTile(file_->get(), number, tile_.data(), size) != size ||
        file_->ended_early()) {
      if (file_->HasBlock(number)) return file_->Failed();
      return false;
    }
    std::uint8_t* to =
        band_.data() + Count(plane) * Count(layout_.block_rows) * stride_ + i * tile_row_;
    for (std::size_t y = 0; y < Count(layout_.block_rows); ++y) {
      std::memcpy(to + y * stride_, tile_.data() + y * tile_row_, tile_row_);
    }
    return true;
  }

  std::unique_ptr<TiffFile> file_;
  const TiffLayout layout_;
  std::stop_token stop_;
  const std::size_t tile_row_;  // bytes
  const std::size_t across_;    // tiles
  const std::size_t stride_;    // bytes
  std::vector<std::uint8_t> tile_;
  std::vector<std::uint8_t> band_;  // a row of tiles of each plane
  std::vector<const std::uint8_t*> pointers_;
  std::vector<TiffGap> gaps_;  // of the rows of the band
  int next_ = 0;
};

}  // namespace

Expected<std::unique_ptr<TiffRows>> OpenTiffRows(std::unique_ptr<TiffFile> first, ByteView file,
                                                 const TiffLayout& layout, const Limits& limits,
                                                 std::stop_token stop) {
  // libtiff fills whole rows, so its idea of their size must be ours.
  const tmsize_t row_bytes =
      layout.tiled ? TIFFTileRowSize(first->get()) : TIFFScanlineSize(first->get());
  if (row_bytes != static_cast<tmsize_t>(
                       PackedBytes(layout, layout.tiled ? layout.block_width : layout.width))) {
    return Fail(ErrorKind::kUndecodable, "rows of an unexpected size");
  }
  if (layout.tiled) {
    if (TIFFTileSize(first->get()) != row_bytes * layout.block_rows) {
      return Fail(ErrorKind::kUndecodable, "tiles of an unexpected size");
    }
    return std::make_unique<TileRows>(std::move(first), layout, std::move(stop));
  }
  std::vector<std::unique_ptr<TiffFile>> files;
  files.push_back(std::move(first));
  while (files.size() < Count(layout.planes)) {
    WHITTLE_TRY(auto another, TiffFile::Open(file, limits));
    files.push_back(std::move(another));
  }
  return std::make_unique<StripRows>(std::move(files), layout);
}

}  // namespace whittle::codec
