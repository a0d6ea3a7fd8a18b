// How much memory this process may have: what the machine has, or less where its cgroups or its
// address space say so.
//
// Read once at start, any thread.
#pragma once

#include <cstdint>

#include "app/cgroups.h"

namespace whittle::app {

/// Bytes: the smallest memory.max or memory.high of this process's cgroups and their parents
/// (version 1: memory.limit_in_bytes), or the machine's memory when that is less. A file that is
/// missing or makes no sense is no limit. With RLIMIT_AS, no more than is left of that.
std::uint64_t MemoryLimit(const CgroupPaths& paths = {});

}  // namespace whittle::app
