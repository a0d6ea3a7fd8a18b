#include "app/memory_shares.h"

#include <algorithm>

namespace whittle::app {
namespace {

// Most sites' sources are below 2 MiB, so that one can be read while another is worked on. What a
// phone's 200 megapixels take is read when it is alone.
constexpr std::uint64_t kSourceMemory = 16ULL << 20;  // a worker
// Of what the process may have: the rest is for connections, code and what no plan counts.
constexpr std::uint64_t kMemoryPercent = 60;

std::uint64_t BudgetFor(const Settings& settings, std::uint64_t memory) {
  const std::uint64_t set = settings.service.memory_budget;
  return set > 0 ? set : memory / 100 * kMemoryPercent;
}

// A part, so that jobs always have the rest.
std::uint64_t SourcesFor(const Settings& settings, int workers, std::uint64_t budget) {
  const std::uint64_t set = settings.source.source_memory;
  const std::uint64_t wanted = set > 0 ? set : kSourceMemory * static_cast<std::uint64_t>(workers);
  return std::min(wanted, budget / 4);
}

// What connections take besides the budget: a share of all memory, so many bytes each with a head
// of the largest size in it.
std::uint32_t ConnectionsFor(std::uint64_t memory) {
  constexpr std::uint64_t kPercent = 15;
  constexpr std::uint64_t kEach = 26ULL << 10;
  constexpr std::uint64_t kLeast = 64;
  constexpr std::uint64_t kMost = 1'000'000;
  return static_cast<std::uint32_t>(std::clamp(memory / 100 * kPercent / kEach, kLeast, kMost));
}

}  // namespace

MemoryShares SharesOf(const Settings& settings, int workers, std::uint64_t memory) {
  const std::uint64_t budget = BudgetFor(settings, memory);
  return {.budget = budget,
          .sources = SourcesFor(settings, workers, budget),
          .connections = std::min(settings.http.max_connections, ConnectionsFor(memory))};
}

}  // namespace whittle::app
