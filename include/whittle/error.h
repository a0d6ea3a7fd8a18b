// What went wrong, for the caller and for the log, as one value.
//
// Errors that untrusted input or an unwell environment can cause are values of this type, carried
// by Expected<T> (expected.h). Nothing in Whittle throws for them. The public text is safe to show
// to a stranger; the detail is for the log and may name files, limits and library messages.
//
// Thread-safety: plain value. Cost: two strings, built only on failure.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

namespace whittle {

/// The kinds of failure a caller can act on. Rows: errors.def.
enum class ErrorKind : std::uint8_t {
#define WHITTLE_ERROR(name, status, level, text) k##name,
#include "whittle/errors.def"
#undef WHITTLE_ERROR
};

/// Text shown to clients when an Error brings none of its own.
constexpr std::string_view DefaultText(ErrorKind kind) {
  switch (kind) {
#define WHITTLE_ERROR(name, status, level, text) \
  case ErrorKind::k##name:                       \
    return text;
#include "whittle/errors.def"
#undef WHITTLE_ERROR
  }
  return {};
}

/// Name of the kind as written in errors.def, e.g. "NotFound"; for logs and metrics labels.
constexpr std::string_view Name(ErrorKind kind) {
  switch (kind) {
#define WHITTLE_ERROR(name, status, level, text) \
  case ErrorKind::k##name:                       \
    return #name;
#include "whittle/errors.def"
#undef WHITTLE_ERROR
  }
  return {};
}

/// HTTP status that answers this kind.
constexpr int HttpStatus(ErrorKind kind) {
  switch (kind) {
#define WHITTLE_ERROR(name, status, level, text) \
  case ErrorKind::k##name:                       \
    return status;
#include "whittle/errors.def"
#undef WHITTLE_ERROR
  }
  return 500;
}

struct [[nodiscard]] Error {
  ErrorKind kind;
  std::string text;               ///< for the client
  std::string detail;             ///< for the log only; may be empty
  std::uint32_t retry_after = 0;  ///< seconds, where somebody else said when to come again

  /// An error with the kind's own public text.
  static Error Of(ErrorKind kind, std::string detail = {}) {
    return {kind, std::string(DefaultText(kind)), std::move(detail)};
  }
  /// An error whose public text says more than the kind does.
  static Error Saying(ErrorKind kind, std::string text, std::string detail = {}) {
    return {kind, std::move(text), std::move(detail)};
  }
};

}  // namespace whittle
