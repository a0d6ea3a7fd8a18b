// Everything a running server consists of, in the order in which it needs each other.
//
// Made once by Serve. Members are destroyed in reverse, after all threads have ended.
//
// The end: SIGTERM or SIGINT makes /ready fail; after `drain_delay` the listener closes and
// requests under way finish; after `drain_timeout`, or at a second signal, the rest is cut off.
#pragma once

#include <atomic>
#include <boost/asio/signal_set.hpp>
#include <cstdint>
#include <memory>
#include <stop_token>

#include "app/fetching.h"
#include "app/io_threads.h"
#include "app/memory_shares.h"
#include "app/settings.h"
#include "async/blocking_pool.h"
#include "async/budget.h"
#include "async/strand.h"
#include "async/work_queue.h"
#include "http/routes.h"
#include "http/server.h"
#include "observe/log.h"
#include "observe/log_every.h"
#include "observe/metrics.h"
#include "service/service.h"
#include "source/sources.h"
#include "whittle/expected.h"

namespace whittle::app {

namespace asio = boost::asio;

class Runtime {
 public:
  explicit Runtime(const Settings& settings);
  ~Runtime();
  Runtime(const Runtime&) = delete;
  Runtime& operator=(const Runtime&) = delete;

  /// Opens the source, listens and starts the threads. The error's text is for the operator; it is
  /// kBadRequest when a setting is to blame.
  Expected<void> Start();
  /// The port that is listened on; valid after Start.
  std::uint16_t port() const { return port_; }
  observe::Log& log() { return log_; }
  /// As if SIGTERM had come. Any thread.
  void Stop() { stop_.request_stop(); }
  /// Serves until a signal or Stop, drains, and returns the exit code: 0, or 1 when requests had to
  /// be cut off, or the server could not go on.
  int RunUntilStopped();

 private:
  void Fail();
  void HeedSignals();
  async::Awaitable<int> WaitAndDrain();
  async::Awaitable<void> Housekeep();
  void GiveBack();
  void JoinThreads();

  const Settings settings_;
  const int workers_count_;
  const MemoryShares shares_;
  observe::Metrics metrics_;
  observe::Log log_;
  async::BlockingPool files_;
  async::Budget budget_;
  source::Memory memory_;
  async::WorkQueue workers_;
  IoThreads io_;
  asio::signal_set signals_;
  Fetching fetching_;  // its threads end before what they fill and whom they tell
  source::Sources sources_;
  std::unique_ptr<service::Service> service_;
  std::unique_ptr<http::Routes> routes_;
  std::unique_ptr<http::Server> server_;
  std::uint16_t port_ = 0;
  std::stop_source stop_;
  int signal_ = 0;                    // the one that stopped it
  std::atomic<bool> hurry_ = false;   // a second signal came, or the server cannot go on
  std::atomic<bool> failed_ = false;  // it cannot go on
  observe::LogEvery exceptions_{std::chrono::seconds(1)};
};

}  // namespace whittle::app
