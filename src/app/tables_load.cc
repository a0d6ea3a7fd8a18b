#include "app/tables_load.h"

#include <algorithm>
#include <map>
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

// One row of settings.def that a table sets anew.
Checked ReadRow(const std::string& at, std::string_view name, const toml::node& node,
                OwnRows& own) {
  const auto row = FindRow([&](const SettingRow& each) { return each.name == name; });
  const auto text = ValueText(node, Rows()[*row].is_list);
  Settings scratch;
  if (!text || !Rows()[*row].set(scratch, *text)) {
    return std::unexpected(
        fmt::format("{}.{} is wrong; allowed: {}", at, name, Rows()[*row].allowed));
  }
  own.emplace_back(*row, *text);
  return {};
}

Checked ReadOwn(const std::string& at, const toml::node& node,
                std::span<const std::string_view> allowed, MountTable& mount) {
  const toml::table* const table = node.as_table();
  if (table == nullptr) return std::unexpected(at + " is not a table of settings");
  for (const auto& [key, value] : *table) {
    if (!IsOneOf(key.str(), allowed)) {
      return std::unexpected(
          fmt::format("{}.{} is not a setting that a mount can have", at, Printable(key.str())));
    }
    if (auto read = ReadRow(at, key.str(), value, mount.own); !read) return read;
  }
  return {};
}

// What a list of keys says, with what it names in the environment. The error names the variable.
std::expected<std::vector<http::SigningKey>, std::string> FindSecrets(
    const Variables& environment, const std::vector<std::string>& keys, const std::string& what) {
  std::vector<http::SigningKey> secrets;
  for (const std::string& key : keys) {
    std::optional<http::SigningKey> secret = http::ParseSigningKey(key);
    if (!secret) {
      const std::string name = key.substr(EnvironmentPrefix::kEnv.size());
      const auto found = std::ranges::find(environment, name, &Variables::value_type::first);
      if (found != environment.end()) secret = http::ParseSigningKey(Trim(found->second));
      if (!secret) {
        return std::unexpected(fmt::format("{}, {}, has to be at least 32 hex digits", name, what));
      }
    }
    secrets.push_back(*std::move(secret));
  }
  return secrets;
}

Checked CheckHosts(const Settings& settings) {
  std::map<std::string, std::string> seen;
  for (const SourceTable& source : settings.sources) {
    if (source.host.empty()) continue;
    if (!settings.mounts.empty()) {
      return std::unexpected(
          fmt::format("sources.{}.host is for a file without [[mount]]; here a mount has to say it",
                      source.name));
    }
    const auto [other, is_new] = seen.emplace(LowerCase(source.host), source.name);
    if (!is_new) {
      return std::unexpected(
          fmt::format("sources.{}.host is that of sources.{}, too", source.name, other->second));
    }
  }
  return {};
}

// Nobody gets at what takes only signed URLs through a mount that has no keys.
Checked CheckSigning(const Settings& settings) {
  const std::vector<MountTable> mounts = MountTables(settings);
  for (const SourceTable& source : settings.sources) {
    if (!source.only_signed || !source.secrets.empty()) continue;
    for (const MountTable& mount : mounts) {
      const bool leads_there =
          mount.source == source.name || (mount.by_name && source.host.empty());
      if (leads_there && mount.secrets.empty()) {
        return std::unexpected(fmt::format(
            "sources.{}.only_signed: it has no keys, and neither has the mount of \"{}{}\"",
            source.name, mount.host, mount.prefix));
      }
    }
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
      Checked read = IsOneOf(key.str(), SourceRows())
                         ? ReadRow(at, key.str(), value, source.own)
                         : SetColumn(SourceColumns(), at, key.str(), value, source);
      if (!read) return read;
    }
    if (source.location.empty()) return std::unexpected(at + ".location is missing");
    settings.sources.push_back(std::move(source));
  }
  return {};
}

Checked CompleteTables(const Variables& environment, Settings& settings) {
  for (SourceTable& source : settings.sources) {
    auto found = FindSecrets(environment, source.keys, "a key of sources." + source.name);
    if (!found) return std::unexpected(found.error());
    source.secrets = *std::move(found);
  }
  for (MountTable& mount : settings.mounts) {
    auto found = FindSecrets(environment, mount.keys, "a mount's key");
    if (!found) return std::unexpected(found.error());
    mount.secrets = *std::move(found);
    const auto has_name = [&](const SourceTable& each) { return each.name == mount.source; };
    if (!mount.source.empty() && std::ranges::none_of(settings.sources, has_name)) {
      return std::unexpected(
          fmt::format("a mount's source, \"{}\", is none of [sources]", mount.source));
    }
  }
  if (auto checked = CheckHosts(settings); !checked) return checked;
  return CheckSigning(settings);
}

}  // namespace whittle::app
