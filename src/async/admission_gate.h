// AdmissionGate: a counting semaphore for coroutines that refuses what it could not serve in time.
//
// `slots` tickets may be out at once; further callers wait first in, first out. A caller whose wait
// is expected to exceed `max_wait`, or who would be beyond `max_waiting`, is refused at once with
// kOverloaded, and so is one whose wait did exceed it: under overload the admitted stay fast and
// the others learn it in microseconds. The expectation is (waiters + 1) x mean hold time / slots,
// the mean being an exponentially weighted one over the tickets returned.
//
// Thread-safe. A returned ticket hands its slot straight to the next waiter, so newcomers cannot
// overtake. Cost: one uncontended lock to enter, one to leave.
#pragma once

#include <chrono>
#include <cstdint>
#include <list>
#include <memory>
#include <mutex>
#include <stop_token>
#include <utility>

#include "async/event.h"
#include "whittle/expected.h"

namespace whittle::async {

class AdmissionGate {
 public:
  struct Options {
    int slots = 1;
    int max_waiting = 64;
    Clock::duration max_wait = std::chrono::seconds(2);
  };

  struct Stats {
    int in_use = 0;
    int waiting = 0;
    int slots = 0;
  };

  /// The right to be inside. Given back when it is destroyed; the gate must still exist then.
  class [[nodiscard]] Ticket {
   public:
    Ticket() = default;
    Ticket(Ticket&& other) noexcept
        : gate_(std::exchange(other.gate_, nullptr)), since_(other.since_) {}
    Ticket& operator=(Ticket&& other) noexcept {
      Return();
      gate_ = std::exchange(other.gate_, nullptr);
      since_ = other.since_;
      return *this;
    }
    ~Ticket() { Return(); }
    void Return();

   private:
    friend class AdmissionGate;
    explicit Ticket(AdmissionGate* gate) : gate_(gate), since_(Clock::now()) {}
    AdmissionGate* gate_ = nullptr;
    Clock::time_point since_{};
  };

  explicit AdmissionGate(const Options& options) : options_(options) {}
  AdmissionGate(const AdmissionGate&) = delete;
  AdmissionGate& operator=(const AdmissionGate&) = delete;

  /// Waits for a slot. Errors: kOverloaded, kCancelled (stop was requested). The calling coroutine
  /// must run on a strand.
  Awaitable<Expected<Ticket>> Enter(std::stop_token stop);

  Stats stats() const;
  /// How long a caller who came now would probably wait.
  Clock::duration ExpectedWait() const;

 private:
  struct Waiter {
    std::shared_ptr<Event> event;
    bool granted = false;
  };

  void Leave(Clock::duration held);
  Clock::duration ExpectedWaitLocked() const;

  const Options options_;
  mutable std::mutex mutex_;
  int in_use_ = 0;
  std::list<Waiter*> waiting_;   // each points into the frame of a suspended Enter
  Clock::duration mean_hold_{};  // zero until the first ticket has come back
};

}  // namespace whittle::async
