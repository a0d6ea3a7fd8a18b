#include "app/tables_load.h"

#include <algorithm>
#include <optional>
#include <span>

#include "base/text.h"

namespace whittle::app {
namespace {

constexpr std::size_t kMostTables = 1000;  // mounts, and sources

template <class Match>
std::optional<std::size_t> FindRow(Match match) {
  const auto row = std::ranges::find_if(Rows(), match);
  if (row == Rows().end()) return std::nullopt;
  return static_cast<std::size_t>(row - Rows().begin());
}

// One value of a table of which there may be several.
template <class Table>
Checked SetColumn(std::span<const Column<Table>> columns, const std::string& at,
                  std::string_view name, const toml::node& node, Table& table) {
  const std::string full = fmt::format("{}.{}", at, Printable(name));
  const auto column = std::ranges::find(columns, name, &Column<Table>::name);
  if (column == columns.end()) return std::unexpected(full + " is not a setting");
  const auto text = ValueText(node, column->is_list);
  if (!text || !column->set(table, *text)) {
    return std::unexpected(fmt::format("{} is wrong; allowed: {}", full, column->allowed));
  }
  return {};
}

Checked ReadOwn(const std::string& at, const toml::node& node,
                std::span<const std::string_view> allowed, MountTable& mount) {
  const toml::table* const table = node.as_table();
  if (table == nullptr) return std::unexpected(at + " is not a table of settings");
  for (const auto& [key, value] : *table) {
    const std::string full = fmt::format("{}.{}", at, Printable(key.str()));
    const auto row = FindRow([&](const SettingRow& each) { return each.name == key.str(); });
    if (!row || !IsOneOf(key.str(), allowed)) {
      return std::unexpected(full + " is not a setting that a mount can have");
    }
    const auto text = ValueText(value, Rows()[*row].is_list);
    Settings scratch;
    if (!text || !Rows()[*row].set(scratch, *text)) {
      return std::unexpected(fmt::format("{} is wrong; allowed: {}", full, Rows()[*row].allowed));
    }
    mount.own.emplace_back(*row, *text);
  }
  return {};
}

}  // namespace

std::optional<std::string> ValueText(const toml::node& node, bool is_list) {
  if (const auto* list = node.as_array(); list != nullptr && is_list) {
    std::string joined;
    for (const toml::node& each : *list) {
      const auto text = ValueText(each, false);
      if (!text) return std::nullopt;
      if (!joined.empty()) joined += ',';
      joined += *text;
    }
    return joined;
  }
  if (const auto* text = node.as_string()) return text->get();
  if (const auto* number = node.as_integer()) return fmt::format("{}", number->get());
  if (const auto* number = node.as_floating_point()) return fmt::format("{}", number->get());
  if (const auto* flag = node.as_boolean()) return flag->get() ? "true" : "false";
  return std::nullopt;
}

Checked ReadMounts(const std::string& file, const toml::node& node, Settings& settings) {
  const toml::array* const list = node.as_array();
  if (list == nullptr) return std::unexpected(file + ": mounts are written as [[mount]]");
  for (const toml::node& each : *list) {
    const std::string at = fmt::format("{}: mount {}", file, settings.mounts.size() + 1);
    const toml::table* const table = each.as_table();
    if (table == nullptr) return std::unexpected(at + " is not a table");
    if (settings.mounts.size() >= kMostTables) return std::unexpected(at + " is too many");
    MountTable mount;
    for (const auto& [key, value] : *table) {
      const bool defaults = key.str() == "defaults";
      Checked read = defaults || key.str() == "limits"
                         ? ReadOwn(fmt::format("{}.{}", at, key.str()), value,
                                   defaults ? MountDefaults() : MountLimits(), mount)
                         : SetColumn(MountColumns(), at, key.str(), value, mount);
      if (!read) return read;
    }
    settings.mounts.push_back(std::move(mount));
  }
  return {};
}

Checked ReadSources(const std::string& file, const toml::node& node, Settings& settings) {
  const toml::table* const list = node.as_table();
  if (list == nullptr) return std::unexpected(file + ": sources are written as [sources.NAME]");
  for (const auto& [name, each] : *list) {
    const std::string at = fmt::format("{}: sources.{}", file, Printable(name.str()));
    const toml::table* const table = each.as_table();
    if (table == nullptr) return std::unexpected(at + " is not a table");
    if (name.str().empty() || !NameOrNothing().Parse(name.str())) {
      return std::unexpected(fmt::format("{}: a name is {}", at, NameOrNothing().Allowed()));
    }
    if (settings.sources.size() >= kMostTables) return std::unexpected(at + " is too many");
    SourceTable source;
    source.name = name.str();
    for (const auto& [key, value] : *table) {
      if (auto set = SetColumn(SourceColumns(), at, key.str(), value, source); !set) return set;
    }
    if (source.location.empty()) return std::unexpected(at + ".location is missing");
    settings.sources.push_back(std::move(source));
  }
  return {};
}

Checked CompleteTables(const Variables& environment, Settings& settings) {
  constexpr std::string_view kEnv = "env:";
  for (MountTable& mount : settings.mounts) {
    for (const std::string& key : mount.keys) {
      std::optional<http::SigningKey> secret = http::ParseSigningKey(key);
      if (!secret) {
        const std::string name = key.substr(kEnv.size());
        const auto found = std::ranges::find(environment, name, &Variables::value_type::first);
        if (found != environment.end()) secret = http::ParseSigningKey(Trim(found->second));
        if (!secret) {
          return std::unexpected(name + ", a mount's key, has to be at least 32 hex digits");
        }
      }
      mount.secrets.push_back(*std::move(secret));
    }
    const auto has_name = [&](const SourceTable& each) { return each.name == mount.source; };
    if (!mount.source.empty() && std::ranges::none_of(settings.sources, has_name)) {
      return std::unexpected(
          fmt::format("a mount's source, \"{}\", is none of [sources]", mount.source));
    }
  }
  return {};
}

}  // namespace whittle::app
