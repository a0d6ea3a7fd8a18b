// The decoding half of the TIFF codec. Called through codec.h only; see there for the contract.
#pragma once

#include <memory>
#include <optional>
#include <span>
#include <stop_token>
#include <utility>
#include <vector>

#include "codec/codec.h"
#include "codec/tiff/file.h"
#include "codec/tiff/layout.h"

namespace whittle::codec {

/// The first page of a file.
Expected<Header> ProbeTiff(ByteView file, const Limits& limits);
Expected<std::unique_ptr<RowSource>> OpenTiff(ByteView file, const Limits& limits,
                                              std::stop_token stop);
Metadata MetadataOfTiff(ByteView file, const Limits& limits);

/// Columns [from, to) of a row that the file does not have.
struct TiffGap {
  int from = 0;
  int to = 0;
};

/// Where packed rows come from, top to bottom: strips or tiles. In rows.cc.
class TiffRows {
 public:
  virtual ~TiffRows() = default;
  /// A pointer for each plane to the next row, valid until the next call.
  virtual Expected<std::span<const std::uint8_t* const>> Next() = 0;
  /// What that row lacks, in any of its planes: its samples there are anything, but the same every
  /// time. In order, and valid as long.
  virtual std::span<const TiffGap> gaps() const = 0;
};
/// `first` is the handle that `layout` was read from.
Expected<std::unique_ptr<TiffRows>> OpenTiffRows(std::unique_ptr<TiffFile> first, ByteView file,
                                                 const TiffLayout& layout, const Limits& limits,
                                                 std::stop_token stop);

/// Rows one by one; what follows an error is that error. What a row lacks gets the mean of the rest
/// of it, and a row of which nothing is there that of the last one of which something is. In
/// source.cc.
class TiffRowSource : public RowSource {
 public:
  TiffRowSource(const TiffLayout& layout, std::stop_token stop)
      : layout_(layout), stop_(std::move(stop)) {}
  int width() const override { return layout_.width; }
  int height() const override { return layout_.height; }
  pixel::PixelFormat format() const override { return layout_.format; }
  Expected<int> Read(pixel::RowSpan batch) final;
  bool truncated() const final { return truncated_; }

 protected:
  /// Fills row `y`, the one after the last that was asked for, but for what is returned.
  virtual Expected<std::span<const TiffGap>> ReadRow(int y, std::uint8_t* row) = 0;
  const TiffLayout& layout() const { return layout_; }

 private:
  Expected<void> ReadOrFillIn(std::uint8_t* row);
  void TakeMean(const std::uint8_t* row, std::span<const TiffGap> gaps);

  const TiffLayout layout_;
  std::vector<std::uint8_t> there_;  // of a row, side by side
  std::vector<std::uint8_t> mean_;   // a pixel, empty before the first row
  bool truncated_ = false;
  std::stop_token stop_;
  int next_row_ = 0;
  std::optional<Error> error_;
};

/// For layouts that are by_libtiff. In rgba.cc.
Expected<std::unique_ptr<RowSource>> OpenTiffByLibtiff(std::unique_ptr<TiffFile> tiff,
                                                       const TiffLayout& layout,
                                                       std::stop_token stop);

}  // namespace whittle::codec
