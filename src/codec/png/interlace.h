// Adam7 (PNG specification, 8.2): the passes that an interlaced picture is stored in, and its
// pixels' way into them and back.
//
// For the png_*.cc files only. Pure functions, any thread. Cost: a copy for each pixel.
#pragma once

#include <cstddef>
#include <cstdint>
#include <stop_token>
#include <vector>

#include "codec/png/file.h"
#include "whittle/expected.h"

namespace whittle::codec {

/// A pass, or all of a picture that is not interlaced: every `across`th pixel of every `down`th row
/// from (x, y) on.
struct PngPass {
  std::size_t x = 0, y = 0, across = 1, down = 1;
  std::size_t width = 0, height = 0;
};
/// Those that have pixels, in their order.
std::vector<PngPass> PngPassesOf(const PngShape& shape);

/// Of one of its rows, packed, without its filter byte.
std::size_t PngPassBytes(const PngPass& pass, const PngShape& shape);

/// Takes the pixels of `pass` out of a packed row. `packed` is zero before.
void TakePngPass(const PngPass& pass, const PngShape& shape, const std::uint8_t* row,
                 std::uint8_t* packed);

/// Puts them back where they belong. Below 8 bits `row` is zero there before.
void PutPngPass(const PngPass& pass, const PngShape& shape, const std::uint8_t* packed,
                std::uint8_t* row);

/// What a picture shows whose data ends early, as browsers do while it loads: a pixel stands for
/// the block that is its share until later passes divide it (PNG specification, 8.2). Of `frame`,
/// all packed rows without filter bytes, those pixels are there that belong to the first `whole`
/// passes of PngPassesOf, and to the first `rows` rows of the next; the others are zero. Returns
/// how many rows, from the top, then have all of their pixels. Errors: kCancelled, seen at each
/// row.
Expected<std::uint32_t> FillPngFrame(std::uint8_t* frame, const PngShape& shape, std::size_t whole,
                                     std::size_t rows, const std::stop_token& stop);

}  // namespace whittle::codec
