#include "app/memory_limit.h"

#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <limits>

#include "base/text.h"

namespace whittle::app {
namespace {
namespace fs = std::filesystem;

constexpr std::uint64_t kNoLimit = std::numeric_limits<std::uint64_t>::max();

// "max" is none.
std::uint64_t LimitIn(const fs::path& file) {
  return ParseUnsigned<std::uint64_t>(FirstLine(file)).value_or(kNoLimit);
}

std::uint64_t MachineMemory() {
  const long pages = sysconf(_SC_PHYS_PAGES);
  const long size = sysconf(_SC_PAGESIZE);
  if (pages <= 0 || size <= 0) return kNoLimit;
  return static_cast<std::uint64_t>(pages) * static_cast<std::uint64_t>(size);
}

// For the stacks of threads that there will be, of which each takes 8 MiB of addresses.
constexpr std::uint64_t kStacks = std::uint64_t{96} << 20;

// What is left for pictures and connections.
std::uint64_t AddressSpaceLeft() {
  rlimit limit{};
  if (getrlimit(RLIMIT_AS, &limit) != 0 || limit.rlim_cur == RLIM_INFINITY) return kNoLimit;
  // /proc/self/statm begins with the pages that are taken.
  const std::string pages = FirstLine("/proc/self/statm");
  const auto taken = ParseUnsigned<std::uint64_t>(pages.substr(0, pages.find(' '))).value_or(0) *
                     static_cast<std::uint64_t>(sysconf(_SC_PAGESIZE));
  return limit.rlim_cur - std::min<std::uint64_t>(limit.rlim_cur, taken + kStacks);
}

}  // namespace

std::uint64_t MemoryLimit(const CgroupPaths& paths) {
  std::uint64_t least = std::min(MachineMemory(), AddressSpaceLeft());
  ForEachCgroup(paths, "memory", [&least](const fs::path& cgroup) {
    for (const char* name : {"memory.max", "memory.high", "memory.limit_in_bytes"}) {
      least = std::min(least, LimitIn(cgroup / name));
    }
  });
  return least;
}

}  // namespace whittle::app
