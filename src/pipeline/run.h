// One job: bytes in, plan, rows through decoder, resizer and encoder, bytes out.
//
// Process (whittle/whittle.h) with a workspace that outlives the job, so that a worker's buffers
// stay warm from one picture to the next. Any thread; one job per workspace at a time.
#pragma once

#include <stop_token>
#include <string_view>

#include "pipeline/workspace.h"
#include "whittle/whittle.h"

namespace whittle::pipeline {

/// As whittle::Process, with the caller's workspace.
Expected<Encoded> Run(Workspace& workspace, ByteView source, const Transform& transform,
                      const Limits& limits, const std::stop_token& stop, PhaseObserver* observer);

/// Names everything that decides which bytes come out for a given source and transform: our version
/// and the libraries'. Two processes with equal revisions give equal bytes.
std::string_view Revision();

}  // namespace whittle::pipeline
