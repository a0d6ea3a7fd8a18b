// One connection: read a head, answer it, write the answer, again.
//
// The server makes one for each accepted socket and runs it on a strand of its own; every member is
// touched on that strand only, except what is marked. Requests on one connection are answered one
// by one in their order, so pipelining costs no memory. A client that leaves while its picture is
// being made is noticed and its work given up. Timeouts are a deadline that the server's sweep
// compares with the clock: moving it is one store, and no timer is armed per request.
#pragma once

#include <atomic>
#include <boost/asio/ip/tcp.hpp>
#include <chrono>
#include <cstddef>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>

#include "async/strand.h"
#include "http/head.h"
#include "http/output_floor.h"
#include "http/reply.h"
#include "http/routes.h"
#include "observe/log.h"
#include "observe/metrics.h"

namespace whittle::http {

using Clock = std::chrono::steady_clock;

/// What all sessions of a server share. Outlives them.
struct SessionContext {
  struct Limits {
    std::chrono::nanoseconds header_timeout = std::chrono::seconds(10);
    std::chrono::nanoseconds idle_timeout = std::chrono::seconds(75);
    OutputFloor::Options output;
    std::uint32_t max_requests = 1000;  ///< on one connection
  };
  Limits limits;
  Routes& routes;
  observe::Metrics& metrics;
  observe::Log& log;
  std::atomic<bool> draining = false;
};

class Session : public std::enable_shared_from_this<Session> {
 public:
  /// `crowded`: the server is full, so only what needs no work is answered.
  Session(async::Socket socket, SessionContext& context, bool crowded);

  /// The strand.
  async::Strand executor() { return socket_.get_executor(); }
  /// Serves until either side closes. On the strand.
  async::Awaitable<void> Run();

  /// Ends what the session waits for when its deadline has passed. Any thread.
  void ExpireIfDue(Clock::time_point now);
  /// The server drains: an idle connection gets a last moment for a request under way. Any thread.
  void BeginDrain();
  /// Ends it now, and the work for it. Any thread.
  void Abort();

 private:
  enum class Sending : std::uint8_t { kDone, kWaits, kFailed };

  async::Awaitable<Expected<std::optional<RequestHead>>> ReadHead();
  async::Awaitable<Reply> AnswerWatchingClient(const RequestHead& head,
                                               transform::ImageRequest request);
  Sending BeginWrite(const Reply& reply, const RequestHead* head, bool keep_alive);
  Sending SendSome();
  async::Awaitable<bool> FinishWrite();
  bool TakesItsAnswer(Clock::time_point now);
  std::uint64_t Acknowledged();
  async::Awaitable<void> Linger();
  void WatchClient();
  void Record(const Reply& reply, const RequestHead* head, Clock::duration total, bool written);
  void ExpectWithin(std::chrono::nanoseconds time);
  void ExpectNothing();
  void GrowBuffer();
  void Consume(std::size_t bytes);

  async::Socket socket_;
  SessionContext& context_;
  const bool crowded_;
  std::string client_;      // address and port
  std::string request_id_;  // of the request being answered
  std::string buffer_;      // received and not yet consumed: the first filled_ bytes
  std::size_t filled_ = 0;
  std::string outgoing_;              // a head, and a short body behind it
  std::string_view outgoing_body_;    // of the reply being written, when it is longer
  std::size_t sent_ = 0;              // of both
  std::uint64_t handed_ = 0;          // bytes of all answers that the kernel has taken
  std::optional<OutputFloor> floor_;  // while an answer waits for the client
  std::uint32_t served_ = 0;
  std::stop_source gone_{std::nostopstate};  // stops the work for the request being answered
  bool idle_ = false;                        // waiting for the first byte of a request
  bool expired_ = false;
  std::atomic<Clock::rep> deadline_;  // any thread may read
};

}  // namespace whittle::http
