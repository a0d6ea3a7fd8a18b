// What a process may open from now on, by Landlock: to read, what lies beneath the named paths;
// to write, execute, make or remove, nothing. Files that are open stay so, and names, sizes and
// times of others can still be asked for.
//
// The kernel's headers of Debian 12 and raw system calls: glibc has no wrappers.
#pragma once

#include <span>
#include <string>

namespace whittle::sandbox {

/// For the calling thread and all it starts, for ever; paths that do not exist are left out. False,
/// and nothing is restricted, where the kernel has no Landlock (before 5.13, or switched off) or a
/// container's filter forbids it. Wants no_new_privs.
bool RestrictFiles(std::span<const std::string> readable);

}  // namespace whittle::sandbox
