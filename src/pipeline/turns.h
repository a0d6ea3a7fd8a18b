// The eight ways to turn a picture, as EXIF numbers them, and what they do to areas.
//
// An orientation says how the stored picture must be turned to be shown; rotate, flip and flop are
// orientations that come after it. Pure functions, any thread.
#pragma once

#include "pipeline/geometry.h"
#include "whittle/transform.h"

namespace whittle::pipeline {

/// The orientation that turns as `first` and then as `then` does.
int Composed(int first, int then);

/// rotate, then flip, then flop, as one orientation.
int AskedTurn(const Transform::Params& params);

/// The part of the stored picture that is shown as `displayed`. `stored` is the picture's size.
Area AsStored(const Area& displayed, int orientation, Size stored);
/// The other way round.
Area AsDisplayed(const Area& area, int orientation, Size stored);

}  // namespace whittle::pipeline
