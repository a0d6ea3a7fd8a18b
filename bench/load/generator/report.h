// A run's outcome as one line of JSON, for the harness to read. Pure functions.
#pragma once

#include <nlohmann/json.hpp>
#include <vector>

#include "generator/client.h"
#include "generator/storm.h"

namespace whittle::bench {

/// The smallest of `sorted` that at least `share` (over 0, at most 1) of them do not exceed: the
/// nearest rank, so always one of the values. 0 when there are none.
double Percentile(const std::vector<double>& sorted, double share);

/// requests, statuses, failures, body_bytes, wall_s, cpu_s, rps, p50_ms, p90_ms, p99_ms, max_ms.
nlohmann::json Report(Outcome outcome);

/// The fields of StormOutcome; times as {count, p50, p99, max} in milliseconds, and goodput_rps.
nlohmann::json Report(StormOutcome outcome);

}  // namespace whittle::bench
