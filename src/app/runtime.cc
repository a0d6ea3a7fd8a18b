#include "app/runtime.h"

#include <algorithm>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_future.hpp>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <exception>

#include "app/commands.h"
#include "app/cpus.h"
#include "app/fill.h"
#include "app/give_back.h"
#include "app/memory_limit.h"
#include "app/mounts.h"
#include "app/open_sources.h"
#include "app/versions.h"
#include "async/event.h"
#include "base/what.h"
#include "pixel/simd.h"
#include "whittle/whittle.h"

namespace whittle::app {
namespace {

// Image work yields to the threads that serve connections.
constexpr int kWorkerNice = 5;
constexpr int kLeastFetches = 4;  // reads wait for disks, not for CPUs
constexpr auto kHousekeepEvery = std::chrono::seconds(10);
// From the moment when the rest is cut off until the process ends whatever happens. A sanitizer
// makes all slower.
constexpr auto kCutOff = std::chrono::milliseconds(sizeof(WHITTLE_SANITIZE) > 1 ? 30'000 : 300);
constexpr auto kLastLines = std::chrono::milliseconds(100);  // for the log to be written
constexpr auto kDrainLook = std::chrono::milliseconds(5);

int WorkersFor(const Settings& settings) {
  const auto set = static_cast<int>(settings.service.workers);
  return set > 0 ? set : UsableCpus(AffinityCpus(), QuotaCpus());
}

async::WorkQueue::Options QueueOptions(const Settings& settings, int workers) {
  auto options = Filled<async::WorkQueue::Options>(settings);
  options.name = "whittle-worker";
  options.workers = workers;
  options.nice = kWorkerNice;
  return options;
}

async::BlockingPool::Options FileOptions(const Settings& settings) {
  auto options = Filled<async::BlockingPool::Options>(settings);
  options.name = "whittle-files";
  return options;
}

observe::Log::Options LogOptions(const Settings& settings, observe::Metrics& metrics) {
  auto options = Filled<observe::Log::Options>(settings);
  options.dropped = &metrics.log_dropped;
  return options;
}

source::Guarded::Options GuardOptions(const Settings& settings, int workers) {
  auto options = Filled<source::Guarded::Options>(settings);
  if (options.slots == 0) options.slots = std::max(kLeastFetches, 2 * workers);
  return options;
}

service::Service::Options ServiceOptions(const Settings& settings) {
  auto options = Filled<service::Service::Options>(settings);
  options.limits = LimitsOf(settings);
  options.job = Filled<service::Watchdog::Limits>(settings);
  options.job.wall = service::Watchdog::kWallTimes * options.job.cpu;
  return options;
}

http::Server::Options ServerOptions(const Settings& settings, std::uint32_t connections) {
  auto options = Filled<http::Server::Options>(settings);
  options.listener = Filled<http::Listener::Options>(settings);
  options.max_connections = connections;
  options.session = Filled<http::SessionContext::Limits>(settings);
  options.session.output = Filled<http::OutputFloor::Options>(settings);
  return options;
}

http::Routes::Options RouteOptions(const Settings& settings) {
  auto options = Filled<http::Routes::Options>(settings);
  options.about = AboutJson();
  return options;
}

// For what neither a stop request nor a closed connection ends: a library in one long call, a disk
// that does not answer. Nothing of ours is on disk that could be left half done.
[[noreturn]] void LeaveAtOnce(observe::Log& log, int code) {
  log.Flush(kLastLines);
  std::_Exit(code);
}

async::Awaitable<void> Sleep(std::chrono::steady_clock::duration time) {
  async::Timer timer(co_await asio::this_coro::executor, time);
  co_await timer.async_wait(async::kAwaitTuple);
}

}  // namespace

Runtime::Runtime(const Settings& settings)
    : settings_(settings),
      workers_count_(WorkersFor(settings)),
      shares_(SharesOf(settings, workers_count_, MemoryLimit())),
      metrics_(Version(), pixel::SimdTargetName()),
      log_(LogOptions(settings, metrics_)),
      files_(FileOptions(settings)),
      budget_(shares_.budget, shares_.sources),
      memory_(budget_),
      workers_(QueueOptions(settings, workers_count_), budget_),
      io_(settings.service.io_threads),
      signals_(io_.main()),
      fetching_(settings_, workers_count_, files_, memory_, metrics_) {}

Runtime::~Runtime() { JoinThreads(); }

Expected<void> Runtime::Start() {
  WHITTLE_CHECK(OpenSources(settings_, {.files = &files_, .memory = &memory_},
                            GuardOptions(settings_, workers_count_), fetching_, sources_));
  service_ = std::make_unique<service::Service>(ServiceOptions(settings_), io_.main(), workers_,
                                                budget_, sources_, metrics_, log_);
  routes_ = std::make_unique<http::Routes>(RouteOptions(settings_),
                                           http::Mounts(MountsOf(settings_)), *service_, metrics_);
  server_ = std::make_unique<http::Server>(ServerOptions(settings_, shares_.connections), io_.all(),
                                           *routes_, metrics_, log_, [this] { Fail(); });
  if (DefaultsOf(settings_).auto_formats.size() < settings_.image.auto_format.size()) {
    log_.Warn("auto_format names formats that this build cannot write; they are not offered", {});
  }
  // Before the listener: a signal that comes while we start is not lost.
  signals_.add(SIGTERM);
  signals_.add(SIGINT);
  WHITTLE_TRY(port_, server_->Start());
  io_.Start([this](std::exception_ptr thrown) {
    if (const auto held_back = exceptions_.Pass()) {
      log_.Error("an event's handler died", {{"what", What(thrown)}, {"suppressed", *held_back}});
    }
  });
  log_.Info("listening", {{"address", settings_.http.address},
                          {"port", port_},
                          {"images", settings_.source.source.empty() ? settings_.source.images_dir
                                                                     : settings_.source.source},
                          {"workers", workers_count_},
                          {"simd", pixel::SimdTargetName()},
                          {"version", Version()}});
  return {};
}

int Runtime::RunUntilStopped() {
  asio::co_spawn(io_.main().get_executor(), Housekeep(), [this](std::exception_ptr thrown) {
    if (!thrown) return;
    log_.Error("housekeeping died", {{"what", What(thrown)}});
    Fail();
  });
  const int code =
      asio::co_spawn(io_.main().get_executor(), WaitAndDrain(), asio::use_future).get();
  JoinThreads();
  log_.Info("stopped", {{"exit", code}});
  // A thread that comes back from a dead disk would find nothing of ours any more.
  if (files_.stats().lost > 0) LeaveAtOnce(log_, code);
  return code;
}

// The first one is as Stop; after either each one more says to hurry.
void Runtime::HeedSignals() {
  signals_.async_wait([this](boost::system::error_code cancelled, int signal) {
    if (cancelled) return;
    if (stop_.stop_requested()) {
      hurry_ = true;
    } else {
      signal_ = signal;
      Stop();
    }
    HeedSignals();
  });
}

async::Awaitable<int> Runtime::WaitAndDrain() {
  HeedSignals();
  const auto told = std::make_shared<async::Event>(co_await asio::this_coro::executor);
  co_await told->Wait(async::kNever, stop_.get_token());
  log_.Info("draining", {{"signal", signal_}});
  routes_->StopBeingReady();
  const auto began = std::chrono::steady_clock::now();
  const auto past = [&began](auto time) {
    return std::chrono::steady_clock::now() - began >= time;
  };
  while (!hurry_ && !past(settings_.http.drain_delay)) co_await Sleep(kDrainLook);
  server_->Drain();
  const auto limit = settings_.http.drain_delay + settings_.http.drain_timeout;
  const auto done = [this] { return server_->Idle() && service_->Drained(); };
  while (!done() && !hurry_ && !past(limit)) co_await Sleep(kDrainLook);
  const bool clean = done();
  if (!clean) {
    log_.Warn("cutting off what is still running");
    const auto cut_off = std::chrono::steady_clock::now();
    while (!done()) {
      server_->Abort();  // again and again: the listener may just be giving up its backlog
      co_await Sleep(kDrainLook);
      if (std::chrono::steady_clock::now() - cut_off > kCutOff) LeaveAtOnce(log_, 1);
    }
  }
  signals_.cancel();
  co_return clean && !failed_ ? 0 : 1;
}

async::Awaitable<void> Runtime::Housekeep() {
  const std::chrono::nanoseconds quiet = settings_.service.give_back_after;
  while (true) {
    co_await Sleep(std::min<std::chrono::nanoseconds>(kHousekeepEvery, quiet));
    memory_.ReleaseIdle();
    log_.TellHeldBack();
    if (service_->TrimIdleBuffers(quiet)) GiveBack();
  }
}

// What is freed stays with the thread that made it, so each looks through its own. Those first that
// serve connections, and would wait for the others. Threads that are not asked have a KeptSegment.
void Runtime::GiveBack() {
  GiveBackMemory();
  for (asio::io_context* context : io_.all()) {
    if (context != &io_.main()) asio::post(*context, &GiveBackMemory);
  }
  files_.OnEachThread(&GiveBackMemory);
  workers_.OnEachThread(&GiveBackMemory);
}

// What cannot be done without has ended: so does the server, soon, and says so.
void Runtime::Fail() {
  failed_ = true;
  hurry_ = true;
  Stop();
}

void Runtime::JoinThreads() {
  io_.Stop();
  workers_.Join();
  files_.Join();
}

}  // namespace whittle::app
