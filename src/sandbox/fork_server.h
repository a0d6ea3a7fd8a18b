// The process that forks workers for a server: one per kind of work.
//
// It loads what the work needs once and reads no stranger's byte; for each job it forks a worker,
// which confines itself (confine.h), works and ends, and it tells the server how the worker ended.
// It is the program itself, started by Workers (workers.h) with a socket at kControlDescriptor, and
// ends when the other end of that is closed.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string_view>

#include "sandbox/confine.h"
#include "sandbox/descriptors.h"

namespace whittle::sandbox {

/// A kind of work, ready to be done.
struct Work {
  std::uint32_t major = 0, minor = 0, micro = 0;  ///< of the library
  Needs needs;
  /// In a worker, which `server` talks to and which has confined itself to nothing yet. Whether all
  /// was answered.
  std::function<bool(const Descriptor& server, const Confinement& confinement)> run;
};

/// Serves until the socket is closed; returns the exit code. The main thread, the only one.
/// `prepare` loads what is needed, after which there is one thread still; nothing where it cannot.
int RunForkServer(std::optional<Work> (*prepare)());

}  // namespace whittle::sandbox
