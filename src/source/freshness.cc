#include "source/freshness.h"

#include <algorithm>

#include "base/text.h"
#include "source/times.h"

namespace whittle::source {
namespace {

using std::chrono::seconds;

constexpr std::uint64_t kLongest = 10ULL * 365 * 24 * 3600;  // seconds; longer is said by mistake
constexpr std::size_t kMaxValidator = 1024;
constexpr std::time_t kSettledAfter = 2;  // seconds

// Delta-seconds; too large a number is the largest.
std::optional<std::uint64_t> ReadSeconds(std::string_view text) {
  if (text.size() >= 2 && text.starts_with('"') && text.ends_with('"')) {
    text = text.substr(1, text.size() - 2);
  }
  if (text.empty() || text.find_first_not_of("0123456789") != std::string_view::npos) {
    return std::nullopt;
  }
  return std::min(ParseUnsigned<std::uint64_t>(text).value_or(kLongest), kLongest);
}

// Calls `use(name, value)` for each directive of all Cache-Control fields. Commas in quotes do not
// separate.
template <class Use>
void ForEachDirective(const HttpFields& fields, const Use& use) {
  for (const auto& [key, value] : fields) {
    if (key != "cache-control") continue;
    std::string_view rest = value;
    while (!rest.empty()) {
      std::size_t end = 0;
      for (bool quoted = false; end < rest.size() && (quoted || rest[end] != ','); ++end) {
        quoted ^= rest[end] == '"';
      }
      const std::string_view directive = Trim(rest.substr(0, end));
      const std::size_t equals = std::min(directive.find('='), directive.size());
      use(Trim(directive.substr(0, equals)),
          Trim(directive.substr(std::min(equals + 1, directive.size()))));
      rest.remove_prefix(std::min(end + 1, rest.size()));
    }
  }
}

struct Directives {
  bool never = false;
  std::optional<std::uint64_t> max_age;
  std::optional<std::uint64_t> shared_max_age;
};

Directives DirectivesOf(const HttpFields& fields) {
  Directives said;
  ForEachDirective(fields, [&said](std::string_view name, std::string_view value) {
    if (EqualsIgnoreCase(name, "no-store") || EqualsIgnoreCase(name, "no-cache") ||
        EqualsIgnoreCase(name, "private")) {
      said.never = true;
    } else if (EqualsIgnoreCase(name, "max-age")) {
      said.max_age = ReadSeconds(value).value_or(0);
    } else if (EqualsIgnoreCase(name, "s-maxage")) {
      said.shared_max_age = ReadSeconds(value).value_or(0);
    }
  });
  return said;
}

bool IsEtag(std::string_view text) {
  if (text.starts_with("W/")) text.remove_prefix(2);
  const auto is_plain = [](char c) { return c > ' ' && c < 0x7F; };
  return text.size() >= 2 && text.starts_with('"') && text.ends_with('"') &&
         std::ranges::all_of(text, is_plain);
}

}  // namespace

std::optional<seconds> FreshFor(const HttpAnswer& answer, std::time_t now) {
  const Directives said = DirectivesOf(answer.fields);
  if (said.never) return seconds(0);
  std::uint64_t life = 0;
  if (const auto age = said.shared_max_age ? said.shared_max_age : said.max_age) {
    life = *age;
  } else if (const std::string_view text = answer.Field("expires"); !text.empty()) {
    const std::time_t from = ReadHttpDate(answer.Field("date")).value_or(now);
    const std::time_t until = ReadHttpDate(text).value_or(from);
    life = until > from ? std::min(static_cast<std::uint64_t>(until - from), kLongest) : 0;
  } else {
    return std::nullopt;
  }
  const std::uint64_t age = ReadSeconds(answer.Field("age")).value_or(0);
  return seconds(life > age ? life - age : 0);
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
