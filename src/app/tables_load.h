// Mounts and named sources, as the config file has them.
//
// settings_load.cc is the only caller. The first fault is reported as one line that names the table
// and what is allowed, and never the value, which may be a secret.
#pragma once

#include <toml++/toml.h>

#include <expected>
#include <optional>
#include <string>

#include "app/settings_load.h"

namespace whittle::app {

using Checked = std::expected<void, std::string>;

/// A scalar as the text a person would set it with, and where `is_list` a list of them with commas
/// between; nothing for all else.
std::optional<std::string> ValueText(const toml::node& node, bool is_list);

/// Adds what stands under `mount`; `file` is for messages.
Checked ReadMounts(const std::string& file, const toml::node& node, Settings& settings);
/// Adds what stands under `sources`.
Checked ReadSources(const std::string& file, const toml::node& node, Settings& settings);

/// Looks for what tables name elsewhere: secrets in the environment, sources in their tables.
Checked CompleteTables(const Variables& environment, Settings& settings);

}  // namespace whittle::app
