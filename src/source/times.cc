#include "source/times.h"

#include <fmt/chrono.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <ctime>

#include "base/text.h"

namespace whittle::source {
namespace {

using std::chrono::seconds;

std::tm Fields(SystemTime time) { return fmt::gmtime(std::chrono::system_clock::to_time_t(time)); }

std::optional<SystemTime> TimeOf(unsigned year, unsigned month, unsigned day, unsigned hour,
                                 unsigned minute, unsigned second) {
  const std::chrono::year_month_day date{std::chrono::year(static_cast<int>(year)),
                                         std::chrono::month(month), std::chrono::day(day)};
  if (!date.ok() || hour > 23 || minute > 59 || second > 60) return std::nullopt;
  return std::chrono::sys_days(date) + std::chrono::hours(hour) + std::chrono::minutes(minute) +
         seconds(second);
}

constexpr std::array<std::string_view, 12> kMonths = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                      "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};

// In `form` a 0 stands for any digit, a ? for anything, and all else for itself.
bool HasForm(std::string_view text, std::string_view form) {
  return std::ranges::equal(text, form, [](char is, char wanted) {
    return wanted == '0' ? is >= '0' && is <= '9' : wanted == '?' || is == wanted;
  });
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
  if (!local || zone == "Z") return local;
  if (!HasForm(zone, "?00:00") || (zone[0] != '+' && zone[0] != '-')) return std::nullopt;
  const auto ahead =
      std::chrono::hours(Number(zone, 1, 2)) + std::chrono::minutes(Number(zone, 4, 2));
  return zone[0] == '+' ? *local - ahead : *local + ahead;
}

std::optional<SystemTime> ParseHttpTime(std::string_view text) {
  if (!HasForm(text, "???, 00 ??? 0000 00:00:00 GMT")) return std::nullopt;
  const auto* const month = std::ranges::find(kMonths, text.substr(8, 3));
  return TimeOf(Number(text, 12, 4), static_cast<unsigned>(month - kMonths.begin()) + 1,
                Number(text, 5, 2), Number(text, 17, 2), Number(text, 20, 2), Number(text, 23, 2));
}

std::optional<seconds> ParseRetryAfter(std::string_view text, SystemTime now) {
  constexpr seconds kMost = std::chrono::hours(1);
  if (const auto count = ParseUnsigned<std::uint32_t>(Trim(text))) {
    return std::min(kMost, seconds(*count));
  }
  const auto time = ParseHttpTime(Trim(text));
  if (!time) return std::nullopt;
  return std::clamp(std::chrono::ceil<seconds>(*time - now), seconds(0), kMost);
}

}  // namespace whittle::source
