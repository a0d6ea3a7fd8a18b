// Which instruction set the pixel kernels use, and a way to force another one for comparisons.
//
// Forcing is for start-up, tests and benchmarks: it is process-wide and must not happen while
// another thread resizes. A Resizer keeps the kernels it was configured with.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "whittle/expected.h"

namespace whittle::pixel {

/// The instruction set in use, in Highway's spelling: "AVX3_DL" (AVX-512 of Ice Lake and later),
/// "AVX3" (AVX-512), "AVX2", "SSE4", ...
std::string_view SimdTargetName();

/// All that this binary holds and this CPU can run, best first; never empty.
std::vector<std::string> SimdTargets();

/// Uses `name` (one of SimdTargets(), in any case) from now on; "auto" is the best one. Error:
/// kBadRequest, naming the choices.
Expected<void> ForceSimdTarget(std::string_view name);

}  // namespace whittle::pixel
