#include "http/conditional.h"

#include <fmt/compile.h>

#include <chrono>

#include "base/text.h"

namespace whittle::http {

bool MatchesAny(std::string_view list, std::string_view etag) {
  while (!list.empty()) {
    list = Trim(list);
    if (list.starts_with(',')) {  // an empty element, or the end of the one before
      list.remove_prefix(1);
      continue;
    }
    if (list.starts_with("*")) return true;
    if (list.starts_with("W/")) list.remove_prefix(2);
    if (!list.starts_with('"')) return false;  // not a list of entity tags: as if it were not there
    const std::size_t close = list.find('"', 1);
    if (close == std::string_view::npos) return false;
    if (list.substr(0, close + 1) == etag) return true;
    list.remove_prefix(close + 1);
  }
  return false;
}

std::string FormatHttpDate(std::time_t time) {
  static constexpr const char* kDays[] = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
  static constexpr const char* kMonths[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                            "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  // Not gmtime_r: it takes the lock of the time zone.
  const std::chrono::sys_seconds when{std::chrono::seconds(time)};
  const auto midnight = std::chrono::floor<std::chrono::days>(when);
  const std::chrono::year_month_day date(midnight);
  const std::chrono::hh_mm_ss clock(when - midnight);
  return fmt::format(
      FMT_COMPILE("{}, {:02} {} {:04} {:02}:{:02}:{:02} GMT"),
      kDays[std::chrono::weekday(midnight).c_encoding()], static_cast<unsigned>(date.day()),
      kMonths[static_cast<unsigned>(date.month()) - 1], static_cast<int>(date.year()),
      clock.hours().count(), clock.minutes().count(), clock.seconds().count());
}

std::optional<std::time_t> ParseHttpDate(std::string_view text) {
  const std::string date(text);
  for (const char* form :
       {"%a, %d %b %Y %H:%M:%S GMT", "%A, %d-%b-%y %H:%M:%S GMT", "%a %b %e %H:%M:%S %Y"}) {
    std::tm utc{};
    const char* rest = strptime(date.c_str(), form, &utc);
    if (rest != nullptr && *rest == '\0') return timegm(&utc);
  }
  return std::nullopt;
}

bool Conditions::Satisfied(std::string_view etag, std::optional<std::time_t> modified) const {
  if (if_none_match) return MatchesAny(*if_none_match, etag);
  if (!if_modified_since || !modified) return false;
  const auto since = ParseHttpDate(*if_modified_since);
  return since && *modified <= *since;
}

}  // namespace whittle::http
