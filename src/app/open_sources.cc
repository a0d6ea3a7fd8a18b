#include "app/open_sources.h"

#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <optional>
#include <string_view>
#include <utility>

#include "app/fill.h"
#include "source/free_url.h"
#include "source/http.h"
#include "source/store.h"
#include "source/store_source.h"
#include "source/url_rules.h"
#include "transform/url_source.h"

namespace whittle::app {
namespace {

constexpr std::string_view kUrls = "urls";  // the source of URLs in the log and metrics

bool IsWebLocation(std::string_view location) {
  return location.starts_with("http://") || location.starts_with("https://");
}

Expected<std::shared_ptr<source::Source>> Open(const SourceTable& table,
                                               source::SourceOptions options,
                                               const source::Guarded::Options& guard,
                                               Fetching& fetching) {
  const auto origin = [&] {
    source::HttpSourceOptions http = fetching.ForOrigin(table.name);
    http.fetch.max_bytes = options.max_bytes;
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
                                                        .surroundings = fetching.Around(),
                                                        .endpoint = table.endpoint,
                                                        .region = table.region,
                                                        .path_style = table.path_style,
                                                        .anonymous = table.anonymous,
                                                        .requester_pays = table.requester_pays,
                                                        .billed_project = table.billed_project}));
    return source::MakeStoreSource(std::move(store), origin().fetch);
  }
  WHITTLE_TRY(auto source, source::MakeSource(options));
  return std::make_shared<source::Guarded>(std::move(source), guard);
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
              source::MakeFreeUrlSource(std::move(rules), fetching.ForUrls(std::string(kUrls))));
  return {};
}

}  // namespace

Expected<void> OpenSources(const Settings& settings, source::SourceOptions base,
                           const source::Guarded::Options& guard, Fetching& fetching,
                           source::Sources& sources) {
  const auto open = [&](const SourceTable& table, const source::SourceOptions& options,
                        std::string_view setting) -> Expected<void> {
    auto source = Open(table, options, guard, fetching);
    if (!source) {
      return FailSaying(ErrorKind::kBadRequest,
                        fmt::format("{}: {}", setting, source.error().text));
    }
    sources.Add(table.name, *std::move(source));
    return {};
  };
  Fill(settings, base);
  std::string_view setting = "images_dir (WHITTLE_IMAGES_DIR, IMAGES_DIR)";
  if (!settings.source.source.empty()) {
    base.location = settings.source.source;
    setting = "source (WHITTLE_SOURCE, OXIMG_SOURCE_BASE_URL)";
  }
  WHITTLE_CHECK(open({}, base, setting));
  for (const SourceTable& table : settings.sources) {
    source::SourceOptions own = base;
    own.location = table.location;
    if (table.max_source_bytes > 0) own.max_bytes = table.max_source_bytes;
    WHITTLE_CHECK(open(table, own, fmt::format("sources.{}.location", table.name)));
  }
  return OpenUrls(settings, fetching, sources);
}

}  // namespace whittle::app
