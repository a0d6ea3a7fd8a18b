#include "async/budget.h"

#include <algorithm>
#include <boost/asio/this_coro.hpp>

namespace whittle::async {

void Budget::Ticket::Return() {
  if (Budget* budget = std::exchange(budget_, nullptr)) budget->Leave(use_, bytes_);
  bytes_ = 0;
}

bool Budget::Ticket::Resize(std::uint64_t bytes) {
  if (budget_ == nullptr) return false;
  if (bytes > bytes_ && !budget_->Grow(use_, bytes - bytes_)) return false;
  if (bytes < bytes_) budget_->Leave(use_, bytes_ - bytes);
  bytes_ = bytes;
  return true;
}

void Budget::Ticket::Become(Use use) {
  if (budget_ == nullptr) return;
  const std::lock_guard lock(budget_->mutex_);
  budget_->used_[At(use_)] -= bytes_;
  budget_->used_[At(use)] += bytes_;
  use_ = use;
  budget_->GrantLocked();
}

std::optional<Budget::Ticket> Budget::Try(Use use, std::uint64_t bytes) {
  if (!Grow(use, bytes)) return std::nullopt;
  return Ticket(this, use, bytes);
}

Awaitable<Expected<Budget::Ticket>> Budget::Take(Use use, std::uint64_t bytes,
                                                 Clock::time_point deadline, std::stop_token stop) {
  if (stop.stop_requested()) co_return Fail(ErrorKind::kCancelled);
  if (bytes > capacity_) co_return Fail(ErrorKind::kTooLarge, "more than the memory budget");
  if (auto ticket = Try(use, bytes)) co_return *std::move(ticket);
  Waiter waiter{std::make_shared<Event>(co_await asio::this_coro::executor), use, bytes};
  {
    const std::lock_guard lock(mutex_);
    waiting_.push_back(&waiter);
    GrantLocked();  // bytes may have come back since Try
  }
  const auto outcome = co_await waiter.event->Wait(deadline, std::move(stop));
  Forget(&waiter);
  if (waiter.granted) co_return Ticket(this, use, bytes);
  if (outcome == Event::Outcome::kStopped) co_return Fail(ErrorKind::kCancelled);
  co_return Fail(ErrorKind::kOverloaded, "waited too long for memory");
}

Budget::Stats Budget::stats() const {
  const std::lock_guard lock(mutex_);
  return {used_, capacity_, static_cast<int>(waiting_.size())};
}

bool Budget::FitsLocked(Use use, std::uint64_t bytes) const {
  if (bytes > capacity_ - held_) return false;
  const std::uint64_t sources = used_[At(Use::kSource)];
  return use != Use::kSource || sources == 0 || bytes <= sources_ - std::min(sources_, sources);
}

void Budget::HoldLocked(Use use, std::uint64_t bytes) {
  held_ += bytes;
  used_[At(use)] += bytes;
}

void Budget::Leave(Use use, std::uint64_t bytes) {
  std::uint64_t wanted = 0;
  {
    const std::lock_guard lock(mutex_);
    held_ -= bytes;
    used_[At(use)] -= bytes;
    GrantLocked();
    wanted = waiting_.empty() ? 0 : waiting_.front()->bytes;
  }
  // What came back may have become something that can give way, as a result that is kept does.
  if (wanted > 0) MakeRoom(wanted);
  if (on_return_) on_return_();
}

// Else small tickets would keep a large one waiting for ever.
bool Budget::HasToWaitLocked(Use use) const {
  return !waiting_.empty() && (use == Use::kIdle || use == waiting_.front()->use);
}

bool Budget::Grow(Use use, std::uint64_t bytes) {
  const auto hold = [&] {
    const std::lock_guard lock(mutex_);
    if (HasToWaitLocked(use) || !FitsLocked(use, bytes)) return false;
    HoldLocked(use, bytes);
    return true;
  };
  if (bytes > capacity_) return false;
  if (hold()) return true;
  MakeRoom(bytes);
  return hold();
}

// One who leaves unserved may have stood before others for whom there is room.
void Budget::Forget(Waiter* waiter) {
  const std::lock_guard lock(mutex_);
  if (waiter->granted) return;
  waiting_.remove(waiter);
  GrantLocked();
}

void Budget::GrantLocked() {
  while (!waiting_.empty() && FitsLocked(waiting_.front()->use, waiting_.front()->bytes)) {
    Waiter* next = waiting_.front();
    waiting_.pop_front();
    HoldLocked(next->use, next->bytes);
    next->granted = true;
    next->event->Set();
  }
}

// Reclaimers return tickets, which comes back to here: once at a time is enough.
void Budget::MakeRoom(std::uint64_t bytes) {
  if (reclaiming_.exchange(true)) return;
  for (const Reclaimer& reclaim : reclaimers_) {
    std::uint64_t missing = 0;
    {
      const std::lock_guard lock(mutex_);
      if (bytes > capacity_ - held_) missing = bytes - (capacity_ - held_);
    }
    if (missing == 0) break;
    reclaim(missing);
  }
  reclaiming_ = false;
}

}  // namespace whittle::async
