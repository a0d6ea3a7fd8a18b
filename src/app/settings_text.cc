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
  return text;
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
