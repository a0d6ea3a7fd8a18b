// Moments as origins and stores write and read them.
//
// Pure functions; any thread. UTC only, whole seconds, no locale.
#pragma once

#include <chrono>
#include <ctime>
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
/// What lies further away than SystemTime reaches, from 2262 on, is as far as that does.
std::optional<SystemTime> ParseIsoTime(std::string_view text);
/// A date of HTTP in any of its three forms, as seconds since 1970.
std::optional<std::time_t> ReadHttpDate(std::string_view text);

/// A Retry-After field: seconds, or a date. At most an hour; nothing when it is neither.
std::optional<std::chrono::seconds> ReadRetryAfter(std::string_view text, SystemTime now);

}  // namespace whittle::source
