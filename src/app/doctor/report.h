// What `whittle doctor` prints: an aligned line for each finding and one that sums up, or JSON.
//
// Pure functions; any thread.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "app/doctor/run.h"

namespace whittle::app::doctor {

/// `coloured`: with the escape sequences of terminals.
std::string AsText(std::span<const Line> lines, bool coloured);

/// One object a line: check, source (of checks of sources), status, found, advice.
std::string AsJson(std::span<const Line> lines);

/// 0, or 1 where something fails; with `strict` also where there is a warning.
int ExitCodeOf(std::span<const Line> lines, bool strict);

/// Whether a terminal is to have colours, by its TERM and by NO_COLOR (no-color.org).
bool TakesColours(bool is_terminal, std::string_view term, std::string_view no_color);

}  // namespace whittle::app::doctor
