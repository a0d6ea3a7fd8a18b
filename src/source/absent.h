// What an origin has just said it does not have, so that it need not say so again at once.
//
// Pages ask for the same missing picture many times a second. Bounded in number and in time;
// thread-safe; cost: a lock.
#pragma once

#include <chrono>
#include <cstddef>
#include <deque>
#include <functional>
#include <mutex>
#include <string>
#include <unordered_map>
#include <utility>

#include "async/event.h"

namespace whittle::source {

class Absent {
 public:
  using Now = std::function<async::Clock::time_point()>;

  /// Remembers `most` names, each for `keep`; nothing when that is zero.
  Absent(async::Clock::duration keep, std::size_t most, Now now)
      : keep_(keep), most_(most), now_(std::move(now)) {}

  bool Has(const std::string& name);
  void Add(const std::string& name);

 private:
  void ForgetLocked();

  const async::Clock::duration keep_;
  const std::size_t most_;
  const Now now_;
  std::mutex mutex_;
  std::unordered_map<std::string, async::Clock::time_point> until_;
  std::deque<std::string> order_;  // of their coming, and so of their going
};

}  // namespace whittle::source
