#include "async/admission_gate.h"

#include <boost/asio/this_coro.hpp>
#include <string>

namespace whittle::async {

void AdmissionGate::Ticket::Return() {
  if (AdmissionGate* gate = std::exchange(gate_, nullptr)) gate->Leave(Clock::now() - since_);
}

Awaitable<Expected<AdmissionGate::Ticket>> AdmissionGate::Enter(std::stop_token stop) {
  if (stop.stop_requested()) co_return Fail(ErrorKind::kCancelled);
  Waiter waiter;
  const auto executor = co_await asio::this_coro::executor;
  {
    const std::lock_guard lock(mutex_);
    if (in_use_ < options_.slots) {  // then nobody waits: slots are handed on, never left free
      ++in_use_;
      co_return Ticket(this);
    }
    const auto expected = ExpectedWaitLocked();
    if (std::ssize(waiting_) >= options_.max_waiting || expected > options_.max_wait) {
      co_return Fail(ErrorKind::kOverloaded, "refused at the gate");
    }
    waiter.event = std::make_shared<Event>(executor);
    waiting_.push_back(&waiter);
  }
  const auto outcome = co_await waiter.event->Wait(Clock::now() + options_.max_wait, stop);
  {
    const std::lock_guard lock(mutex_);
    if (!waiter.granted) waiting_.remove(&waiter);
  }
  if (waiter.granted) co_return Ticket(this);
  if (outcome == Event::Outcome::kStopped) co_return Fail(ErrorKind::kCancelled);
  co_return Fail(ErrorKind::kOverloaded, "waited too long at the gate");
}

void AdmissionGate::Leave(Clock::duration held) {
  const std::lock_guard lock(mutex_);
  mean_hold_ = mean_hold_ == Clock::duration{} ? held : mean_hold_ + (held - mean_hold_) / 16;
  if (waiting_.empty()) {
    --in_use_;
    return;
  }
  Waiter* next = waiting_.front();
  waiting_.pop_front();
  next->granted = true;
  next->event->Set();
}

Clock::duration AdmissionGate::ExpectedWaitLocked() const {
  if (in_use_ < options_.slots) return {};
  return mean_hold_ * (std::ssize(waiting_) + 1) / options_.slots;
}

Clock::duration AdmissionGate::ExpectedWait() const {
  const std::lock_guard lock(mutex_);
  return ExpectedWaitLocked();
}

AdmissionGate::Stats AdmissionGate::stats() const {
  const std::lock_guard lock(mutex_);
  return {in_use_, static_cast<int>(waiting_.size()), options_.slots};
}

}  // namespace whittle::async
