#include "app/mounts.h"

#include <fmt/format.h>

#include <memory>

#include "app/commands.h"
#include "app/fill.h"

namespace whittle::app {
namespace {

http::CachingRules CachingRulesOf(const Settings& settings) {
  auto rules = Filled<http::CachingRules>(settings);
  rules.vary_by_accept = !settings.image.auto_format.empty();
  return rules;
}

// URLs of strangers: where the operator has listed what may be fetched, or has signed it.
transform::Defaults DefaultsFor(const MountTable& table, const Settings& below) {
  transform::Defaults defaults = DefaultsOf(below);
  defaults.takes_urls = !below.source.allow_urls.empty() || !table.secrets.empty();
  return defaults;
}

// What differs has another name: results and flights are told apart by it.
std::shared_ptr<const service::Scope> ScopeOf(const MountTable& table, const Settings& settings) {
  if (!HasLimits(table)) return nullptr;
  const Limits limits = LimitsOf(settings);
  return std::make_shared<service::Scope>(
      fmt::format("{}/{}/{}", limits.max_source_bytes, limits.max_source_pixels,
                  limits.max_working_bytes),
      limits);
}

}  // namespace

std::vector<http::Mount> MountsOf(const Settings& settings) {
  std::vector<http::Mount> mounts;
  const std::vector<MountTable> root = {{}};
  for (const MountTable& table : settings.mounts.empty() ? root : settings.mounts) {
    const Settings below = SettingsBelow(table, settings);
    mounts.push_back(
        {.prefix = table.prefix,
         .host = table.host,
         .dialect = transform::FindDialect(table.dialect)->make(DefaultsFor(table, below)),
         .source = table.source,
         .scope = ScopeOf(table, below),
         .keys = table.secrets,
         .caching = CachingRulesOf(below)});
  }
  return mounts;
}

}  // namespace whittle::app
