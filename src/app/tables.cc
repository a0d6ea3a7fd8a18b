#include "app/tables.h"

#include <algorithm>
#include <array>

#include "app/settings.h"

namespace whittle::app {
namespace {

// What answers are like where a URL leaves it open.
constexpr std::array<std::string_view, 8> kMountDefaults = {
    "quality", "webp_quality", "avif_quality", "auto_quality_target",
    "preset",  "auto_format",  "background",   "truncated"};
constexpr std::array<std::string_view, 3> kMountLimits = {"max_source_bytes", "max_source_pixels",
                                                          "max_working_bytes"};
// What goes for all that is read from one place.
constexpr std::array<std::string_view, 11> kSourceRows = {
    "cache_control", "cache_fresh",           "max_source_bytes",  "max_source_pixels",
    "fetch_slots",   "fetch_connect_timeout", "fetch_tls_timeout", "fetch_first_byte_timeout",
    "fetch_timeout", "fetch_min_rate",        "absent_for"};

template <class Table, class Kind>
Column<Table> MakeColumn(std::string_view name, const Kind& kind, std::string_view help,
                         bool (*set)(Table&, std::string_view), std::string (*get)(const Table&)) {
  return {.name = name,
          .allowed = kind.Allowed(),
          .initial = get(Table{}),
          .help = help,
          .is_list = requires {Kind::kIsList;
}
, .set = set, .get = get
};  // namespace
}  // namespace whittle::app

#define WHITTLE_COLUMN(name, kind, initial, help) \
  columns.push_back(MakeColumn<Table>(            \
      #name, kind, help,                          \
      [](Table& table, std::string_view text) {   \
        auto value = (kind).Parse(text);          \
        if (!value) return false;                 \
        table.name = *std::move(value);           \
        return true;                              \
      },                                          \
      [](const Table& table) { return (kind).Format(table.name); }));

std::vector<Column<MountTable>> MakeMountColumns() {
  using Table = MountTable;
  std::vector<Column<Table>> columns;
#include "app/mounts.def"
  return columns;
}

std::vector<Column<SourceTable>> MakeSourceColumns() {
  using Table = SourceTable;
  std::vector<Column<Table>> columns;
#include "app/named_sources.def"
  return columns;
}
#undef WHITTLE_COLUMN

}  // namespace

std::span<const Column<MountTable>> MountColumns() {
  static const auto columns = MakeMountColumns();
  return columns;
}

std::span<const Column<SourceTable>> SourceColumns() {
  static const auto columns = MakeSourceColumns();
  return columns;
}

std::span<const std::string_view> MountDefaults() { return kMountDefaults; }
std::span<const std::string_view> MountLimits() { return kMountLimits; }
std::span<const std::string_view> SourceRows() { return kSourceRows; }

bool IsOneOf(std::string_view name, std::span<const std::string_view> names) {
  return std::ranges::find(names, name) != names.end();
}

std::vector<MountTable> MountTables(const Settings& settings) {
  if (!settings.mounts.empty()) return settings.mounts;
  std::vector<MountTable> mounts = {{.by_name = true}};
  for (const SourceTable& source : settings.sources) {
    if (!source.host.empty()) mounts.push_back({.host = source.host, .source = source.name});
  }
  return mounts;
}

// Tables may be many, so they are not copied for each of them.
Settings WithOwn(const OwnRows& own, const Settings& settings) {
  Settings changed;
#define WHITTLE_ROOM(room) changed.room = settings.room;
#define WHITTLE_SETTING(room, name, kind, initial, also, to, help)
#define WHITTLE_ROOM_END(room)
#include "app/settings.def"
#undef WHITTLE_ROOM
#undef WHITTLE_SETTING
#undef WHITTLE_ROOM_END
  for (const auto& [row, text] : own) Rows()[row].set(changed, text);  // read before
  return changed;
}

}  // namespace whittle::app
