// What libheif 1.15 does not tell of a file, and what it has to be told otherwise: its own parser
// gives no access to the cells of a grid, nor to how a picture's chroma is coded, and refuses files
// whose auxiliary pictures or metadata belong to several pictures, as those of iOS 18 do.
//
// For decoder.cc and grid_source.cc only. Any thread. Time and memory are linear in the file's meta
// box (isobmff/items.h).
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "codec/isobmff/items.h"
#include "whittle/bytes.h"

namespace whittle::codec {

/// A picture in cells of one size, row by row, that are stored as pictures of their own.
struct HeifGrid {
  int width = 0;  ///< as stored, before it is turned
  int height = 0;
  int cell_width = 0;
  int cell_height = 0;
  int columns = 0;
  std::vector<std::uint32_t> cells;  ///< numbers of items
  std::vector<bool> there;           ///< of each cell, whether the file reaches to its end
  int orientation = 1;               ///< EXIF's word for rotation and mirror
};

/// A picture of one piece to which libheif need do no more than decode it.
struct HeifPiece {
  /// Samples of two pixels as coded, by its configuration: 2 of 4:0:0, 3 of 4:2:0, 4 of 4:2:2, 6 of
  /// 4:4:4.
  int samples_of_two = 6;
  int orientation = 1;  ///< EXIF's word for rotation and mirror
};

struct HeifBoxes {
  /// A meta box to be read instead of the file's own; empty where that is good.
  Bytes meta;
  std::size_t own_meta = 0;  ///< where the file's own begins
  /// Where the file's last box ends, by its size: beyond the end of a file that is cut.
  std::uint64_t end = 0;
  /// Set where the primary picture can be decoded cell by cell: no alpha, no clean aperture.
  std::optional<HeifGrid> grid;
  /// Set where the primary picture is one HEVC picture without clean aperture. It may have alpha.
  std::optional<HeifPiece> piece;
};

HeifBoxes ReadHeifBoxes(ByteView file);

}  // namespace whittle::codec
