// Settings from their four sources: defaults < config file < environment < flags.
//
// Fails closed. Whatever is set must be known and valid, also where a stronger source overrides it;
// the first fault is reported as one line that names the key, the value and what is allowed.
// Called once at start, from the main thread.
#pragma once

#include <expected>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "app/settings.h"

namespace whittle::app {

/// Names and values, as from the environment.
using Variables = std::vector<std::pair<std::string, std::string>>;

/// What to load from. `flags` are pairs of a row's flag ("--port") and its text.
struct SettingSources {
  std::optional<std::filesystem::path> config;  ///< --config; else WHITTLE_CONFIG; else no file
  Variables environment;
  Variables flags;
};

/// Where a setting's value comes from, for people: "default", "file", "environment PORT", "flag".
using Origin = std::string;

struct LoadedSettings {
  Settings values;
  std::vector<Origin> origins;  ///< one per row of Rows(), same order
};

/// The error is one line for stderr, without a line end.
std::expected<LoadedSettings, std::string> LoadSettings(const SettingSources& sources);

/// The process's environment.
Variables ProcessEnvironment();

}  // namespace whittle::app
