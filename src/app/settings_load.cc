#include "app/settings_load.h"

#include <toml++/toml.h>
#include <unistd.h>

#include <algorithm>

#include "app/files.h"
#include "app/tables_load.h"
#include "base/text.h"

namespace whittle::app {
namespace {

constexpr std::string_view kConfigVariable = "WHITTLE_CONFIG";
// Not ours to judge: it tells the project's tests where their pictures are, and may well be
// exported in a shell from which the server is started.
constexpr std::string_view kTestsVariable = "WHITTLE_CORPUS";
constexpr std::uint64_t kMaxConfigBytes = 1U << 20;

/// Collects values, weakest source first.
class Loader {
 public:
  Loader() { loaded_.origins.assign(Rows().size(), "default"); }

  Checked ReadFile(const std::filesystem::path& path);
  Checked ReadEnvironment(const Variables& environment);
  Checked ReadFlags(const Variables& flags);
  /// The last step.
  Checked Complete(const Variables& environment) {
    return CompleteTables(environment, loaded_.values);
  }
  LoadedSettings Take() && { return std::move(loaded_); }

 private:
  /// `name` is how the user wrote the setting.
  Checked Set(std::size_t row, std::string_view name, std::string_view text, Origin origin) {
    const SettingRow& setting = Rows()[row];
    if (!setting.set(loaded_.values, text)) {
      return std::unexpected(
          fmt::format("{} is \"{}\"; allowed: {}", name, Printable(text), setting.allowed));
    }
    loaded_.origins[row] = std::move(origin);
    return {};
  }
  Checked ReadTable(const std::string& file, std::string_view room, const toml::table& table);

  LoadedSettings loaded_;
};

template <class Match>
std::optional<std::size_t> FindRow(Match match) {
  const auto row = std::ranges::find_if(Rows(), match);
  if (row == Rows().end()) return std::nullopt;
  return static_cast<std::size_t>(row - Rows().begin());
}

Checked Loader::ReadTable(const std::string& file, std::string_view room,
                          const toml::table& table) {
  for (const auto& [key, node] : table) {
    const std::string name = fmt::format("{}.{}", room, key.str());
    const auto row = FindRow([&](const SettingRow& each) { return each.key == name; });
    if (!row) {
      return std::unexpected(fmt::format("{}: {} is not a setting", file, Printable(name)));
    }
    const auto text = ValueText(node, Rows()[*row].is_list);
    if (!text) {
      return std::unexpected(fmt::format("{}: {} is not a text, number or boolean; allowed: {}",
                                         file, name, Rows()[*row].allowed));
    }
    if (auto set = Set(*row, fmt::format("{}: {}", file, name), *text, "file"); !set) return set;
  }
  return {};
}

Checked Loader::ReadFile(const std::filesystem::path& path) {
  const std::string file = Printable(path.string());
  const auto bytes = ReadWhole(path, kMaxConfigBytes);
  if (!bytes) return std::unexpected(fmt::format("{}: {}", file, bytes.error().text));
  toml::table document;
  try {
    document = toml::parse(AsText(bytes->view()), path.string());
  } catch (const toml::parse_error& error) {
    return std::unexpected(fmt::format("{}:{}:{}: {}", file, error.source().begin.line,
                                       error.source().begin.column,
                                       Printable(error.description())));
  }
  for (const auto& [key, node] : document) {
    if (key.str() == "mount" || key.str() == "sources") {
      auto read = key.str() == "mount" ? ReadMounts(file, node, loaded_.values)
                                       : ReadSources(file, node, loaded_.values);
      if (!read) return read;
      continue;
    }
    const bool known =
        FindRow([&](const SettingRow& row) { return row.room == key.str(); }).has_value();
    const toml::table* table = node.as_table();
    if (!known || table == nullptr) {
      return std::unexpected(fmt::format("{}: {} is not a {}", file, Printable(key.str()),
                                         table == nullptr ? "setting" : "table of settings"));
    }
    if (auto read = ReadTable(file, key.str(), *table); !read) return read;
  }
  return {};
}

Checked Loader::ReadEnvironment(const Variables& environment) {
  // Names of other servers first, so that our own name for the same row wins.
  for (const bool own : {false, true}) {
    for (const auto& [name, value] : environment) {
      const std::string_view text = Trim(value);
      if (text.empty() || name.starts_with("WHITTLE_") != own) continue;
      if (name == kConfigVariable || name == kTestsVariable) continue;
      bool known = false;
      for (std::size_t row = 0; row < Rows().size(); ++row) {  // another's name may be of two
        const SettingRow& each = Rows()[row];
        if ((own ? std::string_view(each.variable) : each.also) != name) continue;
        if (auto set = Set(row, name, text, "environment " + name); !set) return set;
        known = true;
      }
      if (own && !known) {
        return std::unexpected(fmt::format("{} is not a setting", Printable(name)));
      }
    }
  }
  return {};
}

Checked Loader::ReadFlags(const Variables& flags) {
  for (const auto& [flag, text] : flags) {
    const auto row = FindRow([&](const SettingRow& each) { return each.flag == flag; });
    if (!row) return std::unexpected(fmt::format("{} is not a setting", Printable(flag)));
    if (auto set = Set(*row, flag, text, "flag"); !set) return set;
  }
  return {};
}

std::optional<std::filesystem::path> ConfigPath(const SettingSources& sources) {
  if (sources.config) return sources.config;
  for (const auto& [name, value] : sources.environment) {
    if (name == kConfigVariable && !Trim(value).empty()) return std::string(Trim(value));
  }
  return std::nullopt;
}

}  // namespace

std::expected<LoadedSettings, std::string> LoadSettings(const SettingSources& sources) {
  Loader loader;
  if (const auto path = ConfigPath(sources)) {
    if (auto read = loader.ReadFile(*path); !read) return std::unexpected(read.error());
  }
  if (auto read = loader.ReadEnvironment(sources.environment); !read) {
    return std::unexpected(read.error());
  }
  if (auto read = loader.ReadFlags(sources.flags); !read) return std::unexpected(read.error());
  if (auto read = loader.Complete(sources.environment); !read) {
    return std::unexpected(read.error());
  }
  return std::move(loader).Take();
}

Variables ProcessEnvironment() {
  Variables variables;
  for (char** entry = environ; entry != nullptr && *entry != nullptr; ++entry) {
    const std::string_view text = *entry;
    const std::size_t equals = text.find('=');
    if (equals == std::string_view::npos) continue;
    variables.emplace_back(text.substr(0, equals), text.substr(equals + 1));
  }
  return variables;
}

}  // namespace whittle::app
