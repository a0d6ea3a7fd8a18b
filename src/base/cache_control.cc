#include "base/cache_control.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "base/text.h"

namespace whittle {
namespace {

using Seconds = std::optional<std::uint32_t>;

constexpr std::uint32_t kLongest = 10U * 365 * 24 * 3600;  // more is said by mistake

// In the order in which they are written.
constexpr std::pair<std::string_view, bool CacheControl::*> kFlags[] = {
    {"public", &CacheControl::is_public},
    {"private", &CacheControl::is_private},
    {"no-store", &CacheControl::no_store},
    {"no-cache", &CacheControl::no_cache},
    {"must-revalidate", &CacheControl::must_revalidate},
    {"proxy-revalidate", &CacheControl::proxy_revalidate},
    {"no-transform", &CacheControl::no_transform},
    {"immutable", &CacheControl::immutable}};
constexpr std::pair<std::string_view, Seconds CacheControl::*> kTimes[] = {
    {"max-age", &CacheControl::max_age},
    {"s-maxage", &CacheControl::shared_max_age},
    {"stale-while-revalidate", &CacheControl::stale_while_revalidate},
    {"stale-if-error", &CacheControl::stale_if_error}};

// Both may name fields that they are for; here they are for all of the answer.
bool TakesFields(std::string_view name) {
  return EqualsIgnoreCase(name, "private") || EqualsIgnoreCase(name, "no-cache");
}

// Nothing when it is no number; too large a one is the largest.
Seconds ReadSeconds(std::string_view text) {
  if (text.size() >= 2 && text.starts_with('"') && text.ends_with('"')) {
    text = text.substr(1, text.size() - 2);
  }
  if (text.empty() || text.find_first_not_of("0123456789") != std::string_view::npos) {
    return std::nullopt;
  }
  return std::min(ParseUnsigned<std::uint32_t>(text).value_or(kLongest), kLongest);
}

bool AddDirective(CacheControl& control, std::string_view directive) {
  const std::size_t equals = std::min(directive.find('='), directive.size());
  const bool has_value = equals < directive.size();
  const std::string_view name = Trim(directive.substr(0, equals));
  const std::string_view value = has_value ? Trim(directive.substr(equals + 1)) : "";
  for (const auto& [own, field] : kFlags) {
    if (!EqualsIgnoreCase(own, name)) continue;
    const bool once = !std::exchange(control.*field, true);
    return once && (!has_value || (TakesFields(name) && !value.empty()));
  }
  for (const auto& [own, field] : kTimes) {
    if (!EqualsIgnoreCase(own, name)) continue;
    const Seconds time = ReadSeconds(value);
    const bool once = !(control.*field);
    control.*field = std::min((control.*field).value_or(kLongest), time.value_or(0));
    return once && time;
  }
  return false;
}

}  // namespace

CacheControl CacheControl::Public(std::int64_t time) {
  return CacheControl{.is_public = true}.AtMost(time);
}

// Commas in quotes do not separate.
bool CacheControl::Add(std::string_view field) {
  bool all_known = true;
  while (true) {
    std::size_t end = 0;
    for (bool quoted = false; end < field.size() && (quoted || field[end] != ','); ++end) {
      quoted ^= field[end] == '"';
    }
    const std::string_view directive = Trim(field.substr(0, end));
    all_known &= AddDirective(*this, directive);
    if (end == field.size()) return all_known;
    field.remove_prefix(end + 1);
  }
}

std::optional<std::uint32_t> CacheControl::FreshFor() const {
  if (!MayBeKept() || no_cache) return 0;
  return shared_max_age ? shared_max_age : max_age;
}

CacheControl CacheControl::After(std::int64_t age) const {
  CacheControl older = *this;
  for (Seconds CacheControl::* const field :
       {&CacheControl::max_age, &CacheControl::shared_max_age}) {
    if (!(older.*field)) continue;
    const std::int64_t left = *(older.*field) - std::clamp<std::int64_t>(age, 0, kLongest);
    older.*field = static_cast<std::uint32_t>(std::max<std::int64_t>(left, 0));
  }
  return older;
}

CacheControl CacheControl::AtMost(std::int64_t time) const {
  CacheControl bounded = *this;
  bounded.immutable = false;
  bounded.stale_while_revalidate.reset();
  bounded.stale_if_error.reset();
  if (no_cache || time <= 0) {
    bounded.is_public = false;
    bounded.no_cache = true;
    bounded.max_age.reset();
    bounded.shared_max_age.reset();
    return bounded;
  }
  const auto most = static_cast<std::uint32_t>(std::min<std::int64_t>(time, kLongest));
  bounded.max_age = std::min(max_age.value_or(most), most);
  if (shared_max_age) bounded.shared_max_age = std::min(*shared_max_age, most);
  return bounded;
}

std::string CacheControl::ToText() const {
  if (no_store) return "no-store";
  std::string text;
  const auto add = [&text](std::string_view directive) {
    text.append(text.empty() ? "" : ", ").append(directive);
  };
  for (const auto& [name, field] : kFlags) {
    if (this->*field) add(name);
  }
  for (const auto& [name, field] : kTimes) {
    if (this->*field) add(fmt::format("{}={}", name, *(this->*field)));
  }
  return text;
}

}  // namespace whittle
