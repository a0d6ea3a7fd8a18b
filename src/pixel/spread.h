// Colour under full transparency, which nobody sees, made to suit its surroundings: a lossy encoder
// then spends nothing on an edge that is not there, and does not mix the colour beneath into that
// of visible pixels.
//
// For encoders. Any thread; the same on every machine. Time is linear in the picture, 8 ms a
// megapixel; memory is a pyramid of means, 2.7 bytes a pixel.
#pragma once

#include <stop_token>

#include "pixel/view.h"
#include "whittle/expected.h"

namespace whittle::pixel {

/// Gives every pixel of `picture` whose alpha is 0 a colour: the mean of visible ones near it,
/// weighed by their alpha, nearer ones first; and the mean of all where none is within 16 pixels or
/// so. Alpha, and all pixels with any, stay. A picture of which nothing is visible, and one without
/// alpha, stay as they are. Errors: kCancelled once a stop is requested, the work being half done.
Expected<void> SpreadUnderTransparency(RowSpan picture, const std::stop_token& stop = {});

}  // namespace whittle::pixel
