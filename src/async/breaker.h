// Breaker: what hangs or fails is left alone for a while, and asked again by one.
//
// After some failures in a row nobody may ask; after a rest one caller may try, and what becomes of
// that decides for the others. Sources and tiers stand behind one each. Thread-safe. Cost: a lock
// at each end of a call.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <mutex>
#include <utility>

#include "async/event.h"

namespace whittle::async {

class Breaker {
 public:
  using Now = std::function<Clock::time_point()>;

  struct Limits {
    int failures = 3;                                ///< in a row, until nobody asks
    Clock::duration rest = std::chrono::seconds(5);  ///< until somebody may again
  };

  enum class Outcome : std::uint8_t {
    kAnswered,  ///< if only with "there is no such thing"
    kFailed,
    kUnknown,  ///< the caller left, or waited for something else
  };

  explicit Breaker(Now now) : Breaker(std::move(now), Limits()) {}
  Breaker(Now now, Limits limits) : limits_(limits), now_(std::move(now)) {}

  /// Whether a call may be made now. Who is told so has to Note what came of it.
  bool Allows();
  void Note(Outcome outcome);
  /// False while nobody asks.
  bool healthy() const;

  /// A call that was allowed: notes its outcome, also when it is thrown away, for a probe must not
  /// be forgotten.
  class Call {
   public:
    explicit Call(Breaker& breaker) : breaker_(breaker) {}
    ~Call() { breaker_.Note(outcome_); }
    Call(const Call&) = delete;
    Call& operator=(const Call&) = delete;
    void Ended(Outcome outcome) { outcome_ = outcome; }

   private:
    Breaker& breaker_;
    Outcome outcome_ = Outcome::kUnknown;
  };

 private:
  const Limits limits_;
  const Now now_;
  mutable std::mutex mutex_;
  int failures_ = 0;  // in a row
  bool open_ = false;
  bool probing_ = false;  // somebody tries
  Clock::time_point opened_;
};

}  // namespace whittle::async
