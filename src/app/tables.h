// Tables of the config file that there may be several of: mounts and named sources.
//
// Their columns are mounts.def and named_sources.def, as settings.def has the rows of what there is
// one of. Values; Columns() is immutable and may be read from any thread.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "app/setting_kinds.h"
#include "app/table_kinds.h"
#include "http/signature.h"

namespace whittle::app {

struct Settings;

/// Rows of settings.def that a table sets anew, by their place in Rows(), and their texts.
using OwnRows = std::vector<std::pair<std::size_t, std::string>>;

/// A [[mount]].
struct MountTable {
#define WHITTLE_COLUMN(name, kind, initial, help) decltype(kind)::Value name = initial;
#include "app/mounts.def"
#undef WHITTLE_COLUMN
  std::vector<http::SigningKey> secrets;  ///< what `keys` say
  OwnRows own;
};

/// A [sources.NAME].
struct SourceTable {
  std::string name;
#define WHITTLE_COLUMN(name, kind, initial, help) decltype(kind)::Value name = initial;
#include "app/named_sources.def"
#undef WHITTLE_COLUMN
  std::vector<http::SigningKey> secrets;  ///< what `keys` say
  OwnRows own;
};

/// One column, with its functions bound to its field.
template <class Table>
struct Column {
  std::string_view name;
  std::string allowed;
  std::string initial;
  std::string_view help;
  bool is_list = false;  ///< the file may have its values as a list
  /// Reads `text` into the field; false, and nothing changed, when it is not allowed.
  bool (*set)(Table& table, std::string_view text);
  /// The field as text; secrets are hidden.
  std::string (*get)(const Table& table);
};

std::span<const Column<MountTable>> MountColumns();
std::span<const Column<SourceTable>> SourceColumns();

/// Names of the rows of settings.def that a mount's table `defaults` may hold, and `limits`.
std::span<const std::string_view> MountDefaults();
std::span<const std::string_view> MountLimits();
/// The same of rows that stand among the columns of a [sources.NAME].
std::span<const std::string_view> SourceRows();

bool IsOneOf(std::string_view name, std::span<const std::string_view> names);

/// The mounts of the file, or, where it has none, those that are meant: one at the root, below
/// which paths may name the sources that have no host, and one for each host of a source.
std::vector<MountTable> MountTables(const Settings& settings);

/// Settings as `own` changes them, without tables.
Settings WithOwn(const OwnRows& own, const Settings& settings);

}  // namespace whittle::app
