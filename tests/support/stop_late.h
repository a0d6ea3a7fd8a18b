// How long a job goes on once it is asked to stop, in CPU time of its own thread: a busy machine
// makes waits longer, but not work.
//
// Each test runs jobs one after another, each on a thread of its own; a second thread asks. Prints
// a line for each row, which docs/decisions/stop.md is made of.
#pragma once

#include <functional>
#include <stop_token>
#include <string_view>

#include "whittle/expected.h"

namespace whittle::test {

/// Seconds of CPU that a job may take from the request on. Under a sanitizer everything takes
/// longer, and in a build without optimisation.
inline constexpr double kSoon = 0.1;
/// The same for what a library does in one call, where encode_cost.h chooses it.
inline constexpr double kOneCall = 0.3;

/// True in a release build: pictures are as large as they are to be, and bounds are as they stand.
bool StopsAtFullSize();

using StoppableJob = std::function<Expected<void>(std::stop_token)>;

/// Expects of `job`, asked to stop at ten moments of its own CPU time, that it ends with kCancelled
/// within `bound` seconds, or is done by then. The moments lie within the first `reach` seconds,
/// early ones closer to each other; half of them must find the job at work.
void ExpectStops(std::string_view row, double bound, double reach, const StoppableJob& job);

}  // namespace whittle::test
