// The listener and its sessions: accept, deal out, make room, drain.
//
// Made and destroyed by the app; its methods may be called from any thread. Each io_context must be
// run by exactly one thread. The first accepts and deals connections out to the context that has
// most room, so there is one backlog, and all share the load whatever their clients' addresses are.
//
// Up to `max_connections` are served fully. Then connections that wait for their client make room,
// those that never sent a byte first, then the one that has been idle longest. Where none waits, a
// reserve still gets what needs no work (health, metrics, pictures that are kept) and 503 for the
// rest; beyond that, connections wait in the kernel. Without a descriptor left a connection is
// answered and closed at once.
#pragma once

#include <atomic>
#include <boost/asio/io_context.hpp>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "base/descriptor.h"
#include "http/address_counts.h"
#include "http/listener.h"
#include "http/shard.h"
#include "observe/log_every.h"

namespace whittle::http {

/// As many of `wanted` connections as a process can have that may open `descriptors` files.
std::uint32_t PossibleConnections(std::uint32_t wanted, std::uint64_t descriptors);

class Server {
 public:
  struct Options {
    Listener::Options listener;
    /// Lowered at start to what the descriptors allow that the process may have.
    std::uint32_t max_connections = 8192;
    std::uint32_t max_connections_per_address = 0;  ///< 0: as many as there may be in all
    SessionContext::Limits session;
    Now now = &Clock::now;
  };
  /// Told that the server cannot go on; the process should end. Any thread.
  using OnFailure = std::function<void()>;

  /// The references must outlive the server.
  Server(const Options& options, std::span<asio::io_context* const> contexts, Routes& routes,
         observe::Metrics& metrics, observe::Log& log, OnFailure on_failure);
  ~Server();

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
  async::Awaitable<void> Rest();
  bool TakesMore() const;
  void Deal(Listener::Accepted accepted);
  Shard& ShardWithRoom();
  bool SurviveWithoutDescriptors(int error);
  void AcceptBacklogAndClose();

  const Options options_;
  const OnFailure on_failure_;
  SessionContext context_;
  const std::vector<asio::io_context*> contexts_;
  std::vector<std::unique_ptr<Shard>> shards_;
  const std::shared_ptr<AddressCounts> addresses_;

  async::Strand strand_;  // of everything below, on the first context
  Listener listener_;
  async::Timer pause_;  // accepting rests
  Descriptor spare_;    // given up for a connection that there is no other descriptor for
  observe::LogEvery accept_errors_{std::chrono::seconds(1)};
  std::atomic<bool> accepting_ = false;
};

}  // namespace whittle::http
