// The variables that a source of [sources] sees: the process's, and in their place what its table
// says of credentials.
//
// One that has credentials of its own sees none of the process's: it never reads with another's
// identity, also when its own are wrong. Called at start; may read a small file. What it gives may
// be called from any thread.
#pragma once

#include <functional>
#include <optional>
#include <string>

#include "app/tables.h"
#include "whittle/expected.h"

namespace whittle::app {

/// Whether the table says anything of them.
inline bool HasCredentials(const SourceTable& table) {
  return !table.credentials.empty() || !table.profile.empty() || !table.credentials_file.empty();
}

using Variable = std::function<std::optional<std::string>(const std::string& name)>;

/// Errors: kBadRequest, with a text that begins with the key of the table and says what is wrong
/// with it, and that never holds a secret.
Expected<Variable> VariablesFor(const SourceTable& table, Variable process);

}  // namespace whittle::app
