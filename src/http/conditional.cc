#include "http/conditional.h"

#include <algorithm>
#include <chrono>

#include "base/text.h"

namespace whittle::http {

bool Names(std::string_view list, std::string_view etag) {
  while (!list.empty()) {
    list = Trim(list);
    if (list.starts_with(',')) {  // an empty element, or the end of the one before
      list.remove_prefix(1);
      continue;
    }
    if (list.starts_with("W/")) list.remove_prefix(2);
    if (!list.starts_with('"')) return false;  // not a list of entity tags: as if it were not there
    const std::size_t close = list.find('"', 1);
    if (close == std::string_view::npos) return false;
    if (list.substr(0, close + 1) == etag) return true;
    list.remove_prefix(close + 1);
  }
  return false;
}

bool MatchesAny(std::string_view list, std::string_view etag) {
  return Trim(list) == "*" || Names(list, etag);
}

// By hand, for it stands in every picture's head; gmtime_r takes the lock of the time zone.
std::string FormatHttpDate(std::time_t time) {
  static constexpr std::string_view kDays = "SunMonTueWedThuFriSat";
  static constexpr std::string_view kMonths = "JanFebMarAprMayJunJulAugSepOctNovDec";
  constexpr std::time_t kFirst = -62'167'219'200;  // of the years that have four digits
  constexpr std::time_t kLast = 253'402'300'799;
  const std::chrono::sys_seconds when{std::chrono::seconds(std::clamp(time, kFirst, kLast))};
  const auto midnight = std::chrono::floor<std::chrono::days>(when);
  const std::chrono::year_month_day date(midnight);
  const std::chrono::hh_mm_ss clock(when - midnight);

  std::string text = "Day, 00 Mon 0000 00:00:00 GMT";
  const auto put_name = [&text](std::size_t at, std::string_view names, unsigned index) {
    text.replace(at, 3, names.substr(std::size_t{3} * index, 3));
  };
  const auto put_number = [&text](std::size_t at, std::size_t digits, auto number) {
    for (std::size_t i = at + digits; i-- > at; number /= 10) {
      text[i] = static_cast<char>('0' + number % 10);
    }
  };
  put_name(0, kDays, std::chrono::weekday(midnight).c_encoding());
  put_number(5, 2, static_cast<unsigned>(date.day()));
  put_name(8, kMonths, static_cast<unsigned>(date.month()) - 1);
  put_number(12, 4, static_cast<int>(date.year()));
  put_number(17, 2, clock.hours().count());
  put_number(20, 2, clock.minutes().count());
  put_number(23, 2, clock.seconds().count());
  return text;
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
