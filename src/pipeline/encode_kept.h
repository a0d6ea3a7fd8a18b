// Encoding a kept canvas: once, or as often as a limit of bytes or a wanted look needs.
//
// One job, one thread.
#pragma once

#include "pipeline/job.h"

namespace whittle::pipeline {

/// The canvas, encoded as the job says. Where the plan chooses the quality: at that which the
/// picture needs (auto_quality.h). With `max_bytes` above 0: at the highest quality, no higher than
/// asked for or chosen, whose file has no more bytes; the one of quality 1 when even that has more.
/// A file that is lossless counts as having no quality. At most twelve encodes.
Expected<Bytes> EncodeKept(const Job& job, pixel::ConstRowSpan canvas, std::uint64_t max_bytes);

}  // namespace whittle::pipeline
