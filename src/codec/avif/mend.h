// Boxes that libavif 0.11 refuses or misreads although the file is sound, written anew in a form
// that it takes. The picture's data stays where it is.
//
// For decoder.cc only. Any thread. Time and memory are linear in the file's meta and moov boxes,
// neither of which is written anew above kMostMeta (isobmff/items.h), and of most files nothing is.
#pragma once

#include <cstddef>
#include <vector>

#include "whittle/bytes.h"

namespace whittle::codec {

/// What libavif is to see instead of the box at `at`: its header of 8 bytes, and its content.
struct MendedBox {
  std::size_t at = 0;
  Bytes box;
};

/// Of a file that needs it:
///  - a meta box without a size, which ends with the file;
///  - more than one ipma box of the same kind (HEIF allows one): they become one;
///  - grids that name a cell twice, share cells with another grid, or do not name them in rising
///    order, which libavif takes for the order of the cells: cells become items of their own;
///  - a grid without alpha whose cells have it: their alpha becomes a grid;
///  - a configuration that says 4:4:4 or 4:2:0 of what can only be 4:2:2;
///  - tracks that are no pictures, such as sound, or auxiliary and not alpha, such as depth.
std::vector<MendedBox> MendAvif(ByteView file);

}  // namespace whittle::codec
