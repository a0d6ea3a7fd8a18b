// Pictures from a web server: a prefix of http or https, and below it what is asked for.
//
// It does not tell versions apart, which stores do (store_source.h). Slots, breakers and tries
// are the fetcher's (http_fetcher.h), so no Guarded stands before it. Any thread; costs as the
// fetcher.
#pragma once

#include <memory>
#include <string_view>

#include "source/http_fetcher.h"
#include "source/source.h"
#include "source/url.h"

namespace whittle::source {

struct HttpSourceOptions {
  HttpFetcher::Options fetch;
};

/// Of all sources that share `hosts`, and of the one whose `fetcher` this is.
Load LoadOf(const Hosts& hosts, const HttpFetcher& fetcher);

/// What an answer is to the service: 304 is NotModified.
Expected<Found> FoundIn(HttpAnswer answer);

class HttpSource final : public Source {
 public:
  /// `prefix` has no query; its last slash may be left out.
  HttpSource(Url prefix, HttpSourceOptions options);

  async::Awaitable<Expected<Found>> Fetch(SourceRef ref, Validator known, Wait wait) override;
  bool healthy() const override { return fetcher_.healthy(prefix_); }
  Load load() const override { return LoadOf(hosts_, fetcher_); }

  /// Where `ref` is.
  Url UrlOf(const SourceRef& ref) const;

 private:
  const Url prefix_;
  Hosts& hosts_;
  HttpFetcher fetcher_;
};

/// The error's text says what is wrong with `location`.
Expected<std::unique_ptr<Source>> MakeHttpSource(std::string_view location,
                                                 HttpSourceOptions options);

}  // namespace whittle::source
