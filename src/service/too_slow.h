// TooSlow: requests whose work was given up lately, so that nobody pays for it again at once.
//
// Thread-safe; bounded. Cost: a lock and a look-up. The clock is injected for tests.
#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <list>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

#include "whittle/error.h"

namespace whittle::service {

class TooSlow {
 public:
  using Clock = std::chrono::steady_clock;
  static constexpr std::size_t kMost = 1024;  ///< keys; those remembered first go first
  static constexpr auto kFor = std::chrono::seconds(30);

  explicit TooSlow(std::function<Clock::time_point()> now) : now_(std::move(now)) {}

  /// What was answered for `key`, if that was lately.
  std::optional<Error> Find(std::string_view key);
  void Remember(std::string_view key, const Error& error);
  void Forget(std::string_view key);

 private:
  struct Entry {
    std::string key;
    Error error;
    Clock::time_point until;
  };

  void ForgetLocked(std::string_view key);

  const std::function<Clock::time_point()> now_;
  std::mutex mutex_;
  std::list<Entry> by_age_;  // the first remembered is at the front
  std::unordered_map<std::string_view, std::list<Entry>::iterator> by_key_;
};

}  // namespace whittle::service
