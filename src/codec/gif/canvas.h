// Pixels on their way into a GIF: opaque or nothing.
//
// For the gif_*.cc files only. Any thread.
#pragma once

#include <cstddef>
#include <vector>

#include "codec/gif/palette.h"
#include "pixel/view.h"

namespace whittle::codec {

/// Appends rows of kRgb8 or kRgba8. What is less than half opaque becomes {0, 0, 0, 0}.
inline void AppendGifPixels(pixel::ConstRowSpan rows, std::vector<GifPixel>& to) {
  const bool alpha = pixel::HasAlpha(rows.format);
  const std::size_t bytes = alpha ? 4 : 3;
  for (int y = 0; y < rows.rows; ++y) {
    const std::uint8_t* from = rows.row(y);
    for (int x = 0; x < rows.width; ++x, from += bytes) {
      const bool drawn = !alpha || from[3] >= 128;
      to.push_back(drawn ? GifPixel{from[0], from[1], from[2], 255} : GifPixel{});
    }
  }
}

}  // namespace whittle::codec
