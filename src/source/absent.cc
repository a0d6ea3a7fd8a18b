#include "source/absent.h"

namespace whittle::source {

bool Absent::Has(const std::string& name) {
  const std::lock_guard lock(mutex_);
  ForgetLocked();
  return until_.contains(name);
}

void Absent::Add(const std::string& name) {
  if (keep_ <= async::Clock::duration::zero()) return;
  const std::lock_guard lock(mutex_);
  ForgetLocked();
  if (!until_.emplace(name, now_() + keep_).second) return;
  order_.push_back(name);
  if (order_.size() <= most_) return;
  until_.erase(order_.front());
  order_.pop_front();
}

void Absent::ForgetLocked() {
  const auto now = now_();
  while (!order_.empty() && until_.at(order_.front()) <= now) {
    until_.erase(order_.front());
    order_.pop_front();
  }
}

}  // namespace whittle::source
