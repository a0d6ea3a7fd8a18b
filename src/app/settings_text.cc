#include "app/settings_text.h"

#include <algorithm>

namespace whittle::app {
namespace {

/// A TOML basic string. Values come from a command line or an environment, so they may hold
/// anything but NUL.
std::string Quoted(std::string_view text) {
  std::string quoted = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') {
      quoted += '\\';
      quoted += c;
    } else if (static_cast<unsigned char>(c) < 0x20 || c == 0x7F) {
      quoted += fmt::format("\\u{:04X}", static_cast<unsigned char>(c));
    } else {
      quoted += c;
    }
  }
  return quoted + "\"";
}

/// A table that there may be several of: `put` is called with the name and text of each value.
template <class Table, class Put>
void EachValue(std::span<const Column<Table>> columns, const Table& table, const Put& put) {
  for (const Column<Table>& column : columns) put(column.name, column.get(table));
}

template <class Put>
void EachOwn(const OwnRows& own, std::span<const std::string_view> names, const Put& put) {
  for (const auto& [row, text] : own) {
    if (IsOneOf(Rows()[row].name, names)) put(Rows()[row].name, text);
  }
}

template <class Table>
std::string ColumnsReference(std::string_view table, std::span<const Column<Table>> columns) {
  std::string text;
  for (const Column<Table>& column : columns) {
    text += fmt::format("| `{}` | `{}` | `{}` | {} | {} |\n", table, column.name, column.initial,
                        column.allowed, column.help);
  }
  return text;
}

std::string Listed(std::span<const std::string_view> names) {
  return fmt::format("`{}`", fmt::join(names, "`, `"));
}

bool IsNumber(std::string_view text) {
  return !text.empty() && std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; });
}

}  // namespace

std::string SettingsAsText(const LoadedSettings& loaded) {
  std::string text;
  for (std::size_t i = 0; i < Rows().size(); ++i) {
    const SettingRow& row = Rows()[i];
    text += fmt::format("{:<36} {:<16} {}\n", row.key, Printable(row.get(loaded.values)),
                        loaded.origins[i]);
  }
  const auto line = [&text](const std::string& table) {
    return [&text, table](std::string_view name, const std::string& value) {
      text +=
          fmt::format("{:<36} {:<16} file\n", table + '.' + std::string(name), Printable(value));
    };
  };
  for (const SourceTable& source : loaded.values.sources) {
    EachValue(SourceColumns(), source, line("sources." + source.name));
    EachOwn(source.own, SourceRows(), line("sources." + source.name));
  }
  for (const MountTable& mount : loaded.values.mounts) {
    EachValue(MountColumns(), mount, line("mount"));
    EachOwn(mount.own, MountDefaults(), line("mount.defaults"));
    EachOwn(mount.own, MountLimits(), line("mount.limits"));
  }
  return text;
}

std::string SettingsAsToml(const LoadedSettings& loaded) {
  std::string text;
  std::string_view room;
  for (std::size_t i = 0; i < Rows().size(); ++i) {
    const SettingRow& row = Rows()[i];
    if (row.room != room) {
      text += fmt::format("{}[{}]\n", room.empty() ? "" : "\n", row.room);
      room = row.room;
    }
    const std::string value = row.get(loaded.values);
    text += fmt::format("{} = {}  # {}\n", row.name, IsNumber(value) ? value : Quoted(value),
                        loaded.origins[i]);
  }
  const auto line = [&text](std::string_view name, const std::string& value) {
    text += fmt::format("{} = {}\n", name, IsNumber(value) ? value : Quoted(value));
  };
  for (const SourceTable& source : loaded.values.sources) {
    text += fmt::format("\n[sources.{}]\n", source.name);
    EachValue(SourceColumns(), source, line);
    EachOwn(source.own, SourceRows(), line);
  }
  for (const MountTable& mount : loaded.values.mounts) {
    text += "\n[[mount]]\n";
    EachValue(MountColumns(), mount, line);
    for (const bool limits : {false, true}) {
      text += limits ? "[mount.limits]\n" : "[mount.defaults]\n";
      EachOwn(mount.own, limits ? MountLimits() : MountDefaults(), line);
    }
  }
  return text;
}

std::string TablesReference() {
  return "| Table | Key | Default | Allowed | Meaning |\n"
         "|---|---|---|---|---|\n" +
         ColumnsReference("[[mount]]", MountColumns()) +
         fmt::format(
             "| `[mount.defaults]` | {} | the server's | as there | what a URL below it "
             "leaves open |\n",
             Listed(MountDefaults())) +
         fmt::format(
             "| `[mount.limits]` | {} | the server's | as there | what a picture below it "
             "may take |\n",
             Listed(MountLimits())) +
         ColumnsReference("[sources.NAME]", SourceColumns()) +
         fmt::format("| `[sources.NAME]` | {} | the server's | as there | of this source alone |\n",
                     Listed(SourceRows()));
}

std::string SettingsReference() {
  std::string text =
      "| Environment | Flag | Config file | Default | Allowed | Meaning |\n"
      "|---|---|---|---|---|---|\n";
  for (const SettingRow& row : Rows()) {
    const std::string also = row.also.empty() ? "" : fmt::format(" or `{}`", row.also);
    text += fmt::format("| `{}`{} | `{}` | `{}` | `{}` | {} | {} |\n", row.variable, also, row.flag,
                        row.key, row.initial, row.allowed, row.help);
  }
  return text;
}

}  // namespace whittle::app
