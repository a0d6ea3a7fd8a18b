// From a URL to the picture's bytes: leave to ask, tries, redirects, and what answers mean.
//
// A source has one for its origin. It asks a host only with a slot of it (hosts.h), tries a second
// time when the connection failed before a byte came, or a store says that it may pass, follows at
// most three redirects, each judged as if it had been asked for, and turns statuses into errors.
// Fields and credentials are for the first host alone; other hosts, and all hosts of strangers'
// URLs, are asked through the guarded client.
//
// Thread-safe; coroutines run on strands. All that the options point to must outlive it. Cost
// beside the transfers': some microseconds.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "async/gate.h"
#include "source/absent.h"
#include "source/authorizer.h"
#include "source/hosts.h"
#include "source/http_client.h"
#include "source/refusal.h"
#include "source/url.h"

namespace whittle::source {

/// What became of a fetch, for metrics.
struct FetchReport {
  std::string_view source;   ///< the fetcher's name
  std::string_view outcome;  ///< "ok", "not_modified", or as the rows of http_outcome.h
  int retries = 0;           ///< second tries
  int redirects = 0;
  std::uint64_t bytes = 0;  ///< of bodies
  HttpTimes times;          ///< of the last transfer
};

class HttpFetcher {
 public:
  static constexpr int kMaxRedirects = 3;

  struct Options {
    std::string name;  ///< for the log and metrics
    HttpClient* client = nullptr;
    HttpClient* guarded = nullptr;  ///< for redirects to other hosts, which fail without it
    Hosts* hosts = nullptr;
    int slots = 0;  ///< fetches at once, besides what hosts allow; 0 for as many as they do
    Memory* memory = nullptr;
    HttpDeadlines deadlines;
    std::uint64_t max_bytes = 64ULL << 20;
    HttpFields fields;  ///< for the first host
    std::shared_ptr<Authorizer> authorizer;
    /// What the first host's answers mean that are neither the picture nor a 304, redirects too.
    /// Empty: as CheckStatus says.
    std::function<Refusal(const HttpResponse&)> refusal_of;
    /// For strangers' URLs, which come from outside: which may be fetched. Empty: they are ours.
    std::function<bool(const Url&)> may_fetch;
    std::chrono::milliseconds retry_pause{100};
    std::chrono::milliseconds absent_for{1000};        ///< how long a 404 is believed
    std::function<void(const FetchReport&)> on_fetch;  ///< called on the caller's thread
    /// Told of every transfer before it is judged, on the caller's thread. For `whittle doctor`.
    std::function<void(const Url&, const HttpResult&)> on_transfer;
  };

  explicit HttpFetcher(Options options);

  /// A 200 with its body, or the 304 that `conditions` asked for. Errors: kBadRequest, kForbidden,
  /// kNotFound, kTooLarge, kUnreadable, kUpstream, kUpstreamTimeout, kOverloaded, kCancelled.
  async::Awaitable<Expected<HttpAnswer>> Fetch(Url url, HttpFields conditions, Wait wait);

  /// Callers that wait for one of its own slots.
  int waiting() const { return slots_ ? slots_->stats().waiting : 0; }
  bool healthy(const Url& url) const { return options_.hosts->healthy(url.HostAndPort()); }

 private:
  struct Way;

  async::Awaitable<Expected<HttpAnswer>> Walk(Way& way, Wait wait);
  async::Awaitable<Expected<HttpAnswer>> Visit(Way& way, Wait wait);
  async::Awaitable<Expected<HttpRequest>> Prepare(const Way& way, const std::stop_token& stop);
  async::Awaitable<bool> WorthAnotherTry(Way& way, const HttpRequest& request,
                                         const HttpResult& result, std::stop_token stop);
  std::optional<Refusal> RefusalIn(const Way& way, const HttpAnswer& answer) const;
  Expected<void> Redirect(Way& way, const HttpAnswer& answer) const;
  HttpClient* ClientFor(const Way& way) const;

  const Options options_;
  std::optional<async::Gate> slots_;
  Absent absent_;
};

}  // namespace whittle::source
