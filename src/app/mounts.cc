#include "app/mounts.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <memory>

#include "app/commands.h"
#include "app/fill.h"
#include "base/cache_control.h"

namespace whittle::app {
namespace {

http::CachingRules CachingRulesOf(const Settings& settings) {
  auto rules = Filled<http::CachingRules>(settings);
  rules.vary_by_accept = !settings.image.auto_format.empty();
  rules.cache_control = settings.http.cache_control;
  if (rules.cache_control == CachingText::kOrigin) {  // of what its source says nothing
    const auto fresh = std::chrono::floor<std::chrono::seconds>(settings.service.cache_fresh);
    rules.cache_control = CacheControl::Public(fresh.count()).ToText();
  }
  return rules;
}

// URLs of strangers: where the operator has listed what may be fetched, or has signed it.
transform::Defaults DefaultsFor(const MountTable& table, const Settings& below) {
  transform::Defaults defaults = DefaultsOf(below);
  defaults.takes_urls = !below.source.allow_urls.empty() || !table.secrets.empty();
  return defaults;
}

// What differs has another name: results and flights are told apart by it.
std::shared_ptr<const service::Scope> ScopeOf(const Settings& own, const Settings& server) {
  const auto name = [](const Limits& limits) {
    return fmt::format("{}/{}/{}", limits.max_source_bytes, limits.max_source_pixels,
                       limits.max_working_bytes);
  };
  const Limits limits = LimitsOf(own);
  if (name(limits) == name(LimitsOf(server))) return nullptr;
  return std::make_shared<service::Scope>(name(limits), limits);
}

// A source's own keys come before its mount's.
http::Tenant TenantOf(const MountTable& mount, const SourceTable& source, const Settings& server) {
  const Settings below = WithOwn(mount.own, WithOwn(source.own, server));
  return {.source = source.name,
          .scope = ScopeOf(below, server),
          .keys = source.secrets.empty() ? mount.secrets : source.secrets,
          .only_signed = source.only_signed,
          .caching = CachingRulesOf(below)};
}

http::Mount MountOf(const MountTable& table, const Settings& server) {
  const auto named = std::ranges::find(server.sources, table.source, &SourceTable::name);
  const SourceTable source = named == server.sources.end() ? SourceTable() : *named;
  http::Mount mount{
      .prefix = table.prefix,
      .host = table.host,
      .dialect = transform::FindDialect(table.dialect)
                     ->make(DefaultsFor(table, WithOwn(table.own, server))),
      .own = TenantOf(table, source, server),
      .urls = std::make_shared<const http::Tenant>(TenantOf(table, SourceTable(), server))};
  for (const SourceTable& each : server.sources) {
    if (table.by_name && each.host.empty()) {
      mount.named.emplace(each.name, TenantOf(table, each, server));
    }
  }
  return mount;
}

}  // namespace

std::vector<http::Mount> MountsOf(const Settings& settings) {
  std::vector<http::Mount> mounts;
  for (const MountTable& table : MountTables(settings)) mounts.push_back(MountOf(table, settings));
  return mounts;
}

}  // namespace whittle::app
