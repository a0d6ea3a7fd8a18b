// Parameters that say the same in several ways, brought to one.
//
// Transform::Make is the only caller. Pure; no allocation.
#pragma once

#include "whittle/transform.h"

namespace whittle::transform {

/// Of `params`, whose values are in range: folds dpr into the lengths it multiplies, and resets
/// what cannot matter beside the others. What it changes changes no result, whatever the source.
/// False when a length times dpr passes Transform::kMaxSide.
bool Normalise(Transform::Params& params);

}  // namespace whittle::transform
