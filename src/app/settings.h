// What the program can be told, as plain data, and the table of rows behind it (settings.def).
//
// app reads Settings and hands each room its own Options; no room sees this file. Settings is a
// value; Rows() is immutable and may be read from any thread.
//
//   LoadSettings(...)          settings_load.h: defaults < file < environment < flags
//   RenderSettings(...)        settings_text.h: text, TOML, README's table
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "app/setting_kinds.h"
#include "app/tables.h"
#include "codec/jpeg/choice.h"
#include "observe/log.h"
#include "whittle/transform.h"

namespace whittle::app {

using namespace std::chrono_literals;  // NOLINT(google-build-using-namespace): for settings.def

/// Where pictures of a format are decoded.
enum class DecodeIn : std::uint8_t { kProcess, kThread, kNothing };

struct Settings {
#define WHITTLE_ROOM(room) struct {
#define WHITTLE_SETTING(room, name, kind, initial, also, to, help) \
  decltype(kind)::Value name = initial;
#define WHITTLE_ROOM_END(room) \
  }                            \
  room;
#include "app/settings.def"
#undef WHITTLE_ROOM
#undef WHITTLE_SETTING
#undef WHITTLE_ROOM_END
  // Only the config file has these.
  std::vector<MountTable> mounts;
  std::vector<SourceTable> sources;
};

/// One row of settings.def, with its names spelled out and its functions bound to its field.
struct SettingRow {
  std::string_view room, name;
  std::string key;        ///< "http.port", in the config file
  std::string variable;   ///< "WHITTLE_PORT"
  std::string_view also;  ///< "PORT"; empty for none
  std::string flag;       ///< "--port"
  std::string allowed;    ///< "0 to 65535"
  std::string initial;    ///< the default, as text
  std::string_view help;
  bool is_list = false;  ///< the file may have its values as a list

  /// Reads `text` into the field; false, and nothing changed, when it is not allowed.
  bool (*set)(Settings& settings, std::string_view text);
  /// The field as text that `set` reads back.
  std::string (*get)(const Settings& settings);
};

/// All rows, in the order of settings.def.
std::span<const SettingRow> Rows();

}  // namespace whittle::app
