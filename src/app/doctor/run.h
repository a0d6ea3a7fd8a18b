// Runs all checks at once, and every source beside them.
//
// Each has a thread and a deadline that nothing of it can put off: what hangs is left behind and is
// a failure. Called once, by the command and by tests; costs as many threads as there is to do, at
// most kMostThreads.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "app/doctor/check.h"

namespace whittle::app::doctor {

inline constexpr int kMostThreads = 64;

/// A finding, and of what it is.
struct Line {
  std::string check;
  std::string source;  ///< of checks of sources; empty for the unnamed one
  Finding finding;
};

struct Examination {
  std::vector<Line> lines;  ///< in the order of the checks; those of one source follow each other
  /// Threads were left in calls that did not end: leave the process at once.
  bool has_lost = false;
};

struct RunOptions {
  std::chrono::milliseconds timeout{10'000};  ///< of each check and of each source
  /// Deadlines of the settings end a source by themselves and say where it stood; this much later
  /// it is left behind.
  std::chrono::milliseconds grace{1000};
  std::vector<std::string> keys;  ///< as KeyFor reads them
  /// Told now and then what is still waited for: names with ", " between them.
  std::function<void(const std::string& names)> on_wait;
  std::chrono::milliseconds tell_after{500};  ///< the first time, and from then on
};

/// Checks must live as long as the process: a thread that is left behind may come back to its own.
Examination Examine(const std::shared_ptr<const Bench>& bench, std::span<const Check* const> checks,
                    const RunOptions& options);

/// What a source is to be asked for: of `keys` the last one for it, "name:key" or ":key" for the
/// unnamed one; else the last one for all; else nothing.
std::string KeyFor(const Settings& settings, const std::vector<std::string>& keys,
                   const std::string& source);

}  // namespace whittle::app::doctor
