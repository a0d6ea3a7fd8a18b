#include "app/cpus.h"

#include <sched.h>

#include <algorithm>
#include <fstream>
#include <limits>
#include <memory>
#include <optional>
#include <sstream>
#include <string>
#include <string_view>

#include "base/text.h"

namespace whittle::app {
namespace {
namespace fs = std::filesystem;

constexpr int kMaxCpus = 1 << 16;  // of any mask the kernel may hand out

/// The first line of a small file, "" when it cannot be read.
std::string FirstLine(const fs::path& path) {
  std::ifstream file(path);
  std::string line;
  std::getline(file, line);
  return line;
}

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

/// The least quota of `leaf` below `root` and of all its parents up to `root`: each of them binds.
/// In a container `leaf` may be the host's path, which does not exist here; its own limit is then
/// at the root, which is always read.
double LeastQuota(const fs::path& root, const fs::path& leaf,
                  std::optional<double> (*read)(const fs::path&)) {
  double least = std::numeric_limits<double>::infinity();
  fs::path relative = leaf.relative_path().lexically_normal();
  if (relative.string().starts_with("..")) relative.clear();  // outside our cgroup namespace
  for (;;) {
    least = std::min(least, read(root / relative).value_or(least));
    if (!relative.has_relative_path()) return least;
    relative = relative.parent_path();
  }
}

bool Lists(std::string_view controllers, std::string_view wanted) {
  std::istringstream list{std::string(controllers)};
  for (std::string name; std::getline(list, name, ',');) {
    if (name == wanted) return true;
  }
  return false;
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

int QuotaCpus(const CpuPaths& paths) {
  double least = std::numeric_limits<double>::infinity();
  std::ifstream membership(paths.membership);
  // Lines are "0::/path" for version 2 and "4:cpu,cpuacct:/path" for version 1.
  for (std::string line; std::getline(membership, line);) {
    const std::size_t first = line.find(':');
    const std::size_t second = first == std::string::npos ? first : line.find(':', first + 1);
    if (second == std::string::npos) continue;
    const std::string controllers = line.substr(first + 1, second - first - 1);
    const fs::path leaf = line.substr(second + 1);
    if (controllers.empty()) {
      least = std::min(least, LeastQuota(paths.cgroups, leaf, QuotaV2));
    } else if (Lists(controllers, "cpu")) {
      least = std::min(least, LeastQuota(paths.cgroups / controllers, leaf, QuotaV1));
      least = std::min(least, LeastQuota(paths.cgroups / "cpu", leaf, QuotaV1));
    }
  }
  if (least > kMaxCpus) return 0;
  return std::max(1, static_cast<int>(least));
}

int UsableCpus(int affinity, int quota) {
  return std::max(1, quota > 0 ? std::min(affinity, quota) : affinity);
}

}  // namespace whittle::app
