// AdmissionGate: a counting semaphore for coroutines that refuses what it could not serve in time.
//
// Tickets for `slots` slots may be out at once, one slot each or more; further callers wait first
// in, first out, and nobody who needs few slots overtakes one who needs many. A caller whose wait
// is expected to exceed `max_wait`, or who would be beyond `max_waiting`, is refused at once with
// kOverloaded, and so is one whose wait did exceed it: under overload the admitted stay fast and
// the others learn it in microseconds. The expectation is mean hold time x (slots that waiters and
// the caller need) / slots, the mean being an exponentially weighted one over the tickets returned.
//
// Thread-safe. A returned ticket hands its slots straight to the next waiters, so newcomers cannot
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
    int in_use = 0;   ///< slots
    int waiting = 0;  ///< callers
    int slots = 0;
  };

  /// The right to be inside. Given back when it is destroyed; the gate must still exist then.
  class [[nodiscard]] Ticket {
   public:
    Ticket() = default;
    Ticket(Ticket&& other) noexcept
        : gate_(std::exchange(other.gate_, nullptr)), slots_(other.slots_), since_(other.since_) {}
    Ticket& operator=(Ticket&& other) noexcept {
      Return();
      gate_ = std::exchange(other.gate_, nullptr);
      slots_ = other.slots_;
      since_ = other.since_;
      return *this;
    }
    ~Ticket() { Return(); }
    void Return();

   private:
    friend class AdmissionGate;
    Ticket(AdmissionGate* gate, int slots) : gate_(gate), slots_(slots), since_(Clock::now()) {}
    AdmissionGate* gate_ = nullptr;
    int slots_ = 0;
    Clock::time_point since_{};
  };

  explicit AdmissionGate(const Options& options) : options_(options) {}
  AdmissionGate(const AdmissionGate&) = delete;
  AdmissionGate& operator=(const AdmissionGate&) = delete;

  /// Waits for `slots` slots, or for all there are if those are fewer. Errors: kOverloaded,
  /// kCancelled (stop was requested). The calling coroutine must run on a strand.
  Awaitable<Expected<Ticket>> Enter(std::stop_token stop, int slots = 1);

  Stats stats() const;
  /// How long a caller who came now for one slot would probably wait.
  Clock::duration ExpectedWait() const;

 private:
  struct Waiter {
    std::shared_ptr<Event> event;
    int slots = 1;
    bool granted = false;
  };

  void Leave(int slots, Clock::duration held);
  void Forget(Waiter* waiter);
  void GrantLocked();
  Clock::duration ExpectedWaitLocked(int slots) const;

  const Options options_;
  mutable std::mutex mutex_;
  int in_use_ = 0;               // slots
  int wanted_ = 0;               // slots that waiters need together
  std::list<Waiter*> waiting_;   // each points into the frame of a suspended Enter
  Clock::duration mean_hold_{};  // zero until the first ticket has come back
};

}  // namespace whittle::async
