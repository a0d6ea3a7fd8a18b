// What a process takes from itself before it looks at a stranger's bytes. Nothing of it can be had
// back, so call it in a process that is to end with its one job.
//
// Not for the server. With a sanitizer, whose shadow memory and threads it would forbid, only the
// time is limited.
#pragma once

#include <chrono>
#include <cstdint>

namespace whittle::sandbox {

struct Confinement {
  std::uint64_t memory_bytes = 0;  ///< of address space, more than there is now
  std::uint64_t later_bytes = 0;   ///< that AllowMemory may add
  std::chrono::milliseconds time{0};
};

/// Limits memory, CPU and wall-clock time (the process is killed when it is up), and descriptors;
/// leaves no core file; and makes the kernel refuse sockets, new processes, programs, tracing,
/// signals to others, and writing to files. False when the kernel will not.
bool Confine(const Confinement& confinement);

/// Allows `bytes` of address space more. False where that is more than was foreseen.
bool AllowMemory(std::uint64_t bytes);

}  // namespace whittle::sandbox
