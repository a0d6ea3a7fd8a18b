// Gate: a counting semaphore for coroutines, with a bound on who waits.
//
// Tickets for `slots` slots may be out at once, one slot each or more; further callers wait first
// in, first out, and nobody who needs few slots overtakes one who needs many. Each caller says
// until when it waits, so that one deadline serves all the places where a request has to; a caller
// who would be beyond `max_waiting` is refused at once.
//
// Thread-safe. A returned ticket hands its slots straight to the next waiters, so newcomers cannot
// overtake. Cost: one uncontended lock to enter, one to leave.
#pragma once

#include <list>
#include <memory>
#include <mutex>
#include <stop_token>
#include <utility>

#include "async/event.h"
#include "whittle/expected.h"

namespace whittle::async {

class Gate {
 public:
  struct Options {
    int slots = 1;
    int max_waiting = 64;
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
        : gate_(std::exchange(other.gate_, nullptr)), slots_(other.slots_) {}
    Ticket& operator=(Ticket&& other) noexcept {
      Return();
      gate_ = std::exchange(other.gate_, nullptr);
      slots_ = other.slots_;
      return *this;
    }
    ~Ticket() { Return(); }
    void Return();

   private:
    friend class Gate;
    Ticket(Gate* gate, int slots) : gate_(gate), slots_(slots) {}
    Gate* gate_ = nullptr;
    int slots_ = 0;
  };

  explicit Gate(const Options& options) : options_(options) {}
  Gate(const Gate&) = delete;
  Gate& operator=(const Gate&) = delete;

  /// Waits for `slots` slots, or for all there are if those are fewer. Errors: kOverloaded (too
  /// many wait, or the deadline passed), kCancelled (stop was requested). The calling coroutine
  /// must run on a strand.
  Awaitable<Expected<Ticket>> Enter(Clock::time_point deadline, std::stop_token stop,
                                    int slots = 1);

  Stats stats() const;

 private:
  struct Waiter {
    std::shared_ptr<Event> event;
    int slots = 1;
    bool granted = false;
  };

  void Leave(int slots);
  void Forget(Waiter* waiter);
  void GrantLocked();

  const Options options_;
  mutable std::mutex mutex_;
  int in_use_ = 0;              // slots
  std::list<Waiter*> waiting_;  // each points into the frame of a suspended Enter
};

}  // namespace whittle::async
