// The memory budget against what the machine, the cgroup or RLIMIT_AS allow, and against workers.
#include <fmt/format.h>

#include "app/doctor/check.h"
#include "app/memory_shares.h"

namespace whittle::app::doctor {
namespace {

constexpr std::uint64_t kMiB = 1ULL << 20;
// What connections, code and libraries need beside the budget.
constexpr std::uint64_t kMostPercent = 80;
// A quarter of the budget is for sources, 16 MiB of it for each worker (memory_shares.cc).
constexpr std::uint64_t kForWorker = 64 * kMiB;

Findings Examine(const Bench& bench) {
  const auto& machine = bench.machine;
  const auto workers = static_cast<std::uint64_t>(bench.workers());
  const std::uint64_t budget = SharesOf(bench.settings, bench.workers(), machine.memory).budget;
  const std::string found =
      fmt::format("memory_budget is {} MiB of the {} MiB that cgroup, machine and RLIMIT_AS allow",
                  budget / kMiB, machine.memory / kMiB);
  if (budget > machine.memory) {
    return {Failure(found + ": under load the kernel ends the server",
                    "leave memory_budget at 0, or lower it, or give it more memory")};
  }
  if (budget > machine.memory / 100 * kMostPercent) {
    return {Warning(found + ", which leaves little for connections and code",
                    "leave memory_budget at 0, which takes 60 %")};
  }
  if (budget / workers < kForWorker) {
    return {Warning(fmt::format("{}: less than {} MiB for each of {} workers, which will wait for "
                                "each other",
                                found, kForWorker / kMiB, workers),
                    "give it more memory, or lower workers")};
  }
  return {Ok(found)};
}

}  // namespace

extern const Check kMemoryCheck;
constexpr Check kMemoryCheck = {
    .name = "memory",
    .about = "`memory_budget` against memory.max of the cgroup, the machine and the workers",
    .of_server = Examine};

}  // namespace whittle::app::doctor
