// Workers against the CPUs that affinity and the cgroup's cpu.max allow.
#include "app/cpus.h"

#include <fmt/format.h>

#include "app/doctor/check.h"

namespace whittle::app::doctor {
namespace {

Findings Examine(const Bench& bench) {
  const auto& machine = bench.machine;
  const int usable = UsableCpus(machine.affinity, machine.quota);
  const bool by_quota = machine.quota > 0 && machine.quota < machine.affinity;
  const std::string found = fmt::format("{} workers for {} CPUs ({})", bench.workers(), usable,
                                        by_quota ? "cpu.max of the cgroup" : "affinity");
  if (bench.workers() <= usable) return {Ok(found)};
  return {Warning(found + (by_quota ? ": the kernel stops all threads for a part of each period"
                                    : ": they take turns, and each picture takes longer"),
                  "leave workers at 0, which takes as many as there are CPUs")};
}

}  // namespace

extern const Check kCpusCheck;
constexpr Check kCpusCheck = {.name = "cpus",
                              .about = "`workers` against cpu.max of the cgroup and the affinity",
                              .of_server = Examine};

}  // namespace whittle::app::doctor
