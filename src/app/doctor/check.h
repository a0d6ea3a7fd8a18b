// Checks of `whittle doctor`: what each looks at, and what it says of it.
//
// To add one: write app/doctor/<name>.cc that defines `extern const Check k<Name>Check`, and add
// one line to checks.def. A check reads its bench and changes nothing. It runs on a thread of its
// own, beside all others, and may block: whoever runs it (run.h) leaves it behind at its deadline.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "app/doctor/machine.h"
#include "app/doctor/probe.h"
#include "app/settings.h"

namespace whittle::app::doctor {

enum class Level : std::uint8_t { kOk, kWarn, kFail };

/// One line: what was found and, where all is not well, what to do.
struct Finding {
  Level level = Level::kOk;
  std::string found;
  std::string advice;
};
using Findings = std::vector<Finding>;

inline Finding Ok(std::string found) { return {Level::kOk, std::move(found), {}}; }
inline Finding Warning(std::string found, std::string advice) {
  return {Level::kWarn, std::move(found), std::move(advice)};
}
inline Finding Failure(std::string found, std::string advice) {
  return {Level::kFail, std::move(found), std::move(advice)};
}

/// What checks may look at; tests bring their own.
struct Bench {
  Settings settings;
  Machine machine;

  /// Threads that the server would resize with.
  int workers() const;
};

struct Check {
  std::string_view name;   ///< the second word of its lines
  std::string_view about;  ///< one line for people, for the table in docs/doctor.md
  // One of the two is set. No finding: there is nothing to say.
  Findings (*of_server)(const Bench& bench) = nullptr;
  /// Of each source, the unnamed one first, once it has been tried.
  Findings (*of_source)(const Bench& bench, const Probe& probe) = nullptr;
};

/// All, in the order of checks.def.
std::span<const Check* const> Checks();

/// The table of docs/doctor.md.
std::string ChecksAsMarkdown();

}  // namespace whittle::app::doctor
