#include "async/taken_along.h"

#include <algorithm>

namespace whittle::async {
namespace {

// How much longer than apart, on workers that have nothing else to do, all may take together.
constexpr int kLongerBy = 2;  // as 1 / kLongerBy

}  // namespace

std::size_t TakenAlong(const Cost& first, std::span<WaitingList::Job* const> mates, int idle) {
  const std::size_t most = std::min(mates.size(), kMostTogether - 1);
  if (idle <= 0) return most;
  std::chrono::nanoseconds apart = first.cpu;
  std::chrono::nanoseconds longest = first.cpu;
  for (const WaitingList::Job* mate : mates) {
    apart += mate->cost.cpu;
    longest = std::max(longest, mate->cost.cpu);
  }
  const auto soonest = std::max(longest, apart / (idle + 1));
  auto together = first.cpu;
  std::size_t count = 0;
  for (; count < most; ++count) {
    together += mates[count]->cost.own_cpu();
    if (together > soonest + soonest / kLongerBy) break;
  }
  return count;
}

}  // namespace whittle::async
