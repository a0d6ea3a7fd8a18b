// The parameters that a request can have, as a table: the rows of params.def with their functions.
//
// query.cc reads by it, app writes it out. Immutable; any thread. A look-up costs some comparisons
// of short texts.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>

#include "whittle/transform.h"

namespace whittle::transform {

struct ParamRow {
  std::string_view name;
  std::string_view aliases;  ///< with spaces between them
  std::string_view of;       ///< the parameter that this is a way to say: mostly itself
  std::string_view bare;     ///< what the name without '=' stands for; empty: it needs a value
  std::string allowed;       ///< "0 to 255"
  std::string initial;       ///< the default as text, or empty when there is none
  std::string_view help;

  /// Reads `text` into its field; false, and nothing changed, when it is malformed, out of range,
  /// or the field has been decided elsewhere (a side of the box that the path gives).
  bool (*read)(Transform::Params& params, std::string_view text);
};

/// All rows, in the order of params.def.
std::span<const ParamRow> ParamRows();

/// The row that has this name or alias, or nullptr.
const ParamRow* FindParam(std::string_view name);

/// README's table of all parameters; `whittle params` prints it, and a test compares them.
std::string ParamsAsMarkdown();

}  // namespace whittle::transform
