// Load that does not go away when it is refused, and load that comes whether it is answered or not.
//
// Closed: so many clients, each sending its next request when its answer is there; after a 503 at
// once, or when Retry-After says so. Open: so many requests a second, each on a free connection or
// a new one, in ticks of a millisecond. One thread, epoll, as many connections as descriptors
// allow, each from an address of its own in 127.0.0.0/8 (256 of them). Probes run on threads of
// their own (probe.h). Blocks until the end.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <expected>
#include <map>
#include <string>
#include <vector>

#include "generator/probe.h"

namespace whittle::bench {

struct StormOptions {
  std::uint16_t port = 0;
  int clients = 16;                      ///< closed loop: clients. Open loop: connections at most
  double rate = 0;                       ///< requests a second of an open loop; 0 for a closed one
  bool obey = false;                     ///< a refused client waits as Retry-After says
  bool fresh = false;                    ///< a connection for each request
  std::chrono::milliseconds warm_up{0};  ///< what is answered within it is not counted
  std::chrono::milliseconds duration{10'000};  ///< after that
  /// Without an answer for so long, a client gives up; an open loop also waits so long at the end.
  std::chrono::milliseconds patience{10'000};
  std::vector<ProbeOptions> probes;
};

struct StormOutcome {
  std::map<int, std::size_t> statuses;          ///< answers by status
  std::map<std::string, std::size_t> failures;  ///< requests without an answer, by reason
  std::vector<float> admitted_ms;               ///< of 200, from when it was due to the last byte
  std::vector<float> refused_ms;  ///< of the first 503 or 429 of a client that is not to wait
  std::vector<float> early_ms;    ///< of those to a client that asked before Retry-After had passed
  std::size_t without_retry_after = 0;  ///< refusals
  std::size_t without_no_store = 0;     ///< refusals
  std::size_t offered = 0;              ///< requests sent, and
  std::size_t unsent = 0;               ///< due, but all connections were taken
  std::size_t most_connections = 0;
  std::uint64_t body_bytes = 0;
  double wall_seconds = 0;  ///< that was counted
  double cpu_seconds = 0;   ///< of this process, probes too, over the whole time
  double whole_seconds = 0;
  std::vector<ProbeOutcome> probes;
};

/// Sends `targets` in their order, over and over; "{n}" in one becomes another number from 1000 to
/// 7999 in each round, so that no two requests are equal. The error is one that ends the run.
std::expected<StormOutcome, std::string> RunStorm(const std::vector<std::string>& targets,
                                                  const StormOptions& options);

/// The head for the `count`-th request of a run.
std::string RequestHead(const std::vector<std::string>& targets, std::size_t count);

}  // namespace whittle::bench
