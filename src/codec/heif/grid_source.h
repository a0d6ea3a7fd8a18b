// A HEIF grid, one row of cells at a time, so that a picture of 50 megapixels needs no more than
// some rows of it, and a stop is seen between two cells. The rows are those of libheif's own
// decoding of the whole, as stored: the grid's orientation tells how it is shown.
//
// Of a file that is cut, the cells that are there are shown.
#pragma once

#include <memory>
#include <stop_token>

#include "codec/codec.h"
#include "codec/heif/decoder.h"

namespace whittle::codec {

/// For a file that has a grid, with its first cell there.
std::unique_ptr<RowSource> NewHeifGridSource(HeifFile file, std::stop_token stop);

}  // namespace whittle::codec
