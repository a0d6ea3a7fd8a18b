// Colours for GIF: at most 256 of them for an area, and the indices that draw it with them.
//
// For the gif_*.cc files only. A Palette belongs to one job. Cost: libimagequant, some 0.1 to 0.5 s
// a megapixel by its speed, on the calling thread; areas that have few colours anyway are exact and
// take one look-up a pixel.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <stop_token>
#include <vector>

#include "whittle/expected.h"

namespace whittle::codec {

/// Red, green, blue, and 255, or 0 where nothing is to be drawn.
using GifPixel = std::array<std::uint8_t, 4>;

struct GifPalette {
  std::vector<GifPixel> colours;  ///< all opaque; their index is their place
  bool exact = false;             ///< the area it was made for has no other colours
  double error = 0;               ///< mean squared distance of that area's pixels, per sample
};

struct GifArea {
  int width = 0;
  int height = 0;
  std::span<const GifPixel> pixels;  ///< rows without padding
};

struct GifWork {
  int speed = 7;         ///< libimagequant's, 1 (best) to 10
  std::stop_token stop;  ///< heeded within libimagequant, too: kCancelled
};

/// A palette of at most `most` (1..256) colours for the opaque pixels of `area`.
Expected<GifPalette> MakeGifPalette(const GifArea& area, int most, const GifWork& work);

/// Mean squared distance of the area's opaque pixels to their nearest colours, from a sample of
/// them.
double GifPaletteError(const GifPalette& palette, const GifArea& area);

/// True when all opaque pixels of `area` are colours of `palette`. Error: kCancelled.
Expected<bool> GifPaletteHasAll(const GifPalette& palette, const GifArea& area,
                                const std::stop_token& stop);

/// The index of every pixel, `nothing` where nothing is to be drawn; dithered unless the palette
/// has every colour.
Expected<std::vector<std::uint8_t>> DrawWithGifPalette(const GifPalette& palette,
                                                       const GifArea& area, const GifWork& work,
                                                       std::uint8_t nothing);

}  // namespace whittle::codec
