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

std::string FlightKey(const transform::ImageRequest& image) {
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
      inflight_gate_(GateOptions(options.fetch_slots, options.queue_wait)),
      cpu_gate_(GateOptions(options.workers, options.queue_wait)),
      flights_(io, [this](const std::string& key, std::exception_ptr error) {
        log_.Error("work died", {{"key", key}, {"what", Describe(std::move(error))}});
      }) {}

async::Awaitable<Expected<Answer>> Service::Answer(Request request) {
  std::string key = FlightKey(request.image);
  auto work = [this, image = std::move(request.image)](
                  Flights::Flight& flight) -> async::Awaitable<Expected<RenditionPtr>> {
    return Fly(flight, image);
  };
  auto landing = co_await flights_.Join(std::move(key), std::move(request.has_already),
                                        std::move(work), std::move(request.gone));
  if (!landing) co_return std::unexpected(std::move(landing).error());
  if (landing->follower) metrics_.followers.Add();
  if (auto* identity = std::get_if<Identity>(&landing->result)) {
    co_return service::Answer{std::move(*identity), nullptr, landing->follower};
  }
  auto& rendition = std::get<RenditionPtr>(landing->result);
  co_return service::Answer{rendition->identity, rendition, landing->follower};
}

async::Awaitable<Expected<Service::RenditionPtr>> Service::Fly(
    Flights::Flight& flight, const transform::ImageRequest& image) {
  const std::stop_token stop = flight.stop_token();
  auto rendition = std::make_shared<Rendition>();
  Stopwatch watch(rendition->stages);

  watch.Start(Stage::kQueue);
  WHITTLE_CO_TRY(const auto place, co_await inflight_gate_.Enter(stop));

  watch.Start(Stage::kRead);
  metrics_.reads.Add();
  WHITTLE_CO_TRY(const source::Fetched fetched, co_await source_.Fetch(image.source, stop));
  metrics_.source_bytes.Add(fetched.bytes.size());
  rendition->identity = IdentityOf(fetched, image.transform);
  if (!flight.Announce(rendition->identity)) co_return Fail(ErrorKind::kCancelled);

  watch.Start(Stage::kQueue);
  WHITTLE_CO_TRY(const auto ticket, co_await cpu_gate_.Enter(stop));
  watch.Stop();

  WHITTLE_CO_TRY(rendition->image,
                 co_await Render(fetched, image.transform, stop, rendition->stages));
  metrics_.ObserveStages(rendition->stages);
  co_return rendition;
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
    return pipeline::Run(*workspace, source, transform, options_.limits, stop, &watch);
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
}

void Service::TrimIdleBuffers() {
  workspaces_.TrimIdle(Workspaces::Clock::now() - kKeepIdleBuffersFor);
}

}  // namespace whittle::service
