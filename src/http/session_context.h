// What all sessions of a server share.
//
// The server's; outlives them. Any thread.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>

#include "http/output_floor.h"
#include "http/refusals.h"
#include "http/retry.h"
#include "http/routes.h"
#include "observe/log.h"
#include "observe/metrics.h"

namespace whittle::http {

using Clock = std::chrono::steady_clock;
/// What time it is; tests bring their own.
using Now = Clock::time_point (*)();

struct SessionContext {
  struct Limits {
    std::chrono::nanoseconds header_timeout = std::chrono::seconds(10);
    std::chrono::nanoseconds idle_timeout = std::chrono::seconds(75);
    OutputFloor::Options output;
    std::uint32_t max_requests = 1000;  ///< on one connection
    /// New connections held at once because their address was refused often; those beyond are
    /// answered, so that they do not fill the server.
    std::uint32_t max_newcomers_held = 4096;
    std::chrono::nanoseconds sweep_every = std::chrono::milliseconds(50);
  };
  Limits limits;
  Routes& routes;
  observe::Metrics& metrics;
  observe::Log& log;
  Now now = &Clock::now;
  RetryAfter retry;
  Refusals refusals;
  std::atomic<std::uint32_t> newcomers_held = 0;
  std::atomic<bool> draining = false;
};

}  // namespace whittle::http
