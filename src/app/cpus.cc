#include "app/cpus.h"

#include <sched.h>

#include <algorithm>
#include <limits>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/text.h"

namespace whittle::app {
namespace {
namespace fs = std::filesystem;

constexpr int kMaxCpus = 1 << 16;  // of any mask the kernel may hand out

/// Microseconds of CPU over microseconds of time; nothing for "max", "-1" and nonsense.
std::optional<double> Quota(std::string_view quota, std::string_view period) {
  const auto numerator = ParseUnsigned<std::uint64_t>(quota);
  const auto denominator = ParseUnsigned<std::uint64_t>(period);
  if (!numerator || !denominator || *numerator == 0 || *denominator == 0) return std::nullopt;
  return static_cast<double>(*numerator) / static_cast<double>(*denominator);
}

/// Version 2: cpu.max holds "150000 100000" or "max 100000".
std::optional<double> QuotaV2(const fs::path& cgroup) {
  const std::string line = FirstLine(cgroup / "cpu.max");
  const std::size_t space = line.find(' ');
  if (space == std::string::npos) return std::nullopt;
  return Quota(std::string_view(line).substr(0, space), std::string_view(line).substr(space + 1));
}

/// Version 1: two files, and -1 for no quota.
std::optional<double> QuotaV1(const fs::path& cgroup) {
  return Quota(FirstLine(cgroup / "cpu.cfs_quota_us"), FirstLine(cgroup / "cpu.cfs_period_us"));
}

}  // namespace

int AffinityCpus() {
  // A fixed cpu_set_t holds 1024; a larger machine answers EINVAL until the set is large enough.
  for (int cpus = CPU_SETSIZE; cpus <= kMaxCpus; cpus *= 2) {
    const auto release = [](cpu_set_t* set) { CPU_FREE(set); };
    const std::unique_ptr<cpu_set_t, decltype(release)> set(
        CPU_ALLOC(static_cast<std::size_t>(cpus)));
    const std::size_t bytes = CPU_ALLOC_SIZE(static_cast<std::size_t>(cpus));
    if (set == nullptr) break;
    if (sched_getaffinity(0, bytes, set.get()) == 0) {
      return std::max(1, CPU_COUNT_S(bytes, set.get()));
    }
  }
  return 1;
}

int QuotaCpus(const CgroupPaths& paths) {
  double least = std::numeric_limits<double>::infinity();
  ForEachCgroup(paths, "cpu", [&least](const fs::path& cgroup) {
    for (const auto quota : {QuotaV2(cgroup), QuotaV1(cgroup)}) {
      least = std::min(least, quota.value_or(least));
    }
  });
  if (least > kMaxCpus) return 0;
  return std::max(1, static_cast<int>(least));
}

int UsableCpus(int affinity, int quota) {
  return std::max(1, quota > 0 ? std::min(affinity, quota) : affinity);
}

}  // namespace whittle::app
