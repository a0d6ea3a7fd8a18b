// The decoding half of the TIFF codec. Called through codec.h only; see there for the contract.
#pragma once

#include <memory>
#include <optional>
#include <span>
#include <stop_token>
#include <utility>

#include "codec/codec.h"
#include "codec/tiff_file.h"
#include "codec/tiff_layout.h"

namespace whittle::codec {

/// The first page of a file.
Expected<Header> ProbeTiff(ByteView file, const Limits& limits);
Expected<std::unique_ptr<RowSource>> OpenTiff(ByteView file, const Limits& limits,
                                              std::stop_token stop);
Metadata MetadataOfTiff(ByteView file, const Limits& limits);

/// Where packed rows come from, top to bottom: strips or tiles. In tiff_rows.cc.
class TiffRows {
 public:
  virtual ~TiffRows() = default;
  /// A pointer for each plane to the next row, valid until the next call.
  virtual Expected<std::span<const std::uint8_t* const>> Next() = 0;
};
/// `first` is the handle that `layout` was read from.
Expected<std::unique_ptr<TiffRows>> OpenTiffRows(std::unique_ptr<TiffFile> first, ByteView file,
                                                 const TiffLayout& layout, const Limits& limits,
                                                 std::stop_token stop);

/// Rows one by one; what follows an error is that error.
class TiffRowSource : public RowSource {
 public:
  TiffRowSource(const TiffLayout& layout, std::stop_token stop)
      : layout_(layout), stop_(std::move(stop)) {}
  int width() const override { return layout_.width; }
  int height() const override { return layout_.height; }
  pixel::PixelFormat format() const override { return layout_.format; }
  Expected<int> Read(pixel::RowSpan batch) final;

 protected:
  /// Fills row `y`, the one after the last that was asked for.
  virtual Expected<void> ReadRow(int y, std::uint8_t* row) = 0;
  const TiffLayout& layout() const { return layout_; }

 private:
  const TiffLayout layout_;
  std::stop_token stop_;
  int next_row_ = 0;
  std::optional<Error> error_;
};

/// For layouts that are by_libtiff. In tiff_rgba.cc.
Expected<std::unique_ptr<RowSource>> OpenTiffByLibtiff(std::unique_ptr<TiffFile> tiff,
                                                       const TiffLayout& layout,
                                                       std::stop_token stop);

}  // namespace whittle::codec
