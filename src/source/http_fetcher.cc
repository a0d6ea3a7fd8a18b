#include "source/http_fetcher.h"

#include <fmt/format.h>

#include <algorithm>
#include <boost/asio/this_coro.hpp>
#include <chrono>
#include <utility>

#include "base/text.h"
#include "source/http_outcome.h"

namespace whittle::source {
namespace {

constexpr std::size_t kMaxAbsent = 4096;
constexpr int kMostWaiting = 4096;
constexpr int kMaxTries = 2;
constexpr std::chrono::seconds kNoWait(0);
constexpr std::chrono::seconds kLongestWait(3600);       // that clients are told, as ReadRetryAfter
constexpr auto kLongestPause = std::chrono::seconds(2);  // before a second try

// For the log: without the query, which may hold a signature.
std::string Where(const std::string& source, const Url& url) {
  return fmt::format("{}: {}{}", source, url.Origin(), Printable(url.path, 200));
}

}  // namespace

// One fetch: where it has come to.
struct HttpFetcher::Way {
  Url url;
  HttpFields conditions;
  std::string first_host;
  async::Clock::time_point end = async::kNever;  // counted from the first slot on
  std::chrono::nanoseconds waited{};
  FetchReport report;

  bool at_first_host() const { return url.HostAndPort() == first_host; }
};

HttpFetcher::HttpFetcher(Options options)
    : options_(std::move(options)), absent_(options_.absent_for, kMaxAbsent, &async::Clock::now) {
  if (options_.slots > 0) {
    slots_.emplace(async::Gate::Options{.slots = options_.slots, .max_waiting = kMostWaiting});
  }
}

async::Awaitable<Expected<HttpAnswer>> HttpFetcher::Fetch(Url url, HttpFields conditions,
                                                          Wait wait) {
  const std::string name = url.ToText();
  if (absent_.Has(name)) {
    co_return Fail(ErrorKind::kNotFound, Where(options_.name, url) + ": not there a moment ago");
  }
  Way way{.url = std::move(url), .conditions = std::move(conditions)};
  way.first_host = way.url.HostAndPort();
  way.report.source = options_.name;
  auto answer = co_await Walk(way, std::move(wait));
  if (!answer && answer.error().kind == ErrorKind::kNotFound) absent_.Add(name);
  if (options_.on_fetch) {
    way.report.outcome =
        answer ? (answer->status == 304 ? "not_modified" : "ok") : OutcomeName(answer.error().kind);
    options_.on_fetch(way.report);
  }
  co_return answer;
}

async::Awaitable<Expected<HttpAnswer>> HttpFetcher::Walk(Way& way, Wait wait) {
  async::Gate::Ticket own;  // before a host's: who waits here holds nothing that others need
  if (slots_) {
    const auto came = async::Clock::now();
    WHITTLE_CO_TRY(own, co_await slots_->Enter(wait.until, wait.stop));
    way.waited += async::Clock::now() - came;
  }
  while (true) {
    if (options_.may_fetch && !options_.may_fetch(way.url)) {
      co_return FailSaying(ErrorKind::kForbidden, "this URL may not be fetched",
                           Where(options_.name, way.url) + ": no rule allows it");
    }
    WHITTLE_CO_TRY(HttpAnswer answer, co_await Visit(way, wait));
    if (auto refusal = RefusalIn(way, answer)) {
      Error error = std::move(refusal->error);
      const auto told = refusal->retry_after.value_or(std::chrono::seconds(0));
      error.retry_after =
          static_cast<std::uint32_t>(std::clamp(told, kNoWait, kLongestWait).count());
      co_return std::unexpected(std::move(error));
    }
    if (!IsRedirect(answer.status)) {
      WHITTLE_CO_CHECK(CheckStatus(answer, !way.conditions.empty(), bool(options_.may_fetch),
                                   Where(options_.name, way.url)));
      co_return answer;
    }
    WHITTLE_CO_CHECK(Redirect(way, answer));
  }
}

std::optional<Refusal> HttpFetcher::RefusalIn(const Way& way, const HttpAnswer& answer) const {
  if (!options_.refusal_of || !way.at_first_host() || answer.status == 200) return std::nullopt;
  if (answer.status == 304 && !way.conditions.empty()) return std::nullopt;
  return options_.refusal_of({answer.status, answer.fields, answer.text});
}

// To the next URL.
Expected<void> HttpFetcher::Redirect(Way& way, const HttpAnswer& answer) const {
  const auto failed = [&](std::string_view what) {
    return Fail(
        ErrorKind::kUpstream,
        fmt::format("{}: status {}: {}", Where(options_.name, way.url), answer.status, what));
  };
  if (++way.report.redirects > kMaxRedirects) return failed("too many redirects");
  const std::string_view location = answer.Field("location");
  if (location.empty()) return failed("a redirect to nowhere");
  auto next = way.url.Resolve(location);
  if (!next) return failed(next.error().text);
  if (way.url.tls && !next->tls) return failed("a redirect from https to http");
  way.url = *std::move(next);
  if (ClientFor(way) == nullptr) return failed("a redirect to another host");
  return {};
}

HttpClient* HttpFetcher::ClientFor(const Way& way) const {
  return way.at_first_host() ? options_.client : options_.guarded;
}

// One host's answer, of any status.
async::Awaitable<Expected<HttpAnswer>> HttpFetcher::Visit(Way& way, Wait wait) {
  const auto came = async::Clock::now();
  WHITTLE_CO_TRY(Hosts::Visit visit, co_await options_.hosts->Enter(way.url.HostAndPort(), wait));
  way.waited += async::Clock::now() - came;
  way.end = std::min(way.end, async::Clock::now() + options_.deadlines.whole);
  for (int left = kMaxTries;; --left) {
    WHITTLE_CO_TRY(const HttpRequest request, co_await Prepare(way, wait.stop));
    const HttpTerms terms{.deadlines = options_.deadlines,
                          .end = way.end,
                          .max_bytes = options_.max_bytes,
                          .memory = options_.memory};
    HttpResult result = co_await ClientFor(way)->Get(request, terms, wait.stop);
    if (options_.on_transfer) options_.on_transfer(way.url, result);
    way.report.bytes += result ? result->bytes : result.error().bytes;
    way.report.times = result ? result->times : result.error().times;
    if (left > 1 && co_await WorthAnotherTry(way, request, result, wait.stop)) {
      ++way.report.retries;
      continue;
    }
    visit.Note(OutcomeOf(result));
    if (result) {
      result->waited = way.waited;
      co_return *std::move(result);
    }
    Error error = std::move(result.error().error);
    error.detail = fmt::format("{}: {}", Where(options_.name, way.url), error.detail);
    if (error.kind == ErrorKind::kForbidden) error.text = "this URL may not be fetched";
    co_return std::unexpected(std::move(error));
  }
}

// What is sent. Credentials that cannot be had are not the host's fault.
async::Awaitable<Expected<HttpRequest>> HttpFetcher::Prepare(const Way& way,
                                                             const std::stop_token& stop) {
  HttpRequest request{.url = way.url.ToText(), .fields = way.conditions};
  if (!way.at_first_host()) co_return request;
  request.fields.insert(request.fields.end(), options_.fields.begin(), options_.fields.end());
  if (options_.authorizer) {
    WHITTLE_CO_CHECK(co_await options_.authorizer->Authorize(request, {way.end, stop}));
  }
  co_return request;
}

// Waits for as long as it should before that.
async::Awaitable<bool> HttpFetcher::WorthAnotherTry(Way& way, const HttpRequest& request,
                                                    const HttpResult& result,
                                                    std::stop_token stop) {
  async::Clock::duration pause{};
  if (!result) {
    if (!result.error().untouched) co_return false;
    pause = options_.retry_pause;
  } else {
    if (!options_.authorizer || !way.at_first_host()) co_return false;
    if (const auto refusal = RefusalIn(way, *result); refusal && refusal->worth_retry) {
      pause = std::max<async::Clock::duration>(refusal->retry_after.value_or(kNoWait),
                                               options_.retry_pause);
    } else if (result->status < 300 || result->status == 304 || result->status == 404 ||
               result->status >= 500 ||
               !options_.authorizer->Refused(request,
                                             {result->status, result->fields, result->text})) {
      co_return false;
    }
  }
  const auto until = async::Clock::now() + pause;
  if (pause > kLongestPause || until >= way.end) co_return false;
  if (pause == async::Clock::duration::zero()) co_return true;
  const auto event = std::make_shared<async::Event>(co_await async::asio::this_coro::executor);
  co_return co_await event->Wait(until, stop) == async::Event::Outcome::kDeadline;
}

}  // namespace whittle::source
