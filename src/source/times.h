// Moments as stores write and read them.
//
// Pure functions; any thread. UTC only, whole seconds, no locale.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace whittle::source {

using SystemTime = std::chrono::system_clock::time_point;

/// "20150830T123600Z".
std::string CompactTime(SystemTime time);
/// "Sun, 30 Aug 2015 12:36:00 GMT".
std::string HttpTime(SystemTime time);

/// "2015-08-30T12:36:00Z", also with a fraction of a second, which is cut off, or "+02:00" for "Z".
std::optional<SystemTime> ParseIsoTime(std::string_view text);
/// What HttpTime writes; the older forms of HTTP are not read.
std::optional<SystemTime> ParseHttpTime(std::string_view text);

/// A Retry-After field: seconds, or a moment. At most an hour; nothing when it is neither.
std::optional<std::chrono::seconds> ParseRetryAfter(std::string_view text, SystemTime now);

}  // namespace whittle::source
