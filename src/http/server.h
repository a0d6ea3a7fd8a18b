// The listener and its sessions: accept, limit, sweep, drain.
//
// Made and destroyed by the app; its methods may be called from any thread. The io_context may have
// any number of threads. Up to `max_connections` are served fully; a reserve above it still gets
// what needs no work (health, metrics, pictures that are kept) and 503 for the rest; beyond that,
// connections wait in the kernel.
#pragma once

#include <atomic>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <unordered_set>

#include "http/session.h"
#include "observe/log_every.h"

namespace whittle::http {

class Server {
 public:
  struct Options {
    std::string address = "0.0.0.0";
    std::uint16_t port = 8081;  ///< 0 lets the system pick one
    std::uint32_t max_connections = 8192;
    SessionContext::Limits session;
  };

  /// The references must outlive the server.
  Server(const Options& options, asio::io_context& io, Routes& routes, observe::Metrics& metrics,
         observe::Log& log);

  /// Binds and starts to accept; returns the port. Errors: kInternal with a text for the operator.
  Expected<std::uint16_t> Start();
  /// Stops accepting once the kernel's backlog is empty, lets requests under way finish and closes
  /// idle connections.
  void Drain();
  /// Closes every connection.
  void Abort();
  /// True when the listener is closed and no connection is left.
  bool Idle() const;

 private:
  async::Awaitable<void> Accept();
  async::Awaitable<void> Sweep();
  void Serve(async::Socket socket);
  void AcceptBacklogAndClose();
  std::size_t connections() const;
  template <class F>
  void ForEachSession(const F& f);

  const Options options_;
  asio::io_context& io_;
  SessionContext context_;
  async::Strand strand_;  // of everything below except sessions_
  async::Acceptor acceptor_;
  async::Timer pause_;  // accepting rests
  async::Timer tick_;   // of the sweep
  std::atomic<bool> accepting_ = false;
  observe::LogEvery accept_errors_{std::chrono::seconds(1)};

  mutable std::mutex mutex_;
  std::unordered_set<std::shared_ptr<Session>> sessions_;
};

}  // namespace whittle::http
