// Refusals, logged in sums: one line a second, however many there are.
//
// Counting is an atomic addition, on any thread; the first shard's sweep logs, and the server at
// its end.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>

#include "observe/log.h"

namespace whittle::http {

class Refusals {
 public:
  using Clock = std::chrono::steady_clock;

  void CountRequest() { requests_.fetch_add(1, std::memory_order_relaxed); }
  void CountConnection() { connections_.fetch_add(1, std::memory_order_relaxed); }
  void CountEvicted() { evicted_.fetch_add(1, std::memory_order_relaxed); }

  /// Says what has been counted since the last line, if that is a second ago. One caller at a time.
  void LogEachSecond(observe::Log& log, Clock::time_point now) {
    if (now < next_) return;
    next_ = now + std::chrono::seconds(1);
    Log(log);
  }
  /// Says what has been counted since the last line, unless that is nothing.
  void Log(observe::Log& log) {
    const std::uint64_t requests = requests_.exchange(0);
    const std::uint64_t connections = connections_.exchange(0);
    const std::uint64_t evicted = evicted_.exchange(0);
    if (requests + connections + evicted == 0) return;
    log.Warn("refused for load",
             {{"requests", requests}, {"connections", connections}, {"evicted", evicted}});
  }

 private:
  std::atomic<std::uint64_t> requests_ = 0;
  std::atomic<std::uint64_t> connections_ = 0;  // that got no session
  std::atomic<std::uint64_t> evicted_ = 0;      // that waited, and made room
  Clock::time_point next_{};
};

}  // namespace whittle::http
