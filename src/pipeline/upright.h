// Some rows of the upright picture at a time, out of a whole stored one.
//
// For the last leg of jobs that turn: six of the eight orientations need the last stored row before
// the first upright one can leave. No state, any thread.
#pragma once

#include "pixel/view.h"

namespace whittle::pipeline {

/// Fills `rows` with rows `first`, `first` + 1, ... of what `frame` looks like upright.
/// `orientation` is EXIF's, 1..8; `rows` is as wide as the upright picture.
void UprightRows(pixel::ConstRowSpan frame, int orientation, int first, pixel::RowSpan rows);

}  // namespace whittle::pipeline
