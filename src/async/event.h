// Event: what a coroutine of ours waits for when another thread has to tell it something.
//
// One coroutine waits, anybody sets. The waiter's executor must be a strand (or a single thread):
// setting, stopping and the deadline all meet there, which is what makes the class free of races.
// Cost: one timer entry to wait, one post to wake.
//
//   auto event = std::make_shared<Event>(co_await asio::this_coro::executor);
//   Register(event);                                     // somebody will call event->Set()
//   switch (co_await event->Wait(deadline, stop)) { ... }
#pragma once

#include <chrono>
#include <memory>
#include <stop_token>

#include "async/strand.h"

namespace whittle::async {

namespace asio = boost::asio;
using Clock = std::chrono::steady_clock;

/// A deadline that never comes.
inline constexpr Clock::time_point kNever = Clock::time_point::max();

class Event : public std::enable_shared_from_this<Event> {
 public:
  enum class Outcome { kSet, kStopped, kDeadline };

  explicit Event(const Strand& strand) : timer_(strand) {}

  /// Wakes the waiter, now or as soon as it waits. Any thread; harmless when repeated.
  void Set();

  /// Waits for Set, a stop request or the deadline, whichever is first; kSet wins a tie. Call once,
  /// on the strand given to the constructor.
  Awaitable<Outcome> Wait(Clock::time_point deadline = kNever, std::stop_token stop = {});

 private:
  void Wake(bool Event::* flag);

  Timer timer_;
  bool set_ = false;  // both only touched on the strand
  bool stopped_ = false;
};

}  // namespace whittle::async
