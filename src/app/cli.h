// The command line: reads arguments and settings, and runs one command.
//
//   whittle [serve]                        the server
//   whittle resize IN OUT --width W --height H
//   whittle probe FILE
//   whittle health
//   whittle doctor [--key KEY] [--json] [--strict]
//   whittle settings [--format text|toml|markdown]
//   whittle params
//
// Every setting is a flag too, before or behind the command. Called once by main, on its thread.
#pragma once

#include "app/settings.h"

namespace whittle::app {

/// Returns the process's exit code: 0, 1 when the work failed, 2 when the command line or a setting
/// is wrong. `serve` runs the server until it is stopped and returns an exit code.
int RunCommandLine(int argc, const char* const* argv, int (*serve)(const Settings&));

}  // namespace whittle::app
