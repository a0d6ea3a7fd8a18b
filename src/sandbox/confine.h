// What a process takes from itself before it looks at a stranger's bytes. Nothing of it can be had
// back, so call it in a process that is to end with its one job.
//
// In two steps: a process that reads nothing of strangers prepares (files, capabilities, the list
// of calls) and forks, and each child goes in, which costs some system calls. Not for the server.
// With a sanitizer, whose shadow memory and threads all this would forbid, only the time is
// limited.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "sandbox/calls.h"

namespace whittle::sandbox {

/// What a kind of work needs of the system.
struct Needs {
  Files files = Files::kNone;
  std::vector<std::string> readable;  ///< with kRead: files, and folders with all beneath them
};

/// What one job may take.
struct Allowance {
  std::uint64_t memory_bytes = 0;  ///< of address space, more than there was when prepared
  std::uint64_t later_bytes = 0;   ///< that AllowMemory may add
  std::chrono::milliseconds time{0};
};

/// Where the kernel has no Landlock, a process that needs files opens none: better no text in an
/// SVG than an open file system.
class Confinement {
 public:
  /// For the process that forks, which gives up capabilities, new privileges and files itself.
  /// Nothing when the kernel will not.
  static std::optional<Confinement> Prepare(const Needs& needs);
  /// Whether `readable` can be read.
  bool reads_files() const { return reads_files_; }

  /// For a child with one thread. Limits memory, CPU and wall-clock time (the process is killed
  /// when it is up), and descriptors; leaves no core file, cannot be traced; and has the kernel
  /// refuse all calls but those of calls.h. False when the kernel will not.
  bool Enter(const Allowance& allowance) const;

 private:
  std::optional<CallFilter> calls_;  // none with a sanitizer
  std::uint64_t address_space_ = 0;  // bytes, when prepared
  bool reads_files_ = true;
};

/// Allows `bytes` of address space more, in a child. False where that is more than was foreseen.
bool AllowMemory(std::uint64_t bytes);

}  // namespace whittle::sandbox
