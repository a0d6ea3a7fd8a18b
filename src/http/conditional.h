// Conditional requests (RFC 9110, 13): does the client already have what it asks for?
//
// Pure functions, any thread.
#pragma once

#include <ctime>
#include <optional>
#include <string>
#include <string_view>

namespace whittle::http {

/// True when `list`, the value of If-None-Match, names `etag` (with its quotes). Compares weakly,
/// as the header wants.
bool Names(std::string_view list, std::string_view etag);
/// As Names, or when the list is "*": any result that there is.
bool MatchesAny(std::string_view list, std::string_view etag);

/// "Fri, 20 Nov 2026 19:00:00 GMT", whatever the locale. Times outside the years 0 to 9999, which
/// the form cannot say, become the nearest that it can.
std::string FormatHttpDate(std::time_t time);

/// Any of the three forms of RFC 9110, 5.6.7.
std::optional<std::time_t> ParseHttpDate(std::string_view text);

/// What a request's headers say about copies that the client holds. Views of the head.
struct Conditions {
  std::optional<std::string_view> if_none_match;
  std::optional<std::string_view> if_modified_since;  ///< ignored beside If-None-Match

  bool empty() const { return !if_none_match && !if_modified_since; }
  /// True when a copy with this ETag and modification time need not be sent again.
  bool Satisfied(std::string_view etag, std::optional<std::time_t> modified) const;
  /// True when that is so whether or not there is something to send: the ETag is named.
  bool SatisfiedByName(std::string_view etag) const {
    return if_none_match && Names(*if_none_match, etag);
  }
};

}  // namespace whittle::http
