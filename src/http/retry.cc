#include "http/retry.h"

#include <algorithm>

namespace whittle::http {
namespace {

constexpr std::chrono::seconds kShortestBase{1};
constexpr std::chrono::seconds kLongBase{4};

// So many refusals for each picture made are thousands of clients that ask again and again: each
// refusal that is not asked for is CPU time for a picture.
constexpr std::uint64_t kStorm = 8;
constexpr std::chrono::seconds kStormBase = RetryAfter::kLongest / 2;

std::int64_t SecondOf(RetryAfter::Clock::time_point now) {
  return std::chrono::floor<std::chrono::seconds>(now.time_since_epoch()).count();
}

}  // namespace

void RetryAfter::CountMade(Clock::time_point now) {
  const std::lock_guard lock(mutex_);
  Turn(now);
  ++made_;
}

RetryAfter::Wait RetryAfter::Refuse(std::uint64_t client, Clock::time_point now) {
  const std::lock_guard lock(mutex_);
  Turn(now);
  ++refused_;
  if (client != 0) {
    Slot& slot = SlotOf(client, SecondOf(now));
    if (slot.client == client) ++slot.refused;
  }
  const auto base = static_cast<std::uint64_t>(base_.count());
  const std::chrono::seconds said(base + Draw(base + 1));
  return {.said = said, .held = said - std::chrono::milliseconds(Draw(1000))};
}

std::chrono::milliseconds RetryAfter::PauseOf(std::uint64_t client, Clock::time_point now) {
  if (client == 0) return {};
  const std::lock_guard lock(mutex_);
  const Slot& slot = SlotOf(client, SecondOf(now));
  const bool often = slot.client == client && std::max(slot.refused, slot.before) >= often_;
  if (!often) return {};
  Turn(now);
  const auto base = static_cast<std::uint64_t>(std::chrono::milliseconds(base_).count());
  return std::chrono::milliseconds(base + Draw(base + 1));
}

// The seconds that have gone by since the last call are judged.
void RetryAfter::Turn(Clock::time_point now) {
  const std::int64_t second = SecondOf(now);
  if (second <= second_) return;
  if (refused_ > kStorm * made_) {
    base_ = kStormBase;
  } else if (refused_ > made_) {
    base_ = std::max(base_, std::min(base_ * 2, kLongBase));
  } else if (refused_ * 2 < made_ || refused_ == 0) {
    base_ = std::max(base_ / 2, kShortestBase);
  }
  if (second > second_ + 2) base_ = kShortestBase;  // nothing happened for a while
  second_ = second;
  made_ = 0;
  refused_ = 0;
}

// The client's slot, or that of another client, which was refused within the last second or two.
RetryAfter::Slot& RetryAfter::SlotOf(std::uint64_t client, std::int64_t second) {
  Slot& slot = slots_[client % slots_.size()];
  if (second > slot.second) {
    const bool next = second == slot.second + 1;
    slot.before = next ? slot.refused : 0;
    slot.refused = 0;
    slot.second = second;
  }
  if (slot.client != client && slot.refused == 0 && slot.before == 0) slot.client = client;
  return slot;
}

// Below `choices`. SplitMix64: enough to spread, and nobody gains by foreseeing it.
std::uint64_t RetryAfter::Draw(std::uint64_t choices) {
  std::uint64_t x = random_ += 0x9E3779B97F4A7C15;
  x = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9;
  x = (x ^ (x >> 27)) * 0x94D049BB133111EB;
  return (x ^ (x >> 31)) % choices;
}

}  // namespace whittle::http
