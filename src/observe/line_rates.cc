#include "observe/line_rates.h"

#include <algorithm>
#include <utility>

namespace whittle::observe {

std::optional<std::uint64_t> LineRates::Pass(std::string_view what, int number) {
  const std::scoped_lock lock(mutex_);
  const Clock::time_point now = options_.now();
  Line& line = Find(what, number, now);
  const double seconds = std::chrono::duration<double>(now - line.heard_of).count();
  line.tokens = std::min(line.tokens + seconds * options_.per_second, options_.burst);
  line.heard_of = now;
  if (line.tokens < 1) {
    HoldBack(line, 1, now);
    return std::nullopt;
  }
  line.tokens -= 1;
  return std::exchange(line.held_back, 0);
}

std::vector<LineRates::Sum> LineRates::TakeSums(Clock::duration age) {
  const std::scoped_lock lock(mutex_);
  const Clock::time_point now = options_.now();
  Clock::time_point due = Clock::time_point::max();
  std::vector<Sum> sums;
  const auto take = [&](Line& line) {
    if (line.held_back == 0) return;
    if (now - line.since < age) {
      due = std::min(due, line.since + kSumAfter);
      return;
    }
    sums.push_back({line.what, line.number, std::exchange(line.held_back, 0)});
  };
  std::ranges::for_each(lines_, take);
  take(others_);
  due_.store(due, std::memory_order_relaxed);
  return sums;
}

LineRates::Line& LineRates::Find(std::string_view what, int number, Clock::time_point now) {
  const auto known = std::ranges::find_if(
      lines_, [&](const Line& line) { return line.number == number && line.what == what; });
  if (known != lines_.end()) return *known;
  if (lines_.size() < options_.lines) {
    lines_.emplace_back();
  } else {
    std::ranges::swap(*std::ranges::min_element(lines_, {}, &Line::heard_of), lines_.back());
    if (lines_.back().held_back > 0) HoldBack(others_, lines_.back().held_back, now);
  }
  lines_.back() = {
      .what = std::string(what), .number = number, .tokens = options_.burst, .heard_of = now};
  return lines_.back();
}

void LineRates::HoldBack(Line& line, std::uint64_t count, Clock::time_point now) {
  if (line.held_back == 0) {
    line.since = now;
    due_.store(std::min(due_.load(std::memory_order_relaxed), now + kSumAfter),
               std::memory_order_relaxed);
  }
  line.held_back += count;
}

}  // namespace whittle::observe
