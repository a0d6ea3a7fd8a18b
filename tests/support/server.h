// The real server inside the test program: a Runtime on a port of the system's choosing, a folder
// of pictures, and a way to wait for what its metrics say.
//
// Waiting means asking /metrics again and again, a bounded number of times: nothing here sleeps,
// and no test depends on how fast the machine is.
#pragma once

#include <gtest/gtest.h>
#include <sys/resource.h>

#include <algorithm>
#include <chrono>
#include <functional>
#include <future>
#include <initializer_list>
#include <memory>
#include <optional>
#include <string>
#include <thread>

#include "app/runtime.h"
#include "tests/support/corpus.h"
#include "tests/support/http_client.h"
#include "tests/support/metrics.h"

namespace whittle::test {

/// Settings under which nothing times out by itself and the log stays silent.
inline app::Settings PatientSettings() {
  app::Settings settings;
  settings.http.address = "127.0.0.1";
  settings.http.port = 0;
  settings.http.header_timeout = std::chrono::hours(1);
  settings.http.idle_timeout = std::chrono::hours(1);
  settings.http.write_timeout = std::chrono::hours(1);
  settings.http.drain_timeout = std::chrono::hours(1);
  settings.service.workers = 2;
  settings.service.queue_wait = std::chrono::hours(1);
  settings.service.decode_deadline = std::chrono::hours(1);
  // So that a busy worker keeps all waiting.
  settings.service.short_job = std::chrono::milliseconds(0);
  settings.service.cache_fresh = std::chrono::hours(1);
  settings.observe.log_level = observe::LogLevel::kError;
  return settings;
}

/// The same where pictures are behind HTTP: what was not there is asked for again, and an origin
/// may be as slow as it likes.
inline app::Settings PatientFetching() {
  app::Settings settings = PatientSettings();
  settings.source.fetch_connect_timeout = std::chrono::minutes(5);
  settings.source.fetch_first_byte_timeout = std::chrono::minutes(5);
  settings.source.fetch_timeout = std::chrono::minutes(5);
  settings.source.fetch_min_rate = 0;
  settings.source.absent_for = std::chrono::milliseconds(0);
  return settings;
}

/// What a table of the config file sets anew: names of settings and their texts.
inline app::OwnRows Own(std::initializer_list<std::pair<std::string_view, std::string>> settings) {
  app::OwnRows rows;
  for (const auto& [name, text] : settings) {
    const auto row = std::ranges::find(app::Rows(), name, &app::SettingRow::name);
    rows.emplace_back(row - app::Rows().begin(), text);
  }
  return rows;
}

/// Asks /metrics over one kept connection until `done` is true of a page; false when it never was.
inline bool PollMetrics(std::uint16_t port, const std::function<bool(const std::string&)>& done) {
  constexpr int kMaxPolls = 50'000;
  std::optional<HttpClient> client;
  for (int poll = 0; poll < kMaxPolls; ++poll) {
    if (poll % 500 == 0) client.emplace(port);  // the server closes after 1000 requests
    if (done(client->Get("/metrics").body)) return true;
    std::this_thread::yield();
  }
  return false;
}

class TestServer {
 public:
  explicit TestServer(app::Settings settings = PatientSettings()) {
    rlimit descriptors{};
    getrlimit(RLIMIT_NOFILE, &descriptors);
    descriptors.rlim_cur = descriptors.rlim_max;
    setrlimit(RLIMIT_NOFILE, &descriptors);
    settings.source.images_dir = images().string();
    runtime_ = std::make_unique<app::Runtime>(settings);
    const auto started = runtime_->Start();
    if (!started) throw std::runtime_error(started.error().text);
    exit_code_ = std::async(std::launch::async, [this] { return runtime_->RunUntilStopped(); });
  }
  ~TestServer() { Stop(); }
  TestServer(const TestServer&) = delete;
  TestServer& operator=(const TestServer&) = delete;

  /// As SIGTERM does; returns at once.
  void BeginStop() { runtime_->Stop(); }
  /// Waits for the end that somebody began.
  int WaitForEnd() { return exit_code_.get(); }
  /// Stops and returns the exit code; 0 when it was stopped before.
  int Stop() {
    if (!exit_code_.valid()) return 0;
    BeginStop();
    return WaitForEnd();
  }

  const std::filesystem::path& images() const { return images_.path(); }
  void Add(const std::string& name, ByteView content) {
    std::filesystem::create_directories((images() / name).parent_path());
    WriteFile(images() / name, content);
  }

  std::uint16_t port() const { return runtime_->port(); }
  HttpClient Connect() const { return HttpClient(port()); }
  /// One request over a connection of its own.
  HttpResponse Get(std::string_view target, std::string_view fields = {}) const {
    return Connect().Get(target, fields);
  }
  double Metric(const std::string& name) const {
    const auto value = MetricIn(Get("/metrics").body, name);
    if (!value) throw std::runtime_error("no metric " + name);
    return *value;
  }
  /// Waits until the metric has this value.
  bool Becomes(const std::string& name, double value) const {
    return PollMetrics(port(),
                       [&](const std::string& page) { return MetricIn(page, name) == value; });
  }
  /// Waits until no flight is under way and every slot is free.
  bool BecomesIdle() const {
    return PollMetrics(port(), [](const std::string& page) {
      return MetricIn(page, "whittle_flights") == 0 &&
             MetricIn(page, "whittle_gate_in_use{gate=\"cpu\"}") == 0 &&
             MetricIn(page, "whittle_gate_waiting{gate=\"cpu\"}") == 0 &&
             MetricIn(page, "whittle_gate_in_use{gate=\"fetch\"}") == 0 &&
             MetricIn(page, "whittle_gate_waiting{gate=\"fetch\"}") == 0;
    });
  }

 private:
  TempDir images_;
  std::unique_ptr<app::Runtime> runtime_;
  std::future<int> exit_code_;
};

}  // namespace whittle::test
