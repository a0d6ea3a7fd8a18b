#include "http/session.h"

#include <algorithm>
#include <boost/asio/buffer.hpp>
#include <boost/asio/post.hpp>
#include <cstring>
#include <utility>

#include "http/request_id.h"

namespace whittle::http {
namespace {

constexpr std::size_t kFirstBuffer = 2048;  // most heads fit
constexpr auto kDrainGrace = std::chrono::milliseconds(300);

// 503: the request is not at fault, and may be asked again.
bool IsRefusal(const Reply& reply) {
  return reply.error && HttpStatus(reply.error->kind) == HttpStatus(ErrorKind::kOverloaded);
}

}  // namespace

Session::Session(async::Strand strand, std::unique_ptr<Stream> stream, Peer peer,
                 SessionContext& context, Sessions& sessions, bool crowded)
    : strand_(std::move(strand)),
      stream_(std::move(stream)),
      peer_(std::move(peer)),
      context_(context),
      sessions_(sessions),
      crowded_(crowded),
      since_(context.now()) {
  ExpectWithin(context_.limits.header_timeout);
}

async::Awaitable<void> Session::Run() {
  const auto self = shared_from_this();
  while (true) {
    auto head = co_await ReadHead();
    const auto began = context_.now();
    if (!head) {  // not HTTP as we take it: answer, and trust nothing that follows
      MakeRequestId(request_id_);
      const Reply reply = ErrorReply(std::move(head).error());
      const Sending sending = BeginWrite(reply, nullptr, false);
      const bool written =
          sending == Sending::kWaits ? co_await FinishWrite() : sending == Sending::kDone;
      Record(reply, nullptr, context_.now() - began, written);
      co_await Linger();
      break;
    }
    if (!*head) break;  // the client has no more requests
    const RequestHead& request = **head;
    TakeRequestId(request);
    auto found = context_.routes.Begin(request, peer_.client);
    const auto may_ask = std::holds_alternative<Reply>(found) ? began : MayAskAt(began);
    const bool held = may_ask > began;
    auto ready = ReplyAtOnce(found, !held);
    Reply reply = ready ? *std::move(ready)
                        : co_await Work(std::get<Routes::Wanted>(std::move(found)),
                                        held ? std::optional(may_ask) : std::nullopt);
    if (IsRefusal(reply)) AskToComeBack(reply);
    // While draining, what a client has pipelined is still answered; nothing new is waited for.
    const bool draining = context_.draining && filled_ == 0;
    const bool keep_alive =
        request.keep_alive && !draining && !crowded_ && ++served_ < context_.limits.max_requests;
    const auto write_began = context_.now();
    const Sending sending = BeginWrite(reply, &request, keep_alive);
    const bool written =
        sending == Sending::kWaits ? co_await FinishWrite() : sending == Sending::kDone;
    const auto ended = context_.now();
    reply.stages[observe::Stage::kWrite] = ended - write_began;
    Record(reply, &request, ended - began, written);
    reply.picture.reset();  // the kernel has its last byte; what it was made in is free again
    if (!written) break;
    if (!keep_alive) {
      co_await Linger();
      break;
    }
    // The others first: whoever pipelines must not keep the thread. And when it is our turn again,
    // the next request is often there, which saves a recv in vain.
    co_await asio::post(async::kAwait);
  }
  stream_->Close();
}

// Nothing when the client has closed, or stayed silent for too long, before a first byte.
async::Awaitable<Expected<std::optional<RequestHead>>> Session::ReadHead() {
  std::size_t scanned = 0;
  bool forgave_line = false;
  bool awaits_first_byte = filled_ == 0;
  if (served_ > 0) {
    ExpectWithin(awaits_first_byte ? context_.limits.idle_timeout : context_.limits.header_timeout);
    if (awaits_first_byte) sessions_.Move(place_, Sessions::State::kIdle);
  }
  if (context_.draining && awaits_first_byte) ExpectWithin(kDrainGrace);
  while (true) {
    if (!forgave_line && buffer_.starts_with("\r\n") && filled_ >= 2) {
      Consume(2);
      scanned = 0;
      forgave_line = true;
    }
    const std::string_view received(buffer_.data(), filled_);
    WHITTLE_CO_TRY(const auto end, FindHeadEnd(received, scanned));
    if (end) {
      auto head = ParseHead(received.substr(0, *end));
      ExpectNothing();
      Consume(*end);
      if (!head) co_return std::unexpected(std::move(head).error());
      co_return std::optional(*std::move(head));
    }
    if (awaits_first_byte && filled_ > 0) {  // more than the usual one read: now it has to hurry
      awaits_first_byte = false;
      if (served_ > 0) ExpectWithin(context_.limits.header_timeout);
    }
    if (evicted_) co_return std::nullopt;
    GrowBuffer();
    const auto room = asio::buffer(buffer_.data() + filled_, buffer_.size() - filled_);
    const auto [error, bytes] = co_await stream_->ReadSome(room);
    filled_ += bytes;
    if (error) {
      if (!expired_ || filled_ == 0) co_return std::nullopt;
      co_return Fail(ErrorKind::kRequestTimeout);
    }
    if (std::exchange(evicted_, false)) sessions_.Return(place_, this);
    sessions_.Move(place_, Sessions::State::kBusy);
  }
}

void Session::GrowBuffer() {
  if (buffer_.size() > filled_) return;
  buffer_.resize(std::clamp(2 * filled_, kFirstBuffer, kMaxHeadBytes));
}

void Session::Consume(std::size_t bytes) {
  filled_ -= bytes;
  std::memmove(buffer_.data(), buffer_.data() + bytes, filled_);
}

void Session::TakeRequestId(const RequestHead& head) {
  if (head.request_id) {
    request_id_ = *head.request_id;
  } else {
    MakeRequestId(request_id_);
  }
}

// What needs no waiting, refusals too: they come by the thousand when there is no time for them.
std::optional<Reply> Session::ReplyAtOnce(std::variant<Reply, Routes::Wanted>& found,
                                          bool may_ask) {
  if (auto* const ready = std::get_if<Reply>(&found)) return std::move(*ready);
  if (crowded_) return ErrorReply(Error::Of(ErrorKind::kOverloaded, "too many connections"));
  if (!may_ask) return std::nullopt;
  return context_.routes.RefuseAtOnce(std::get<Routes::Wanted>(found));
}

// Gets what has to be made, or looked after, unless the client leaves. Who is held until then has
// not been refused yet.
async::Awaitable<Reply> Session::Work(Routes::Wanted wanted,
                                      std::optional<Clock::time_point> held_until) {
  gone_ = std::stop_source();
  stream_->WatchPeer(gone_, shared_from_this());
  if (held_until) {
    co_await HoldUntil(*held_until);
    if (gone_.stop_requested()) co_return ErrorReply(Error::Of(ErrorKind::kCancelled));
    if (auto refused = context_.routes.RefuseAtOnce(wanted)) {
      stream_->Cancel();
      co_return *std::move(refused);
    }
  }
  Reply reply = co_await context_.routes.Finish(std::move(wanted), gone_.get_token());
  stream_->Cancel();  // ends the watch
  if (!IsRefusal(reply)) context_.retry.CountMade(context_.now());
  co_return reply;
}

// When the client may ask for work: now, unless it was refused and told to wait.
Clock::time_point Session::MayAskAt(Clock::time_point now) {
  if (context_.draining) return now;
  return served_ == 0 ? now + context_.retry.PauseOf(peer_.client, now) : may_ask_;
}

// Who asks again before the time that a refusal named waits here until it has come, and then is one
// among the others. It costs its connection and nothing else.
async::Awaitable<void> Session::HoldUntil(Clock::time_point until) {
  if (until <= context_.now() || context_.draining) co_return;
  const bool newcomer = served_ == 0;
  if (newcomer && context_.newcomers_held.fetch_add(1) >= context_.limits.max_newcomers_held) {
    context_.newcomers_held.fetch_sub(1);
    co_return;
  }
  held_ = std::make_shared<async::Event>(strand_);
  deadline_ = until;
  co_await held_->Wait(async::kNever, gone_.get_token());
  ExpectNothing();
  held_.reset();
  if (newcomer) context_.newcomers_held.fetch_sub(1);
}

// An origin's time is for its pictures: the client may ask for others meanwhile.
void Session::AskToComeBack(Reply& reply) {
  if (reply.error && reply.error->retry_after > 0) {
    return AddRetryAfter(reply, std::chrono::seconds(reply.error->retry_after));
  }
  const auto now = context_.now();
  const RetryAfter::Wait wait = context_.retry.Refuse(peer_.client, now);
  AddRetryAfter(reply, wait.said);
  may_ask_ = now + wait.held;
}

void Session::ExpectWithin(std::chrono::nanoseconds time) {
  expired_ = false;
  deadline_ = context_.now() + time;
}

bool Session::ExpireIfDue(Clock::time_point now) {
  if (now < deadline_) return false;
  if (floor_ && TakesItsAnswer(now)) return false;
  if (held_) {
    held_->Set();
  } else {
    expired_ = true;
    stream_->Cancel();
  }
  return true;
}

bool Session::Evict() {
  if (filled_ > 0 || stream_->HasInput()) return false;
  sessions_.Leave(place_);
  evicted_ = true;
  stream_->Cancel();
  return true;
}

void Session::BeginDrain() {
  if (place_.state != Sessions::State::kBusy) ExpectWithin(kDrainGrace);
  if (held_) held_->Set();
}

void Session::Abort() {
  gone_.request_stop();
  stream_->Close();
}

}  // namespace whittle::http
