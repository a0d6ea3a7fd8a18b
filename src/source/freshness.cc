#include "source/freshness.h"

#include <algorithm>

#include "base/text.h"
#include "source/times.h"

namespace whittle::source {
namespace {

constexpr std::uint64_t kLongest = 10ULL * 365 * 24 * 3600;  // seconds; longer is said by mistake
constexpr std::size_t kMaxValidator = 1024;
constexpr std::time_t kSettledAfter = 2;  // seconds

// Delta-seconds; too large a number is the largest.
std::optional<std::uint64_t> ReadSeconds(std::string_view text) {
  if (text.empty() || text.find_first_not_of("0123456789") != std::string_view::npos) {
    return std::nullopt;
  }
  return std::min(ParseUnsigned<std::uint64_t>(text).value_or(kLongest), kLongest);
}

bool IsEtag(std::string_view text) {
  if (text.starts_with("W/")) text.remove_prefix(2);
  const auto is_plain = [](char c) { return c > ' ' && c < 0x7F; };
  return text.size() >= 2 && text.starts_with('"') && text.ends_with('"') &&
         std::ranges::all_of(text, is_plain);
}

}  // namespace

std::optional<CacheControl> CachingOf(const HttpAnswer& answer, std::time_t now) {
  CacheControl said;
  for (const auto& [name, value] : answer.fields) {
    if (name == "cache-control") said.Add(value);
  }
  const std::string_view text = answer.Field("expires");
  if (!said.max_age && !said.shared_max_age && !text.empty()) {
    const std::time_t from = ReadHttpDate(answer.Field("date")).value_or(now);
    const std::time_t until = ReadHttpDate(text).value_or(from);
    said.max_age = until > from ? static_cast<std::uint32_t>(
                                      std::min(static_cast<std::uint64_t>(until - from), kLongest))
                                : 0;
  }
  if (said.empty()) return std::nullopt;
  return said.After(static_cast<std::int64_t>(ReadSeconds(answer.Field("age")).value_or(0)));
}

std::string ValidatorOf(const HttpAnswer& answer, std::time_t now) {
  const std::string_view etag = answer.Field("etag");
  if (IsEtag(etag) && etag.size() <= kMaxValidator) return std::string(etag);
  const std::string_view text = answer.Field("last-modified");
  const auto modified = ReadHttpDate(text);
  const std::time_t said = ReadHttpDate(answer.Field("date")).value_or(now);
  const bool settled = modified && *modified + kSettledAfter <= said;
  return settled && text.size() <= kMaxValidator ? std::string(text) : std::string();
}

HttpFields ConditionsOf(std::string_view validator) {
  if (validator.empty()) return {};
  return {{IsEtag(validator) ? "If-None-Match" : "If-Modified-Since", std::string(validator)}};
}

}  // namespace whittle::source
