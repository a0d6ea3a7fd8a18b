#include "service/service.h"

#include <algorithm>
#include <boost/asio/this_coro.hpp>
#include <exception>

#include "base/hash.h"
#include "base/what.h"
#include "pipeline/run.h"
#include "service/stopwatch.h"

namespace whittle::service {
namespace {

using observe::Stage;
using observe::StageTimes;

constexpr const char* kRefused = "refused: too much work waits";
constexpr std::string_view kTruncatedMark = "-t";  // of an ETag

// Equal sources, transforms, revisions and choices give equal bytes, wherever the file lies and
// whenever it was copied there.
Identity IdentityOf(const source::Fetched& fetched, const Transform& transform,
                    const Limits& limits) {
  std::string name = ToHex(fetched.hash);
  name += transform.Canonical();
  name += pipeline::Revision();
  name += pipeline::ChoosingLimits(fetched.bytes.view(), limits);
  return {.etag = '"' + ToHex(HashOf(AsBytes(name))) + '"', .modified = fetched.modified};
}

// The name by which `has` knows the result; while that is not made, it may have either.
std::optional<Identity> KnownAs(const HasAlready& has, const Identity& identity) {
  if (!has) return std::nullopt;
  if (identity.made) return has(identity) ? std::optional(identity) : std::nullopt;
  if (has(identity)) return identity;
  Identity truncated = identity.Once(true);
  truncated.made = false;
  return has(truncated) ? std::optional(std::move(truncated)) : std::nullopt;
}

// Says that there is no such picture any more, or none that can be read, and not that the source is
// unwell for a while.
bool IsFinal(ErrorKind kind) {
  return kind != ErrorKind::kOverloaded && kind != ErrorKind::kCancelled &&
         kind != ErrorKind::kUpstream && kind != ErrorKind::kUpstreamTimeout;
}

bool MayBeKept(const Result& result) {
  return !result.identity.caching || result.identity.caching->MayBeKept();
}

// No path begins with a slash or holds a line's end, so different requests have different keys.
const std::string& KeyOf(Request& request) {
  std::string& key = request.key;
  if (!key.empty()) return key;
  const auto& [source, path, version] = request.image.source;
  key = request.image.transform.Canonical() + '/';
  if (!source.empty()) key.append("/").append(source).append("/");
  key += path;
  if (!version.empty()) key.append("\nversion ").append(version);
  if (request.scope != nullptr) key.append("\nlimits ").append(request.scope->name);
  return key;
}

}  // namespace

Identity Identity::Once(bool is_truncated) const {
  Identity known = *this;
  known.made = true;
  known.truncated = is_truncated;
  if (!is_truncated) return known;
  known.etag.insert(known.etag.size() - 1, kTruncatedMark);
  known.modified.reset();
  return known;
}

Service::Service(const Options& options, asio::io_context& io, async::WorkQueue& workers,
                 async::Budget& memory, source::Sources& sources, observe::Metrics& metrics,
                 observe::Log& log)
    : options_(options),
      workers_(workers),
      memory_(memory),
      sources_(sources),
      metrics_(metrics),
      log_(log),
      workspaces_(memory),
      watchdog_(options.job),
      shop_{workspaces_, watchdog_, rates_, decode_rates_, metrics_},
      results_(options.cache_bytes, {options.cache_fresh, options.truncated_fresh}, options.now),
      fetches_(results_, metrics_),
      below_(options.below, results_),
      too_slow_(options.now),
      flights_(io, [this](const std::string& key, std::exception_ptr error) {
        log_.Error("work died", {{"key", key}, {"what", What(error)}});
      }) {
  memory_.AddReclaimer([this](std::uint64_t bytes) { results_.Release(bytes); });
}

std::optional<Answer> Service::AnswerAtOnce(Request& request) {
  const ResultPtr kept = results_.Find(KeyOf(request));
  if (!kept || !results_.IsFresh(*kept)) return std::nullopt;
  auto known = KnownAs(request.has_already, kept->identity);
  if (!known && !kept->rendition) return std::nullopt;
  metrics_.cache_hits.Add();
  const auto caching = results_.CachingNow(kept->identity);
  if (known) {
    return service::Answer{.identity = *std::move(known), .kept = true, .caching = caching};
  }
  return service::Answer{
      .identity = kept->identity, .rendition = kept->rendition, .kept = true, .caching = caching};
}

async::WorkQueue::Terms Service::TermsOf(const Request& request) const {
  const auto now = async::Clock::now();
  return {.client = request.client, .since = now, .until = now + options_.queue_wait};
}

// What a tier has is sent whatever waits.
std::optional<Error> Service::RefuseAtOnce(Request& request) {
  const std::string& key = KeyOf(request);
  if (flights_.Has(key) || results_.Find(key) || below_.exists()) return std::nullopt;
  if (workers_.Admit(TermsOf(request))) return std::nullopt;
  return Error::Of(ErrorKind::kOverloaded, kRefused);
}

async::Awaitable<Expected<Answer>> Service::Answer(Request request) {
  KeyOf(request);
  std::string key = std::move(request.key);
  auto work = [this, order = Order{.key = key,
                                   .image = std::move(request.image),
                                   .scope = request.scope,
                                   .upload = std::move(request.upload),
                                   .terms = TermsOf(request)}](
                  Flights::Flight& flight) mutable -> async::Awaitable<Expected<Landed>> {
    order.terms.stop = flight.stop_token();
    return Fly(flight, order);
  };
  const HasAlready has = std::move(request.has_already);
  Flights::Satisfied knows;
  if (has) knows = [&has](const Identity& early) { return KnownAs(has, early).has_value(); };
  auto landing = co_await flights_.Join(std::move(key), std::move(knows), std::move(work),
                                        std::move(request.gone));
  if (!landing) co_return std::unexpected(std::move(landing).error());
  if (landing->follower) metrics_.followers.Add();
  if (const auto* early = std::get_if<Identity>(&landing->result)) {
    co_return service::Answer{.identity = *KnownAs(has, *early),
                              .follower = landing->follower,
                              .caching = results_.CachingNow(*early)};
  }
  // Conditions that name no bytes are satisfied by a finished picture only.
  const auto& [result, kept] = std::get<Landed>(landing->result);
  const bool has_it = KnownAs(has, result->identity).has_value();
  co_return service::Answer{result->identity, has_it ? nullptr : result->rendition,
                            landing->follower, kept, results_.CachingNow(result->identity)};
}

async::Awaitable<Expected<Service::Landed>> Service::Fly(Flights::Flight& flight,
                                                         const Order& order) {
  const std::string& key = order.key;
  StageTimes stages;
  std::optional<Fetches::Answer> answer;
  ResultPtr kept = results_.Find(key);
  if (!kept && below_.exists()) kept = co_await FindBelow(order);
  if (kept && !results_.IsFresh(*kept)) {
    if (!kept->validator.empty()) {
      WHITTLE_CO_TRY(answer, co_await Fetch(order, kept->validator, stages));
    }
    const bool holds = answer && std::holds_alternative<source::NotModified>(answer->found->what);
    kept = holds ? Renew(key, *kept, *answer) : nullptr;
    if (holds) answer.reset();
  }
  if (kept) {
    const bool wanted = flight.Announce(kept->identity);
    if (!wanted || kept->rendition) metrics_.cache_hits.Add();
    if (!wanted) co_return Fail(ErrorKind::kCancelled);
    if (kept->rendition) co_return Landed{std::move(kept), true};
  }
  if (answer) {
    too_slow_.Forget(key);  // another picture has its name now
  } else if (auto known = too_slow_.Find(key)) {
    co_return std::unexpected(*std::move(known));
  }
  // Refused before anything is spent on it, where what waits would keep it waiting too long.
  auto coming = workers_.Admit(order.terms);
  if (!coming) co_return Fail(ErrorKind::kOverloaded, kRefused);
  if (!answer) {
    WHITTLE_CO_TRY(answer, co_await Fetch(order, {}, stages));
  }
  const auto* const fetched = std::get_if<source::Fetched>(&answer->found->what);
  if (fetched == nullptr) {
    co_return Fail(ErrorKind::kUpstream, "not modified, but nothing is known");
  }
  Result result = NameResult(order, *answer);
  (result.rendition ? metrics_.cache_hits : metrics_.cache_misses).Add();
  const auto named = std::make_shared<const Result>(result);
  Keep(order, named);
  if (!flight.Announce(result.identity)) co_return Fail(ErrorKind::kCancelled);
  if (named->rendition) co_return Landed{named, true};
  if (answer->gathers_until > async::Clock::now()) {
    Stopwatch watch(stages);
    watch.Start(Stage::kQueue);
    const auto nothing = std::make_shared<async::Event>(co_await asio::this_coro::executor);
    co_await nothing->Wait(answer->gathers_until, order.terms.stop);
  }
  coming->End();
  WHITTLE_CO_TRY(ResultPtr made, co_await Make(order, *fetched, std::move(result), stages));
  co_return Landed{std::move(made), false};
}

async::Awaitable<Expected<Fetches::Answer>> Service::Fetch(const Order& order,
                                                           source::Validator known,
                                                           StageTimes& stages) {
  const SourceRef& ref = order.image.source;
  source::Source* const source =
      order.upload ? order.upload.get() : sources_.Find(order.image.source.source);
  if (source == nullptr) co_return Fail(ErrorKind::kInternal, "no source '" + ref.source + "'");
  const source::Wait wait{order.terms.until, order.terms.stop};
  Stopwatch watch(stages);
  watch.Start(Stage::kRead);
  auto answer = order.upload ? co_await fetches_.FetchAlone(*source, ref, std::move(known), wait)
                             : co_await fetches_.Fetch(*source, ref, std::move(known), wait);
  watch.Stop();
  if (!answer) {
    if (IsFinal(answer.error().kind)) results_.Drop(order.key);
  } else if (!answer->joined) {
    stages[Stage::kRead] -= answer->found->waited;
    stages[Stage::kQueue] += answer->found->waited;
  }
  co_return answer;
}

// The same result, looked at again. What its source said of caches holds until it says something
// else (RFC 9111, 3.2).
ResultPtr Service::Renew(const std::string& key, const Result& kept,
                         const Fetches::Answer& answer) {
  auto again = std::make_shared<Result>(kept);
  again->checked = again->identity.looked = answer.asked;
  if (answer.found->caching || !kept.identity.caching) {
    again->identity.caching = answer.found->caching;
    again->fresh_for = answer.found->fresh_for;
  }
  if (MayBeKept(*again)) {
    results_.Keep(key, again);
  } else {
    results_.Drop(key);
  }
  return again;
}

// What the result of these bytes is called, with its rendition if one of the same bytes is kept:
// the source was touched, or too new for a validator.
Result Service::NameResult(const Order& order, const Fetches::Answer& answer) {
  const auto& fetched = std::get<source::Fetched>(answer.found->what);
  Result result{.identity = IdentityOf(fetched, order.image.transform, order.limits(options_)),
                .validator = fetched.validator,
                .checked = answer.asked,
                .fresh_for = answer.found->fresh_for};
  result.identity.caching = answer.found->caching;
  result.identity.looked = answer.asked;
  if (const ResultPtr before = results_.Find(order.key); before && before->rendition) {
    Identity again = result.identity.Once(before->identity.truncated);
    if (before->identity.etag == again.etag) {
      result.identity = std::move(again);
      result.rendition = before->rendition;
    }
  }
  return result;
}

// Then memory has it, too.
async::Awaitable<ResultPtr> Service::FindBelow(const Order& order) {
  if (order.upload) co_return nullptr;
  ResultPtr kept = co_await below_.Find(order.key, order.limits(options_),
                                        {order.terms.until, order.terms.stop});
  if (kept) results_.Keep(order.key, kept);
  co_return kept;
}

// Of an upload nobody can ask again. What its source forbids to keep is shared by those who have
// asked for it together, and by nobody after them.
void Service::Keep(const Order& order, ResultPtr result) {
  if (order.upload) return;
  if (!MayBeKept(*result)) return results_.Drop(order.key);
  below_.Keep(order.key, order.limits(options_), *result);
  results_.Keep(order.key, std::move(result));
}

async::Awaitable<Expected<ResultPtr>> Service::Make(const Order& order,
                                                    const source::Fetched& fetched, Result result,
                                                    const StageTimes& before) {
  const transform::ImageRequest& image = order.image;
  auto rendition = std::make_shared<Rendition>();
  StageTimes& stages = rendition->stages;
  stages = before;
  Making making(shop_, order.limits(options_), fetched.bytes, image.transform, order.terms.stop,
                stages);
  WHITTLE_CO_CHECK(co_await workers_.Do(making, order.terms));
  stages[Stage::kQueue] += making.waited();
  if (!making.result()) {
    const Error& error = making.result().error();
    if (making.too_slow()) too_slow_.Remember(order.key, error);
    co_return std::unexpected(error);
  }
  rendition->image = *std::move(making.result());
  rendition->memory = std::move(making.memory());
  metrics_.ObserveStages(stages);
  if (rendition->image.source.gain_map) NoteGainMap(image.source.path);
  if (rendition->image.truncated) NoteTruncated(image.source.path);
  result.identity = result.identity.Once(rendition->image.truncated);
  result.rendition = std::move(rendition);
  auto made = std::make_shared<const Result>(std::move(result));
  Keep(order, made);
  co_return made;
}

// Phones make most photos so: one line now and then tells.
void Service::NoteGainMap(const std::string& path) {
  if (const auto held_back = gain_maps_.Pass()) {
    log_.Info("an HDR gain map was left out", {{"source", path}, {"suppressed", *held_back}});
  }
}

void Service::NoteTruncated(const std::string& path) {
  metrics_.truncated.Add();
  if (const auto held_back = truncated_.Pass()) {
    log_.Warn("a file ends too early; what is there was shown",
              {{"source", path}, {"suppressed", *held_back}});
  }
}

void Service::UpdateGauges() {
  const source::Load reads = sources_.load();
  metrics_.fetch.in_use.Set(reads.in_use);
  metrics_.fetch.waiting.Set(reads.waiting);
  metrics_.fetch.capacity.Set(reads.slots);
  metrics_.sources_left_alone.Set(reads.left_alone);
  const auto work = workers_.stats();
  metrics_.cpu.in_use.Set(work.running);
  metrics_.cpu.waiting.Set(work.waiting);
  metrics_.cpu.capacity.Set(work.workers);
  const auto memory = memory_.stats();
  for (std::size_t use = 0; use < async::Budget::kUses; ++use) {
    metrics_.memory[use].Set(static_cast<std::int64_t>(memory.used[use]));
  }
  metrics_.memory_capacity.Set(static_cast<std::int64_t>(memory.capacity));
  metrics_.flights.Set(static_cast<std::int64_t>(flights_.size()));
  metrics_.callers.Set(static_cast<std::int64_t>(flights_.callers()));
  metrics_.cache_bytes.Set(static_cast<std::int64_t>(results_.bytes()));
}

bool Service::TrimIdleBuffers(std::chrono::nanoseconds time) {
  workspaces_.TrimIdle(Workspaces::Clock::now() - time);
  return Drained() && workspaces_.idle() == 0;
}

}  // namespace whittle::service
