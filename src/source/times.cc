#include "source/times.h"

#include <curl/curl.h>
#include <fmt/chrono.h>

#include <algorithm>
#include <cstdint>
#include <ctime>

#include "base/text.h"

namespace whittle::source {
namespace {

using std::chrono::seconds;

std::tm Fields(SystemTime time) { return fmt::gmtime(std::chrono::system_clock::to_time_t(time)); }

using Seconds = std::chrono::sys_seconds;

std::optional<Seconds> TimeOf(unsigned year, unsigned month, unsigned day, unsigned hour,
                              unsigned minute, unsigned second) {
  const std::chrono::year_month_day date{std::chrono::year(static_cast<int>(year)),
                                         std::chrono::month(month), std::chrono::day(day)};
  if (!date.ok() || hour > 23 || minute > 59 || second > 60) return std::nullopt;
  return std::chrono::sys_days(date) + std::chrono::hours(hour) + std::chrono::minutes(minute) +
         seconds(second);
}

// In `form` a 0 stands for any digit, a ? for anything, and all else for itself.
bool HasForm(std::string_view text, std::string_view form) {
  return std::ranges::equal(text, form, [](char is, char wanted) {
    return wanted == '0' ? is >= '0' && is <= '9' : wanted == '?' || is == wanted;
  });
}

// SystemTime counts nanoseconds, of which years have too many from 2262 on: then it is the last.
SystemTime Saturated(Seconds time) {
  constexpr auto kFirst = std::chrono::ceil<seconds>(SystemTime::min());
  constexpr auto kLast = std::chrono::floor<seconds>(SystemTime::max());
  return std::clamp(time, kFirst, kLast);
}

unsigned Number(std::string_view text, std::size_t at, std::size_t digits) {
  return ParseUnsigned<unsigned>(text.substr(at, digits)).value_or(0);
}

}  // namespace

std::string CompactTime(SystemTime time) { return fmt::format("{:%Y%m%dT%H%M%SZ}", Fields(time)); }

std::string HttpTime(SystemTime time) {
  return fmt::format("{:%a, %d %b %Y %H:%M:%S GMT}", Fields(time));
}

std::optional<SystemTime> ParseIsoTime(std::string_view text) {
  constexpr std::string_view kForm = "0000-00-00T00:00:00";
  if (text.size() <= kForm.size() || !HasForm(text.substr(0, kForm.size()), kForm)) {
    return std::nullopt;
  }
  const auto local = TimeOf(Number(text, 0, 4), Number(text, 5, 2), Number(text, 8, 2),
                            Number(text, 11, 2), Number(text, 14, 2), Number(text, 17, 2));
  std::string_view zone = text.substr(kForm.size());
  if (zone.starts_with('.')) {
    const std::size_t digits = zone.find_first_not_of("0123456789", 1);
    if (digits == 1 || digits == std::string_view::npos) return std::nullopt;
    zone.remove_prefix(digits);
  }
  if (!local) return std::nullopt;
  if (zone == "Z") return Saturated(*local);
  if (!HasForm(zone, "?00:00") || (zone[0] != '+' && zone[0] != '-')) return std::nullopt;
  const auto ahead =
      std::chrono::hours(Number(zone, 1, 2)) + std::chrono::minutes(Number(zone, 4, 2));
  return Saturated(zone[0] == '+' ? *local - ahead : *local + ahead);
}

std::optional<std::time_t> ReadHttpDate(std::string_view text) {
  const std::time_t time = curl_getdate(std::string(text).c_str(), nullptr);
  if (time == -1) return std::nullopt;
  return time;
}

std::optional<seconds> ReadRetryAfter(std::string_view text, SystemTime now) {
  constexpr seconds kMost = std::chrono::hours(1);
  text = Trim(text);
  if (!text.empty() && text.find_first_not_of("0123456789") == std::string_view::npos) {
    const auto count = ParseUnsigned<std::uint32_t>(text);
    return count ? std::min(kMost, seconds(*count)) : kMost;
  }
  const auto date = ReadHttpDate(text);
  if (!date) return std::nullopt;
  const seconds left(*date - std::chrono::system_clock::to_time_t(now));
  return std::clamp(left, seconds(0), kMost);
}

}  // namespace whittle::source
