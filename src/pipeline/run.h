// One job: bytes in, plan, rows through decoder, resizer and encoder, bytes out.
//
// In two steps, so that what a job costs is known before it is spent: Prepare opens the picture
// and plans, which takes microseconds and allocates nothing large; Run does it. Process
// (whittle/whittle.h) is both. A workspace outlives the job, so that a worker's buffers stay warm
// from one picture to the next. Any thread; one job per workspace at a time.
#pragma once

#include <cstdint>
#include <functional>
#include <stop_token>
#include <string>
#include <string_view>

#include "codec/codec.h"
#include "pipeline/cost.h"
#include "pipeline/plan.h"
#include "pipeline/workspace.h"
#include "whittle/whittle.h"

namespace whittle::pipeline {

/// A picture that has been opened, once, and what will be done with it.
struct Prepared {
  ByteView source;
  const Transform* transform = nullptr;
  const Limits* limits = nullptr;
  const codec::Codec* input = nullptr;
  codec::Header header;  ///< with what the codec has parsed
  Plan plan;
  Guess guess;
  bool is_settled = true;  ///< false: the plan depends on pixels, and is one for all of the source

  /// Upper estimate of the memory that Run holds at once.
  std::uint64_t working_bytes() const { return plan.working_bytes; }
};

/// Asked for memory above what the plan said, in all, when a plan had to be made anew.
using MayHold = std::function<bool(std::uint64_t bytes)>;

/// Opens and plans. All arguments must outlive what it gives. Errors: those of whittle::Process
/// that show in a header.
Expected<Prepared> Prepare(ByteView source, const Transform& transform, const Limits& limits,
                           const std::stop_token& stop = {});

/// Does what was planned, once. Errors as whittle::Process; kOverloaded when `may_hold` refuses.
Expected<Encoded> Run(Workspace& workspace, Prepared& prepared, const std::stop_token& stop,
                      PhaseObserver* observer, const MayHold& may_hold = {});

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
