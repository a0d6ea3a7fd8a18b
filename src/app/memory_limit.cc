#include "app/memory_limit.h"

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

}  // namespace

std::uint64_t MemoryLimit(const CgroupPaths& paths) {
  std::uint64_t least = MachineMemory();
  ForEachCgroup(paths, "memory", [&least](const fs::path& cgroup) {
    for (const char* name : {"memory.max", "memory.high", "memory.limit_in_bytes"}) {
      least = std::min(least, LimitIn(cgroup / name));
    }
  });
  return least;
}

}  // namespace whittle::app
