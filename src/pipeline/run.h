// One job: bytes in, plan, rows through decoder, resizer and encoder, bytes out.
//
// Process (whittle/whittle.h) with a workspace that outlives the job, so that a worker's buffers
// stay warm from one picture to the next. Any thread; one job per workspace at a time.
#pragma once

#include <stop_token>
#include <string>
#include <string_view>

#include "pipeline/workspace.h"
#include "whittle/whittle.h"

namespace whittle::pipeline {

/// As whittle::Process, with the caller's workspace.
Expected<Encoded> Run(Workspace& workspace, ByteView source, const Transform& transform,
                      const Limits& limits, const std::stop_token& stop, PhaseObserver* observer);

/// Names the programs that decide which bytes come out: our version and the libraries'. Two
/// processes with equal revisions, and equal choices (below), give equal bytes for a given source
/// and transform, whatever CPU, threads and other settings they have. (Texts in SVG are drawn with
/// the fonts of the system, which nothing names.)
std::string_view Revision();

/// The limits that choose what is made of `source`, as text. All others only refuse: more memory
/// never gives another picture.
std::string ChoosingLimits(ByteView source, const Limits& limits);

}  // namespace whittle::pipeline
