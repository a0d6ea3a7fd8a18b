// Rows of samples as floats and back, for effects that average pixels.
//
// Colour is multiplied by alpha on its way in and divided by it on its way out, so that what nobody
// sees does not bleed into what everybody does. Values are the samples' own codes: 0..255 or
// 0..65535. Any thread; about 1 ns a sample.
#pragma once

#include <cstdint>

#include "pixel/view.h"

namespace whittle::effect {

/// One row of `width` pixels. `format` is any but kCmyk8.
void ToFloats(const std::uint8_t* row, pixel::PixelFormat format, int width, float* to);

/// The nearest codes; values outside the codes are clamped. Where alpha comes to 0 so does colour.
void FromFloats(const float* from, pixel::PixelFormat format, int width, std::uint8_t* row);

}  // namespace whittle::effect
