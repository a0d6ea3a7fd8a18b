#include "source/http.h"

#include <chrono>
#include <ctime>
#include <utility>

#include "source/freshness.h"
#include "source/times.h"

namespace whittle::source {

Load LoadOf(const Hosts& hosts, const HttpFetcher& fetcher) {
  const Hosts::Stats stats = hosts.stats();
  return {.in_use = stats.in_use,
          .waiting = stats.waiting,
          .slots = stats.slots,
          .waiting_alone = fetcher.waiting(),
          .left_alone = stats.open,
          .pool = &hosts};
}

Expected<Found> FoundIn(HttpAnswer answer) {
  const std::time_t now = std::time(nullptr);
  Found found{.what = NotModified(), .caching = CachingOf(answer, now), .waited = answer.waited};
  if (const auto fresh = found.caching ? found.caching->FreshFor() : std::nullopt) {
    found.fresh_for = std::chrono::seconds(*fresh);
  }
  if (answer.status == 304) return found;
  found.what = Fetched{.bytes = std::move(answer.body),
                       .hash = answer.hash,
                       .modified = ReadHttpDate(answer.Field("last-modified")),
                       .validator = {ValidatorOf(answer, now)}};
  return found;
}

HttpSource::HttpSource(Url prefix, HttpSourceOptions options)
    : prefix_(std::move(prefix)),
      hosts_(*options.fetch.hosts),
      fetcher_(std::move(options.fetch)) {}

Url HttpSource::UrlOf(const SourceRef& ref) const {
  Url url = prefix_;
  if (!url.path.ends_with('/')) url.path += '/';
  url.path += EncodePath(ref.path);
  return url;
}

async::Awaitable<Expected<Found>> HttpSource::Fetch(SourceRef ref, Validator known, Wait wait) {
  WHITTLE_CO_TRY(HttpAnswer answer,
                 co_await fetcher_.Fetch(UrlOf(ref), ConditionsOf(known.text), std::move(wait)));
  co_return FoundIn(std::move(answer));
}

Expected<std::unique_ptr<Source>> MakeHttpSource(std::string_view location,
                                                 HttpSourceOptions options) {
  WHITTLE_TRY(Url prefix, Url::Parse(location));
  if (!prefix.query.empty() || location.contains('#')) {
    return FailSaying(ErrorKind::kBadRequest, "a source's URL has neither query nor fragment");
  }
  return std::make_unique<HttpSource>(std::move(prefix), std::move(options));
}

namespace {

Expected<std::unique_ptr<Source>> Make(const SourceOptions& options) {
  if (options.http == nullptr) {
    return FailSaying(ErrorKind::kBadRequest, "nothing is fetched over HTTP here");
  }
  HttpSourceOptions http = *options.http;
  http.fetch.max_bytes = options.max_bytes;
  http.fetch.memory = options.memory;
  return MakeHttpSource(options.location, std::move(http));
}

}  // namespace

extern const SourceKind kHttpSource;
extern const SourceKind kHttpsSource;
constexpr SourceKind kHttpSource = {"http", Make};
constexpr SourceKind kHttpsSource = {"https", Make};

}  // namespace whittle::source
