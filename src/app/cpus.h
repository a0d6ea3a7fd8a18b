// How many CPUs this process may keep busy: what its affinity mask and its cgroups allow.
//
// Read once at start, any thread. std::thread::hardware_concurrency() knows the mask but not the
// quota, so in a container limited to 2 of 64 CPUs it would start 64 workers that the kernel then
// stops for most of each period.
#pragma once

#include "app/cgroups.h"

namespace whittle::app {

/// CPUs in the affinity mask of the calling thread, at least 1.
int AffinityCpus();

/// The smallest quota of this process's cgroups and their parents in CPUs, rounded down but at
/// least 1, or 0 when there is no quota. Versions 1 and 2 are read; a file that is missing or
/// makes no sense is no quota.
///
/// Rounded down because a quota is a budget per period (100 ms): two busy workers under a quota of
/// 1.5 spend it in 75 ms, and then every thread, the one that accepts connections too, stands still
/// for the rest. Rounded down, the half CPU is left for that thread.
int QuotaCpus(const CgroupPaths& paths = {});

/// min(affinity, quota), at least 1.
int UsableCpus(int affinity, int quota);

}  // namespace whittle::app
