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

std::string Describe(std::exception_ptr error) {
  try {
    std::rethrow_exception(std::move(error));
  } catch (const std::exception& e) {
    return e.what();
  } catch (...) {
    return "not a std::exception";
  }
}

// Equal sources, transforms and revisions give equal bytes, wherever the file lies and whenever it
// was copied there.
Identity IdentityOf(const source::Fetched& fetched, const Transform& transform) {
  std::string name = ToHex(HashOf(fetched.bytes.view()));
  name += transform.Canonical();
  name += pipeline::Revision();
  return {'"' + ToHex(HashOf(AsBytes(name))) + '"', fetched.modified};
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

Service::Service(const Options& options, asio::io_context& io, async::ThreadPool& workers,
                 source::Source& source, observe::Metrics& metrics, observe::Log& log)
    : options_(options),
      workers_(workers),
      source_(source),
      metrics_(metrics),
      log_(log),
      results_(options.cache_bytes, options.cache_fresh),
      inflight_gate_(GateOptions(options.fetch_slots, options.queue_wait)),
      cpu_gate_(GateOptions(options.workers, options.queue_wait)),
      flights_(io, [this](const std::string& key, std::exception_ptr error) {
        log_.Error("work died", {{"key", key}, {"what", Describe(std::move(error))}});
      }) {}

std::optional<Answer> Service::AnswerAtOnce(const Request& request) {
  const ResultPtr kept = results_.Find(KeyOf(request.image));
  if (!kept || !results_.IsFresh(*kept)) return std::nullopt;
  const bool has_it = request.has_already && request.has_already(kept->identity);
  if (!has_it && !kept->rendition) return std::nullopt;
  metrics_.cache_hits.Add();
  return service::Answer{
      .identity = kept->identity, .rendition = has_it ? nullptr : kept->rendition, .kept = true};
}

async::Awaitable<Expected<Answer>> Service::Answer(Request request) {
  std::string key = KeyOf(request.image);
  auto work = [this, key, image = std::move(request.image)](
                  Flights::Flight& flight) -> async::Awaitable<Expected<Landed>> {
    return Fly(flight, key, image);
  };
  auto landing = co_await flights_.Join(std::move(key), std::move(request.has_already),
                                        std::move(work), std::move(request.gone));
  if (!landing) co_return std::unexpected(std::move(landing).error());
  if (landing->follower) metrics_.followers.Add();
  if (auto* identity = std::get_if<Identity>(&landing->result)) {
    co_return service::Answer{.identity = std::move(*identity), .follower = landing->follower};
  }
  const auto& [result, kept] = std::get<Landed>(landing->result);
  co_return service::Answer{result->identity, result->rendition, landing->follower, kept};
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
  const auto looked = Clock::now();
  const auto fetched = co_await source_.Fetch(image.source, stop);
  if (!fetched) {
    results_.Drop(key);
    co_return std::unexpected(fetched.error());
  }
  metrics_.source_bytes.Add(fetched->bytes.size());
  Result result{.identity = IdentityOf(*fetched, image.transform),
                .stamp = fetched->stamp,
                .checked = looked};
  // The source was touched, or too new for a stamp: what was made of the same bytes still holds.
  const ResultPtr before = results_.Find(key);
  if (before && before->identity.etag == result.identity.etag) result.rendition = before->rendition;
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

// What is kept as `key`, if its source has been looked at a moment ago, or is now, and is the same.
async::Awaitable<ResultPtr> Service::FindUnchanged(std::string_view key, const std::string& path,
                                                   std::stop_token stop) {
  ResultPtr kept = results_.Find(key);
  if (!kept || results_.IsFresh(*kept)) co_return kept;
  if (!kept->stamp) co_return nullptr;
  const auto looked = Clock::now();
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
