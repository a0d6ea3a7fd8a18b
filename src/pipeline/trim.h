// What of a picture lies inside its border: the pass before a job that trims.
//
// One job, one thread. Cost: a decode of its own, holding some rows.
#pragma once

#include <stop_token>

#include "codec/codec.h"
#include "pipeline/geometry.h"
#include "pipeline/workspace.h"
#include "whittle/limits.h"

namespace whittle::pipeline {

/// The box, as stored, around everything that is further than `tolerance` (0..255) from the colour
/// of the picture's first pixel; the whole picture when nothing is. Errors: those of the decoder.
Expected<Area> FindInside(const codec::Codec& input, ByteView source, double tolerance,
                          const Limits& limits, const std::stop_token& stop, Workspace& workspace);

}  // namespace whittle::pipeline
