#include "service/service.h"

#include <boost/asio/this_coro.hpp>
#include <exception>
#include <new>

#include "base/hash.h"
#include "pipeline/run.h"
#include "service/deadline.h"
#include "service/stopwatch.h"

namespace whittle::service {
namespace {

using observe::Stage;
using observe::StageTimes;

constexpr auto kKeepIdleBuffersFor = std::chrono::seconds(30);
constexpr std::string_view kTruncatedMark = "-t";  // of an ETag

std::string Describe(std::exception_ptr error) {
  try {
    std::rethrow_exception(std::move(error));
  } catch (const std::exception& e) {
    return e.what();
  } catch (...) {
    return "not a std::exception";
  }
}

// Equal sources, transforms, revisions and choices give equal bytes, wherever the file lies and
// whenever it was copied there.
Identity IdentityOf(const source::Fetched& fetched, const Transform& transform,
                    const Limits& limits) {
  std::string name = ToHex(HashOf(fetched.bytes.view()));
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

// Storage that grew as it was filled is up to half empty; who keeps it pays for all of it.
void GiveBackSlack(Bytes& bytes) {
  if (bytes.capacity() - bytes.size() > bytes.size() / 8) bytes = Bytes::CopyOf(bytes.view());
}

std::string KeyOf(const transform::ImageRequest& image) {
  return image.transform.Canonical() + '/' + image.source;
}

async::AdmissionGate::Options GateOptions(int slots, std::chrono::nanoseconds max_wait) {
  return {.slots = slots, .max_waiting = 64 * slots, .max_wait = max_wait};
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

Service::Service(const Options& options, asio::io_context& io, async::ThreadPool& workers,
                 source::Source& source, observe::Metrics& metrics, observe::Log& log)
    : options_(options),
      workers_(workers),
      source_(source),
      metrics_(metrics),
      log_(log),
      results_(options.cache_bytes, options.cache_fresh, options.now),
      inflight_gate_(GateOptions(options.fetch_slots, options.queue_wait)),
      cpu_gate_(GateOptions(options.workers, options.queue_wait)),
      flights_(io, [this](const std::string& key, std::exception_ptr error) {
        log_.Error("work died", {{"key", key}, {"what", Describe(std::move(error))}});
      }) {}

std::optional<Answer> Service::AnswerAtOnce(const Request& request) {
  const ResultPtr kept = results_.Find(KeyOf(request.image));
  if (!kept || !results_.IsFresh(*kept)) return std::nullopt;
  auto known = KnownAs(request.has_already, kept->identity);
  if (!known && !kept->rendition) return std::nullopt;
  metrics_.cache_hits.Add();
  if (known) return service::Answer{.identity = *std::move(known), .kept = true};
  return service::Answer{.identity = kept->identity, .rendition = kept->rendition, .kept = true};
}

async::Awaitable<Expected<Answer>> Service::Answer(Request request) {
  std::string key = KeyOf(request.image);
  auto work = [this, key, image = std::move(request.image)](
                  Flights::Flight& flight) -> async::Awaitable<Expected<Landed>> {
    return Fly(flight, key, image);
  };
  const HasAlready has = std::move(request.has_already);
  Flights::Satisfied knows;
  if (has) knows = [&has](const Identity& early) { return KnownAs(has, early).has_value(); };
  auto landing = co_await flights_.Join(std::move(key), std::move(knows), std::move(work),
                                        std::move(request.gone));
  if (!landing) co_return std::unexpected(std::move(landing).error());
  if (landing->follower) metrics_.followers.Add();
  if (const auto* early = std::get_if<Identity>(&landing->result)) {
    co_return service::Answer{.identity = *KnownAs(has, *early), .follower = landing->follower};
  }
  // Conditions that name no bytes are satisfied by a finished picture only.
  const auto& [result, kept] = std::get<Landed>(landing->result);
  const bool has_it = KnownAs(has, result->identity).has_value();
  co_return service::Answer{result->identity, has_it ? nullptr : result->rendition,
                            landing->follower, kept};
}

async::Awaitable<Expected<Service::Landed>> Service::Fly(Flights::Flight& flight,
                                                         std::string_view key,
                                                         const transform::ImageRequest& image) {
  const std::stop_token stop = flight.stop_token();
  if (ResultPtr kept = co_await FindUnchanged(key, image.source, stop)) {
    const bool wanted = flight.Announce(kept->identity);
    if (!wanted || kept->rendition) metrics_.cache_hits.Add();
    if (!wanted) co_return Fail(ErrorKind::kCancelled);
    if (kept->rendition) co_return Landed{std::move(kept), true};
  }
  auto rendition = std::make_shared<Rendition>();
  Stopwatch watch(rendition->stages);

  watch.Start(Stage::kQueue);
  WHITTLE_CO_TRY(const auto place, co_await inflight_gate_.Enter(stop));

  watch.Start(Stage::kRead);
  metrics_.reads.Add();
  const auto looked = results_.now();
  const auto fetched = co_await source_.Fetch(image.source, stop);
  if (!fetched) {
    results_.Drop(key);
    co_return std::unexpected(fetched.error());
  }
  metrics_.source_bytes.Add(fetched->bytes.size());
  Result result{.identity = IdentityOf(*fetched, image.transform, options_.limits),
                .stamp = fetched->stamp,
                .checked = looked};
  // The source was touched, or too new for a stamp: what was made of the same bytes still holds.
  if (const ResultPtr before = results_.Find(key); before && before->rendition) {
    Identity again = result.identity.Once(before->identity.truncated);
    if (before->identity.etag == again.etag) {
      result.identity = std::move(again);
      result.rendition = before->rendition;
    }
  }
  (result.rendition ? metrics_.cache_hits : metrics_.cache_misses).Add();
  const auto named = std::make_shared<const Result>(result);
  results_.Keep(key, named);
  if (!flight.Announce(result.identity)) co_return Fail(ErrorKind::kCancelled);
  if (named->rendition) co_return Landed{named, true};

  watch.Start(Stage::kQueue);
  WHITTLE_CO_TRY(const auto ticket, co_await cpu_gate_.Enter(stop));
  watch.Stop();

  WHITTLE_CO_TRY(rendition->image,
                 co_await Render(*fetched, image.transform, stop, rendition->stages));
  metrics_.ObserveStages(rendition->stages);
  if (rendition->image.source.gain_map) NoteGainMap(image.source);
  if (rendition->image.truncated) NoteTruncated(image.source);
  result.identity = result.identity.Once(rendition->image.truncated);
  result.rendition = std::move(rendition);
  const auto made = std::make_shared<const Result>(std::move(result));
  results_.Keep(key, made);
  co_return Landed{made, false};
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

// What is kept as `key`, if its source has been looked at a moment ago, or is now, and is the same.
async::Awaitable<ResultPtr> Service::FindUnchanged(std::string_view key, const std::string& path,
                                                   std::stop_token stop) {
  ResultPtr kept = results_.Find(key);
  if (!kept || results_.IsFresh(*kept)) co_return kept;
  if (!kept->stamp) co_return nullptr;
  const auto looked = results_.now();
  const auto stamp = co_await source_.Check(path, std::move(stop));
  if (!stamp || *stamp != *kept->stamp) co_return nullptr;
  auto again = std::make_shared<Result>(*kept);
  again->checked = looked;
  results_.Keep(key, again);
  co_return again;
}

async::Awaitable<Expected<Encoded>> Service::Render(const source::Fetched& fetched,
                                                    const Transform& transform,
                                                    std::stop_token stop, StageTimes& stages) {
  const auto executor = co_await asio::this_coro::executor;
  Deadline deadline(executor, options_.decode_deadline, std::move(stop));
  auto job = [this, &fetched, &transform, &stages, stop_job = deadline.token()] {
    return RunJob(fetched.bytes.view(), transform, stop_job, stages);
  };
  auto result = co_await async::Offload(workers_, std::move(job));
  if (!result && result.error().kind == ErrorKind::kCancelled && deadline.passed()) {
    co_return Fail(ErrorKind::kTooSlow, "the decode deadline passed");
  }
  co_return result;
}

// On a worker. A wall: whatever a library throws costs this picture alone.
Expected<Encoded> Service::RunJob(ByteView source, const Transform& transform,
                                  const std::stop_token& stop, StageTimes& stages) {
  try {
    auto workspace = workspaces_.Get();
    JobWatch watch(stages, metrics_);
    auto result = pipeline::Run(*workspace, source, transform, options_.limits, stop, &watch);
    if (result && options_.cache_bytes > 0) GiveBackSlack(result->bytes);
    return result;
  } catch (const std::bad_alloc&) {
    return Fail(ErrorKind::kOverloaded, "out of memory");
  } catch (const std::exception& e) {
    return Fail(ErrorKind::kInternal, e.what());
  }
}

void Service::UpdateGauges() {
  const auto update = [](const async::AdmissionGate& gate, observe::GateMetrics& gauges) {
    const auto stats = gate.stats();
    gauges.in_use.Set(stats.in_use);
    gauges.waiting.Set(stats.waiting);
    gauges.capacity.Set(stats.slots);
  };
  update(inflight_gate_, metrics_.inflight);
  update(cpu_gate_, metrics_.cpu);
  metrics_.flights.Set(static_cast<std::int64_t>(flights_.size()));
  metrics_.callers.Set(static_cast<std::int64_t>(flights_.callers()));
  metrics_.cache_bytes.Set(static_cast<std::int64_t>(results_.bytes()));
}

void Service::TrimIdleBuffers() {
  workspaces_.TrimIdle(Workspaces::Clock::now() - kKeepIdleBuffersFor);
}

}  // namespace whittle::service
