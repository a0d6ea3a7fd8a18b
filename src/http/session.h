// One connection: read a head, answer it, write the answer, again.
//
// A shard makes one for each accepted socket and runs it on its own context; all is touched on
// the one thread of the shard's context. Requests on one connection are answered one by one in
// their order, so pipelining costs no memory. A client that leaves while its picture is being made
// is noticed and its work given up. Timeouts are a deadline that the shard's sweep compares with
// the clock: moving it is one store, and no timer is armed per request.
#pragma once

#include <chrono>
#include <cstddef>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <variant>

#include "async/event.h"
#include "async/strand.h"
#include "http/head.h"
#include "http/output_floor.h"
#include "http/peer.h"
#include "http/reply.h"
#include "http/session_context.h"
#include "http/sessions.h"
#include "http/stream.h"

namespace whittle::http {

class Session : public std::enable_shared_from_this<Session> {
 public:
  /// `crowded`: the server is full, so only what needs no work is answered.
  Session(async::Strand strand, std::unique_ptr<Stream> stream, Peer peer, SessionContext& context,
          Sessions& sessions, bool crowded);

  /// Where it sits among the others; its seat's.
  Sessions::Place& place() { return place_; }
  Clock::time_point since() const { return since_; }
  /// Serves until either side closes. On the strand.
  async::Awaitable<void> Run();

  /// Ends what the session waits for when its deadline has passed; false when it has not.
  bool ExpireIfDue(Clock::time_point now);
  /// Closes it to make room, unless a request has come that it has not seen yet: then false. One
  /// that the kernel has handed over already is served all the same.
  bool Evict();
  /// The server drains: an idle connection gets a last moment for a request under way.
  void BeginDrain();
  /// Ends it now, and the work for it.
  void Abort();

 private:
  enum class Sending : std::uint8_t { kDone, kWaits, kFailed };

  async::Awaitable<Expected<std::optional<RequestHead>>> ReadHead();
  Clock::time_point MayAskAt(Clock::time_point now);
  std::optional<Reply> ReplyAtOnce(std::variant<Reply, Routes::Wanted>& found, bool may_ask);
  async::Awaitable<Reply> Work(Routes::Wanted wanted, std::optional<Clock::time_point> held_until);
  async::Awaitable<void> HoldUntil(Clock::time_point until);
  void AskToComeBack(Reply& reply);
  void TakeRequestId(const RequestHead& head);
  Sending BeginWrite(const Reply& reply, const RequestHead* head, bool keep_alive);
  Sending SendSome();
  async::Awaitable<bool> FinishWrite();
  bool TakesItsAnswer(Clock::time_point now);
  std::uint64_t Acknowledged() const;
  async::Awaitable<void> Linger();
  void Record(const Reply& reply, const RequestHead* head, Clock::duration total, bool written);
  void ExpectWithin(std::chrono::nanoseconds time);
  void ExpectNothing() { deadline_ = Clock::time_point::max(); }
  void GrowBuffer();
  void Consume(std::size_t bytes);

  const async::Strand strand_;
  const std::unique_ptr<Stream> stream_;
  const Peer peer_;
  SessionContext& context_;
  Sessions& sessions_;
  Sessions::Place place_;
  const bool crowded_;
  const Clock::time_point since_;
  std::string request_id_;  // of the request being answered
  std::string buffer_;      // received and not yet consumed: the first filled_ bytes
  std::size_t filled_ = 0;
  std::string outgoing_;              // a head, and a short body behind it
  std::string_view outgoing_body_;    // of the reply being written, when it is longer
  std::size_t sent_ = 0;              // of both
  std::uint64_t handed_ = 0;          // bytes of all answers that the stream has taken
  std::optional<OutputFloor> floor_;  // while an answer waits for the client
  std::uint32_t served_ = 0;
  std::stop_source gone_{std::nostopstate};  // stops the work for the request being answered
  Clock::time_point may_ask_{};              // again, after a refusal
  std::shared_ptr<async::Event> held_;       // while a request waits for that
  bool evicted_ = false;                     // but a request may be on its way from the stream
  bool expired_ = false;
  Clock::time_point deadline_;
};

}  // namespace whittle::http
