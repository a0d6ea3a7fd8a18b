#include "transform/params.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "transform/param_kinds.h"

namespace whittle::transform {
namespace {

using Params = Transform::Params;

const Params kDefaults;

template <class Field, class Kind>
bool Read(const Field& field, const Kind& kind, Params& params, std::string_view text) {
  if constexpr (requires { Kind::kOnlyWhereFree; }) {
    if (field(params) != field(kDefaults)) return false;
  }
  auto value = kind.Parse(text);
  if (!value || !kind.Settle(*value)) return false;
  field(params) = *value;
  return true;
}

// Nothing for a field that is empty by default.
template <class Kind>
std::string InitialText(const Kind& kind, const typename Kind::Value& value) {
  std::string text;
  kind.Append(text, value);
  return text;
}
template <class Kind>
std::string InitialText(const Maybe<Kind>& /*kind*/, const auto& /*value*/) {
  return {};
}
std::string InitialText(const Crop& /*kind*/, const auto& /*value*/) { return {}; }
std::string InitialText(const Blur& /*kind*/, const auto& /*value*/) { return {}; }
std::string InitialText(const Sharpen& /*kind*/, const auto& /*value*/) { return {}; }
std::string InitialText(const Focal& /*kind*/, const auto& /*value*/) { return {}; }

std::vector<ParamRow> MakeRows() {
  std::vector<ParamRow> rows;
  const Params& p = kDefaults;
#define WHITTLE_ROW(name, other, of, field, kind, help)                                            \
  rows.push_back({#name, other, of, (kind).bare, (kind).Allowed(), InitialText(kind, field), help, \
                  [](Params& params, std::string_view text) {                                      \
                    return Read([](auto& p) -> decltype(auto) { return (field); }, kind, params,   \
                                text);                                                             \
                  }});
#define WHITTLE_PARAM(name, aliases, field, kind, help) \
  WHITTLE_ROW(name, aliases, #name, field, kind, help)
#define WHITTLE_LEAD_PARAM WHITTLE_PARAM
#define WHITTLE_OTHER_PARAM(name, of, field, kind, help) \
  WHITTLE_ROW(name, "", #of, field, kind, help)
#include "transform/params.def"
#undef WHITTLE_PARAM
#undef WHITTLE_LEAD_PARAM
#undef WHITTLE_OTHER_PARAM
#undef WHITTLE_ROW
  return rows;
}

// Calls `each` with every word of `words`.
void ForEachWord(std::string_view words, const auto& each) {
  while (!words.empty()) {
    const std::size_t space = words.find(' ');
    each(words.substr(0, space));
    if (space == std::string_view::npos) return;
    words.remove_prefix(space + 1);
  }
}

using NamedRow = std::pair<std::string_view, const ParamRow*>;

std::vector<NamedRow> MakeIndex() {
  std::vector<NamedRow> index;
  for (const ParamRow& row : ParamRows()) {
    index.emplace_back(row.name, &row);
    ForEachWord(row.aliases, [&](std::string_view alias) { index.emplace_back(alias, &row); });
  }
  std::ranges::sort(index);
  return index;
}

}  // namespace

std::span<const ParamRow> ParamRows() {
  static const std::vector<ParamRow> rows = MakeRows();
  return rows;
}

const ParamRow* FindParam(std::string_view name) {
  static const std::vector<NamedRow> index = MakeIndex();
  const auto found = std::ranges::lower_bound(index, name, {}, &NamedRow::first);
  return found != index.end() && found->first == name ? found->second : nullptr;
}

std::string ParamsAsMarkdown() {
  std::string text =
      "| Parameter | Values | Default | Without a value | Meaning |\n"
      "|---|---|---|---|---|\n";
  const auto code = [](std::string_view word) {
    return word.empty() ? std::string() : fmt::format("`{}`", word);
  };
  for (const ParamRow& row : ParamRows()) {
    std::string names = code(row.name);
    ForEachWord(row.aliases, [&](std::string_view alias) { names += ", " + code(alias); });
    text += fmt::format("| {} | {} | {} | {} | {} |\n", names, row.allowed, code(row.initial),
                        code(row.bare), row.help);
  }
  return text;
}

}  // namespace whittle::transform
