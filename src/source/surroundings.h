// What the makers of credentials know of the world: variables, files, HTTP, the clock.
//
// Given as functions, so that a source can have variables of its own and a test has no process
// environment. Each may be called from any thread.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "base/text.h"
#include "source/http_call.h"
#include "source/times.h"

namespace whittle::source {

struct Surroundings {
  /// A variable of the environment, or of the source's own settings in front of it.
  std::function<std::optional<std::string>(const std::string& name)> variable;
  /// The same of the process alone, where `variable` hides some of them: for a profile that names
  /// the environment as its source. `variable` where it is not set.
  std::function<std::optional<std::string>(const std::string& name)> of_process = {};
  /// A small file, whole. Errors: kNotFound, kUnreadable and those of whoever reads.
  std::function<async::Awaitable<Expected<std::string>>(std::string path, Wait wait)> read;
  HttpCall call;
  std::function<SystemTime()> now;

  /// Without the blanks around it; one that is blank is not set.
  std::optional<std::string> Variable(const std::string& name) const {
    const std::optional<std::string> value = variable(name);
    const std::string trimmed(Trim(value ? std::string_view(*value) : std::string_view()));
    return trimmed.empty() ? std::nullopt : std::optional(trimmed);
  }
  /// The first of two that is set.
  std::optional<std::string> Variable(const std::string& name, const std::string& other) const {
    const auto value = Variable(name);
    return value ? value : Variable(other);
  }
  bool IsOn(const std::string& name) const {
    return EqualsIgnoreCase(Variable(name).value_or(""), "true");
  }
};

/// What a file that holds one token says.
inline std::string FirstLine(std::string_view text) {
  return std::string(Trim(text.substr(0, text.find_first_of("\r\n"))));
}

/// No credentials, for the operator to mend.
inline std::unexpected<Error> CannotAuthorize(std::string detail) {
  return Fail(ErrorKind::kUnreadable, std::move(detail));
}

/// The same, since `who` failed with `error`; only what the caller did to itself stays what it is.
inline std::unexpected<Error> CannotAuthorize(std::string_view who, Error error) {
  if (error.kind == ErrorKind::kCancelled) return std::unexpected(std::move(error));
  return CannotAuthorize(std::string(who) + ": " +
                         (error.detail.empty() ? error.text : error.detail));
}

}  // namespace whittle::source
