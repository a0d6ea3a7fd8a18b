// The server by itself on loopback, with a real service and a clock that the test moves.
//
// For tests of what only time shows. One such server at a time.
#pragma once

#include <gtest/gtest.h>

#include <atomic>
#include <boost/asio/executor_work_guard.hpp>
#include <future>
#include <sstream>
#include <thread>

#include "http/server.h"
#include "source/guarded.h"
#include "source/sources.h"
#include "tests/support/corpus.h"
#include "tests/support/http_client.h"
#include "tests/support/pictures.h"

namespace whittle::http {

using namespace std::chrono_literals;
using test::HttpClient;

inline std::atomic<Clock::rep> ahead = 0;     // of the real clock
inline std::atomic<std::uint64_t> looks = 0;  // at the clock
enum class Broken : std::uint8_t { kNo, kThrows, kOutOfMemory };
inline std::atomic<Broken> broken = Broken::kNo;

inline Clock::time_point TestNow() {
  ++looks;
  if (broken == Broken::kThrows) throw std::runtime_error("no time");
  if (broken == Broken::kOutOfMemory) throw std::bad_alloc();
  return Clock::time_point(1h) + Clock::duration(ahead);
}

class ServerTest : public testing::Test {
 protected:
  ServerTest() {
    ahead = 0;
    broken = Broken::kNo;
    options_.listener = {.address = "127.0.0.1", .port = 0};
    options_.session.sweep_every = 1ms;
    options_.now = &TestNow;
    const Bytes photo = test::EncodeJpeg(test::Photo(100, 100));
    test::WriteFile(images_.path() / "photo.jpg", photo.view());
  }
  ~ServerTest() override {
    broken = Broken::kNo;
    if (server_) {
      server_->Drain();
      while (!server_->Idle()) {
        server_->Abort();
        std::this_thread::yield();
      }
      while (!service_->Drained()) std::this_thread::yield();
    }
    io_.stop();
    thread_ = {};
    workers_.Join();  // they may still be telling io_ that they are done
    files_.Join();
  }

  void Start() {
    sources_.Add(
        "", std::make_shared<source::Guarded>(
                *source::MakeSource(
                    {.location = images_.path().string(), .files = &files_, .memory = &memory_}),
                source::Guarded::Options{.slots = fetch_slots_}));
    service_ = std::make_unique<service::Service>(service_options_, io_, workers_, budget_,
                                                  sources_, metrics_, log_);
    routes_ = std::make_unique<Routes>(
        Routes::Options{}, Mounts({{.dialect = transform::FindDialect("resize")->make({})}}),
        *service_, metrics_);
    asio::io_context* contexts[] = {&io_};
    server_ = std::make_unique<Server>(options_, contexts, *routes_, metrics_, log_,
                                       [this] { failed_.set_value(); });
    port_ = *server_->Start();
    thread_ = std::jthread([this] { io_.run(); });
  }

  /// Moves the clock, and waits until the sweep has seen it.
  void Pass(Clock::duration time) {
    ahead += time.count();
    for (const std::uint64_t seen = looks; looks < seen + 3;) std::this_thread::yield();
  }
  test::TempDir images_;
  std::ostringstream lines_;
  observe::Log log_{{.format = observe::LogFormat::kText, .out = &lines_}};
  observe::Metrics metrics_{"test", "test"};
  async::BlockingPool files_{{.threads = 1}};
  async::Budget budget_{4ULL << 30};
  source::Memory memory_{budget_};
  async::WorkQueue workers_{{.workers = 1, .short_work = 0ms}, budget_};
  asio::io_context io_{1};
  asio::executor_work_guard<asio::io_context::executor_type> guard_{io_.get_executor()};
  source::Sources sources_;
  int fetch_slots_ = 4;
  std::unique_ptr<service::Service> service_;
  std::unique_ptr<Routes> routes_;
  service::Service::Options service_options_;
  Server::Options options_;
  std::promise<void> failed_;
  std::unique_ptr<Server> server_;
  std::uint16_t port_ = 0;
  std::jthread thread_;
};

}  // namespace whittle::http
