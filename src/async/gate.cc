#include "async/gate.h"

#include <algorithm>
#include <boost/asio/this_coro.hpp>

namespace whittle::async {

void Gate::Ticket::Return() {
  if (Gate* gate = std::exchange(gate_, nullptr)) gate->Leave(slots_);
}

Awaitable<Expected<Gate::Ticket>> Gate::Enter(Clock::time_point deadline, std::stop_token stop,
                                              int slots) {
  if (stop.stop_requested()) co_return Fail(ErrorKind::kCancelled);
  Waiter waiter{.slots = std::clamp(slots, 1, options_.slots)};
  const auto executor = co_await asio::this_coro::executor;
  {
    const std::lock_guard lock(mutex_);
    if (waiting_.empty() && in_use_ + waiter.slots <= options_.slots) {
      in_use_ += waiter.slots;
      co_return Ticket(this, waiter.slots);
    }
    if (std::ssize(waiting_) >= options_.max_waiting) {
      co_return Fail(ErrorKind::kOverloaded, "refused at the gate");
    }
    waiter.event = std::make_shared<Event>(executor);
    waiting_.push_back(&waiter);
  }
  const auto outcome = co_await waiter.event->Wait(deadline, stop);
  Forget(&waiter);
  if (waiter.granted) co_return Ticket(this, waiter.slots);
  if (outcome == Event::Outcome::kStopped) co_return Fail(ErrorKind::kCancelled);
  co_return Fail(ErrorKind::kOverloaded, "waited too long at the gate");
}

// One who leaves unserved may have stood before others for whom there is room.
void Gate::Forget(Waiter* waiter) {
  const std::lock_guard lock(mutex_);
  if (waiter->granted) return;
  waiting_.remove(waiter);
  GrantLocked();
}

void Gate::Leave(int slots) {
  const std::lock_guard lock(mutex_);
  in_use_ -= slots;
  GrantLocked();
}

void Gate::GrantLocked() {
  while (!waiting_.empty() && in_use_ + waiting_.front()->slots <= options_.slots) {
    Waiter* next = waiting_.front();
    waiting_.pop_front();
    in_use_ += next->slots;
    next->granted = true;
    next->event->Set();
  }
}

Gate::Stats Gate::stats() const {
  const std::lock_guard lock(mutex_);
  return {in_use_, static_cast<int>(waiting_.size()), options_.slots};
}

}  // namespace whittle::async
