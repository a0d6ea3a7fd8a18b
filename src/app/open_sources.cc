#include "app/open_sources.h"

#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <optional>
#include <string_view>
#include <utility>

#include "app/fill.h"
#include "app/source_variables.h"
#include "source/cache_policy.h"
#include "source/free_url.h"
#include "source/http.h"
#include "source/store.h"
#include "source/store_source.h"
#include "source/surroundings.h"
#include "source/url_rules.h"
#include "transform/url_source.h"

namespace whittle::app {
namespace {

constexpr std::string_view kUrls = "urls";  // the source of URLs in the log and metrics

bool IsWebLocation(std::string_view location) {
  return location.starts_with("http://") || location.starts_with("https://");
}

source::CachePolicy PolicyOf(const Settings& settings) {
  auto policy = Filled<source::CachePolicy>(settings);
  policy.by_source = settings.http.cache_control == CachingText::kOrigin;
  return policy;
}

// `settings`: as the table has them. `around`: for buckets.
Expected<std::unique_ptr<source::Source>> Open(const SourceTable& table, const Settings& settings,
                                               source::SourceOptions options,
                                               source::Surroundings around,
                                               const source::Guarded::Options& guard,
                                               Fetching& fetching) {
  const auto origin = [&] {
    source::HttpSourceOptions http = fetching.ForOrigin(table.name, settings);
    http.fetch.fields = table.headers;
    return http;
  };
  if (IsWebLocation(options.location)) {  // it guards itself
    const source::HttpSourceOptions http = origin();
    options.http = &http;
    return source::MakeSource(options);
  }
  if (source::IsStoreLocation(options.location)) {
    WHITTLE_TRY(source::Store store, source::MakeStore({.location = options.location,
                                                        .surroundings = std::move(around),
                                                        .endpoint = table.endpoint,
                                                        .region = table.region,
                                                        .path_style = table.path_style,
                                                        .anonymous = table.anonymous,
                                                        .own_credentials = HasCredentials(table),
                                                        .requester_pays = table.requester_pays,
                                                        .billed_project = table.billed_project}));
    return source::MakeStoreSource(std::move(store), origin().fetch);
  }
  WHITTLE_TRY(auto source, source::MakeSource(options));
  source::Guarded::Options own_guard = guard;
  if (settings.service.fetch_slots > 0) {
    own_guard.slots = static_cast<int>(settings.service.fetch_slots);
  }
  return std::make_unique<source::Guarded>(std::move(source), own_guard);
}

// The unnamed source as a table would say it.
SourceTable Unnamed(const Settings& settings) {
  const auto& set = settings.source;
  SourceTable table{.location = set.source};
  if (set.source.starts_with("s3://")) {
    table.endpoint = set.s3_endpoint;
    table.path_style = set.s3_path_style;
  } else if (set.source.starts_with("gs://")) {
    table.endpoint = set.gcs_endpoint;
  }
  return table;
}

// URLs that a request names: those of the list, or, without one, those of a mount with keys.
Expected<void> OpenUrls(const Settings& settings, Fetching& fetching, source::Sources& sources) {
  const bool listed = !settings.source.allow_urls.empty();
  const auto has_keys = [](const MountTable& mount) { return !mount.secrets.empty(); };
  if (!listed && std::ranges::none_of(settings.mounts, has_keys)) return {};
  std::optional<source::UrlRules> rules;
  if (listed) {
    WHITTLE_TRY(rules, source::UrlRules::Parse(settings.source.allow_urls));
  }
  sources.Add(std::string(transform::kUrlSource),
              source::WithCachePolicy(
                  source::MakeFreeUrlSource(std::move(rules), fetching.ForUrls(std::string(kUrls))),
                  PolicyOf(settings)));
  return {};
}

}  // namespace

const std::string& LocationOf(const Settings& settings, const SourceTable& table) {
  if (!table.name.empty()) return table.location;
  return settings.source.source.empty() ? settings.source.images_dir : settings.source.source;
}

Expected<std::shared_ptr<source::Source>> OpenSource(const Settings& settings,
                                                     const SourceTable& named,
                                                     source::SourceOptions base,
                                                     const source::Guarded::Options& guard,
                                                     Fetching& fetching) {
  const SourceTable table = named.name.empty() ? Unnamed(settings) : named;
  const Settings own = WithOwn(table.own, settings);
  Fill(own, base);
  std::string setting = fmt::format("sources.{}.location", table.name);
  if (table.name.empty()) {
    setting = settings.source.source.empty() ? "images_dir (WHITTLE_IMAGES_DIR, IMAGES_DIR)"
                                             : "source (WHITTLE_SOURCE, OXIMG_SOURCE_BASE_URL)";
  }
  base.location = LocationOf(settings, table);
  source::Surroundings around;
  if (HasCredentials(table) || source::IsStoreLocation(base.location)) {
    around = fetching.Around();
    if (!table.profile.empty()) around.of_process = around.variable;
    auto variable = VariablesFor(table, std::move(around.variable));
    if (!variable) {
      return FailSaying(ErrorKind::kBadRequest,
                        fmt::format("sources.{}.{}", table.name, variable.error().text));
    }
    around.variable = *std::move(variable);
  }
  auto source = Open(table, own, base, std::move(around), guard, fetching);
  if (!source) {
    return FailSaying(ErrorKind::kBadRequest, fmt::format("{}: {}", setting, source.error().text));
  }
  return source::WithCachePolicy(*std::move(source), PolicyOf(own));
}

Expected<void> OpenSources(const Settings& settings, const source::SourceOptions& base,
                           const source::Guarded::Options& guard, Fetching& fetching,
                           source::Sources& sources) {
  WHITTLE_TRY(auto unnamed, OpenSource(settings, {}, base, guard, fetching));
  sources.Add("", std::move(unnamed));
  for (const SourceTable& table : settings.sources) {
    WHITTLE_TRY(auto source, OpenSource(settings, table, base, guard, fetching));
    sources.Add(table.name, std::move(source));
  }
  return OpenUrls(settings, fetching, sources);
}

}  // namespace whittle::app
