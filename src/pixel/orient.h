// EXIF orientation: turning and mirroring pictures upright.
//
// Used by the pipeline after the resize, when the picture is small. Orientation 2 keeps each row in
// its place, so that it streams; 3 to 8 move rows and need the whole frame. Names of the eight
// values are EXIF 2.3's, tag 0x0112. No state, no allocation; any thread.
#pragma once

#include "pixel/view.h"

namespace whittle::pixel {

/// True for the orientations whose upright picture swaps width and height.
constexpr bool Transposes(int orientation) { return orientation >= 5; }

/// Writes the upright picture of a stored frame, or of some of its rows or columns. `orientation`
/// is 1..8; `upright` has the frame's format and its shape, with sides swapped where Transposes().
/// The two must not overlap. Works in blocks that stay in the first-level cache.
void TurnUpright(ConstRowSpan stored, int orientation, RowSpan upright);

}  // namespace whittle::pixel
