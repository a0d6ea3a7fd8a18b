// The decoding half of the TIFF codec. Called through codec.h only; see there for the contract.
#pragma once

#include <memory>
#include <span>
#include <stop_token>

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

/// For layouts that are by_libtiff. In tiff_rgba.cc.
Expected<std::unique_ptr<RowSource>> OpenTiffByLibtiff(std::unique_ptr<TiffFile> tiff,
                                                       const TiffLayout& layout,
                                                       std::stop_token stop);

}  // namespace whittle::codec
