// Holds back a line that would repeat too often, and counts what it held back.
//
//   if (const auto held_back = accept_errors.Pass()) {
//     log.Warn("accept failed", {{"error", reason}, {"suppressed", *held_back}});
//   }
//
// Any thread; one short lock. The clock is injected so that tests need not wait.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <mutex>
#include <optional>
#include <utility>

namespace whittle::observe {

class LogEvery {
 public:
  using Clock = std::chrono::steady_clock;
  using Now = std::function<Clock::time_point()>;

  explicit LogEvery(Clock::duration interval, Now now = &Clock::now)
      : interval_(interval), now_(std::move(now)) {}

  /// How many were held back since the last one that passed, when this one may pass: the first,
  /// then at most one per interval.
  std::optional<std::uint64_t> Pass() {
    const std::scoped_lock lock(mutex_);
    const Clock::time_point now = now_();
    if (last_ && now - *last_ < interval_) {
      ++held_back_;
      return std::nullopt;
    }
    last_ = now;
    return std::exchange(held_back_, 0);
  }

 private:
  const Clock::duration interval_;
  const Now now_;
  std::mutex mutex_;
  std::optional<Clock::time_point> last_;
  std::uint64_t held_back_ = 0;
};

}  // namespace whittle::observe
