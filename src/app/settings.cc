#include "app/settings.h"

#include <algorithm>
#include <vector>

namespace whittle::app {
namespace {

std::string Upper(std::string_view text) {
  std::string upper(text);
  std::ranges::transform(upper, upper.begin(), [](char c) {
    return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
  });
  return upper;
}

std::string Dashed(std::string_view text) {
  std::string dashed(text);
  std::ranges::replace(dashed, '_', '-');
  return dashed;
}

template <class Kind>
SettingRow MakeRow(std::string_view room, std::string_view name, const Kind& kind,
                   std::string_view also, std::string_view help,
                   bool (*set)(Settings&, std::string_view), std::string (*get)(const Settings&)) {
  return {.room = room,
          .name = name,
          .key = std::string(room) + "." + std::string(name),
          .variable = "WHITTLE_" + Upper(name),
          .also = also,
          .flag = "--" + Dashed(name),
          .allowed = kind.Allowed(),
          .initial = get(Settings{}),
          .help = help,
          .is_list = requires {Kind::kIsList;
}
, .set = set, .get = get
};  // namespace
}  // namespace whittle::app

std::vector<SettingRow> MakeRows() {
  std::vector<SettingRow> rows;
#define WHITTLE_ROOM(room)
#define WHITTLE_ROOM_END(room)
#define WHITTLE_SETTING(room, name, kind, initial, also, to, help) \
  rows.push_back(MakeRow(                                          \
      #room, #name, kind, also, help,                              \
      [](Settings& settings, std::string_view text) {              \
        auto value = (kind).Parse(text);                           \
        if (!value) return false;                                  \
        settings.room.name = *std::move(value);                    \
        return true;                                               \
      },                                                           \
      [](const Settings& settings) { return (kind).Format(settings.room.name); }));
#include "app/settings.def"
#undef WHITTLE_ROOM
#undef WHITTLE_ROOM_END
#undef WHITTLE_SETTING
  return rows;
}

}  // namespace

std::span<const SettingRow> Rows() {
  static const std::vector<SettingRow> rows = MakeRows();
  return rows;
}

}  // namespace whittle::app
