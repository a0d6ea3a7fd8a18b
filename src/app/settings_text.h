// Settings written out: for people, as a config file, and as README's reference table.
//
// Pure functions; any thread.
#pragma once

#include <string>

#include "app/settings_load.h"

namespace whittle::app {

/// One line per setting: key, value, origin.
std::string SettingsAsText(const LoadedSettings& loaded);

/// A config file that gives the same values, but for secrets, which are hidden.
std::string SettingsAsToml(const LoadedSettings& loaded);

/// README's table of all settings, from the rows alone. `cmake --build` users see the same text in
/// README.md between the settings markers; a test compares them.
std::string SettingsReference();

/// README's table of what mounts and named sources can have, from their columns alone.
std::string TablesReference();

}  // namespace whittle::app
