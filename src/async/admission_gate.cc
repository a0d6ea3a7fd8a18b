#include "async/admission_gate.h"

#include <algorithm>
#include <boost/asio/this_coro.hpp>

namespace whittle::async {

void AdmissionGate::Ticket::Return() {
  if (AdmissionGate* gate = std::exchange(gate_, nullptr)) {
    gate->Leave(slots_, Clock::now() - since_);
  }
}

Awaitable<Expected<AdmissionGate::Ticket>> AdmissionGate::Enter(std::stop_token stop, int slots) {
  if (stop.stop_requested()) co_return Fail(ErrorKind::kCancelled);
  Waiter waiter{.slots = std::clamp(slots, 1, options_.slots)};
  const auto executor = co_await asio::this_coro::executor;
  {
    const std::lock_guard lock(mutex_);
    if (waiting_.empty() && in_use_ + waiter.slots <= options_.slots) {
      in_use_ += waiter.slots;
      co_return Ticket(this, waiter.slots);
    }
    const auto expected = ExpectedWaitLocked(waiter.slots);
    if (std::ssize(waiting_) >= options_.max_waiting || expected > options_.max_wait) {
      co_return Fail(ErrorKind::kOverloaded, "refused at the gate");
    }
    waiter.event = std::make_shared<Event>(executor);
    waiting_.push_back(&waiter);
    wanted_ += waiter.slots;
  }
  const auto outcome = co_await waiter.event->Wait(Clock::now() + options_.max_wait, stop);
  Forget(&waiter);
  if (waiter.granted) co_return Ticket(this, waiter.slots);
  if (outcome == Event::Outcome::kStopped) co_return Fail(ErrorKind::kCancelled);
  co_return Fail(ErrorKind::kOverloaded, "waited too long at the gate");
}

// One who leaves unserved may have stood before others for whom there is room.
void AdmissionGate::Forget(Waiter* waiter) {
  const std::lock_guard lock(mutex_);
  if (waiter->granted) return;
  waiting_.remove(waiter);
  wanted_ -= waiter->slots;
  GrantLocked();
}

void AdmissionGate::Leave(int slots, Clock::duration held) {
  const std::lock_guard lock(mutex_);
  mean_hold_ = mean_hold_ == Clock::duration{} ? held : mean_hold_ + (held - mean_hold_) / 16;
  in_use_ -= slots;
  GrantLocked();
}

void AdmissionGate::GrantLocked() {
  while (!waiting_.empty() && in_use_ + waiting_.front()->slots <= options_.slots) {
    Waiter* next = waiting_.front();
    waiting_.pop_front();
    wanted_ -= next->slots;
    in_use_ += next->slots;
    next->granted = true;
    next->event->Set();
  }
}

Clock::duration AdmissionGate::ExpectedWaitLocked(int slots) const {
  if (waiting_.empty() && in_use_ + slots <= options_.slots) return {};
  return mean_hold_ * (std::int64_t{wanted_} + slots) / options_.slots;
}

Clock::duration AdmissionGate::ExpectedWait() const {
  const std::lock_guard lock(mutex_);
  return ExpectedWaitLocked(1);
}

AdmissionGate::Stats AdmissionGate::stats() const {
  const std::lock_guard lock(mutex_);
  return {in_use_, static_cast<int>(waiting_.size()), options_.slots};
}

}  // namespace whittle::async
