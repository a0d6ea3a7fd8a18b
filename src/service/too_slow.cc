#include "service/too_slow.h"

namespace whittle::service {

std::optional<Error> TooSlow::Find(std::string_view key) {
  const std::lock_guard lock(mutex_);
  const auto found = by_key_.find(key);
  if (found == by_key_.end()) return std::nullopt;
  const auto entry = found->second;
  if (now_() < entry->until) return entry->error;
  by_key_.erase(found);
  by_age_.erase(entry);
  return std::nullopt;
}

void TooSlow::Forget(std::string_view key) {
  const std::lock_guard lock(mutex_);
  ForgetLocked(key);
}

void TooSlow::ForgetLocked(std::string_view key) {
  const auto found = by_key_.find(key);
  if (found == by_key_.end()) return;
  const auto entry = found->second;
  by_key_.erase(found);
  by_age_.erase(entry);
}

void TooSlow::Remember(std::string_view key, const Error& error) {
  const std::lock_guard lock(mutex_);
  ForgetLocked(key);
  if (by_age_.size() >= kMost) {
    by_key_.erase(by_age_.front().key);
    by_age_.pop_front();
  }
  by_age_.push_back({std::string(key), error, now_() + kFor});
  by_key_.emplace(by_age_.back().key, std::prev(by_age_.end()));
}

}  // namespace whittle::service
