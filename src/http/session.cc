#include "http/session.h"

#include <fmt/format.h>
#include <linux/sockios.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <boost/asio/buffer.hpp>
#include <boost/asio/post.hpp>
#include <cerrno>
#include <cstring>
#include <ctime>

#include "http/reply_head.h"
#include "http/request_id.h"

namespace whittle::http {
namespace {

constexpr std::size_t kFirstBuffer = 2048;  // most heads fit
constexpr std::size_t kWritePiece = 64 * 1024;
constexpr int kPiecesAtOnce = 4;               // then other connections have their turn
constexpr std::size_t kShortBody = 16 * 1024;  // goes into one buffer with its head
constexpr std::size_t kMaxLinger = 64 * 1024;  // bytes read and thrown away before a close
constexpr auto kLingerTime = std::chrono::seconds(1);
constexpr auto kDrainGrace = std::chrono::milliseconds(300);

std::string Address(const async::Socket& socket) {
  boost::system::error_code error;
  const auto endpoint = socket.remote_endpoint(error);
  if (error) return "gone";
  return fmt::format("{}:{}", endpoint.address().to_string(), endpoint.port());
}

// Nothing more will come from the client: it has closed its side, or the connection is broken.
bool HasLeft(async::Socket& socket) {
  char byte;
  const ssize_t got = recv(socket.native_handle(), &byte, 1, MSG_PEEK | MSG_DONTWAIT);
  return got == 0 || (got < 0 && errno != EAGAIN && errno != EWOULDBLOCK && errno != EINTR);
}

}  // namespace

Session::Session(async::Socket socket, SessionContext& context, bool crowded)
    : socket_(std::move(socket)),
      context_(context),
      crowded_(crowded),
      client_(Address(socket_)),
      deadline_(0) {
  boost::system::error_code ignored;
  socket_.non_blocking(true, ignored);
  ExpectWithin(context_.limits.header_timeout);
}

async::Awaitable<void> Session::Run() {
  const auto self = shared_from_this();
  while (true) {
    auto head = co_await ReadHead();
    const auto began = Clock::now();
    if (!head) {  // not HTTP as we take it: answer, and trust nothing that follows
      MakeRequestId(request_id_);
      const Reply reply = ErrorReply(std::move(head).error());
      const Sending sending = BeginWrite(reply, nullptr, false);
      const bool written =
          sending == Sending::kWaits ? co_await FinishWrite() : sending == Sending::kDone;
      Record(reply, nullptr, Clock::now() - began, written);
      co_await Linger();
      break;
    }
    if (!*head) break;  // the client has no more requests
    const RequestHead& request = **head;
    if (request.request_id) {
      request_id_ = *request.request_id;
    } else {
      MakeRequestId(request_id_);
    }
    auto found = context_.routes.Resolve(request);
    auto* const page = std::get_if<Reply>(&found);
    Reply reply = page != nullptr
                      ? std::move(*page)
                      : co_await AnswerWatchingClient(
                            request, std::get<transform::ImageRequest>(std::move(found)));
    // While draining, what a client has pipelined is still answered; nothing new is waited for.
    const bool draining = context_.draining && filled_ == 0;
    const bool keep_alive =
        request.keep_alive && !draining && !crowded_ && ++served_ < context_.limits.max_requests;
    const auto write_began = Clock::now();
    const Sending sending = BeginWrite(reply, &request, keep_alive);
    const bool written =
        sending == Sending::kWaits ? co_await FinishWrite() : sending == Sending::kDone;
    const auto ended = Clock::now();
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
  boost::system::error_code ignored;
  socket_.close(ignored);
}

// Nothing when the client has closed, or stayed silent for too long, before a first byte.
async::Awaitable<Expected<std::optional<RequestHead>>> Session::ReadHead() {
  std::size_t scanned = 0;
  bool forgave_line = false;
  idle_ = filled_ == 0;
  bool awaits_first_byte = idle_;
  if (served_ > 0) {
    ExpectWithin(idle_ ? context_.limits.idle_timeout : context_.limits.header_timeout);
  }
  if (context_.draining && idle_) ExpectWithin(kDrainGrace);
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
    GrowBuffer();
    const auto room = asio::buffer(buffer_.data() + filled_, buffer_.size() - filled_);
    const auto [error, bytes] = co_await socket_.async_read_some(room, async::kAwaitTuple);
    filled_ += bytes;
    if (error) {
      if (!expired_ || filled_ == 0) co_return std::nullopt;
      co_return Fail(ErrorKind::kRequestTimeout);
    }
    idle_ = false;
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

async::Awaitable<Reply> Session::AnswerWatchingClient(const RequestHead& head,
                                                      transform::ImageRequest request) {
  if (crowded_) co_return ErrorReply(Error::Of(ErrorKind::kOverloaded, "too many connections"));
  gone_ = std::stop_source();
  WatchClient();
  Reply reply = co_await context_.routes.AnswerImage(head, std::move(request), gone_.get_token());
  boost::system::error_code ignored;
  socket_.cancel(ignored);  // ends the watch
  co_return reply;
}

// A readable socket means the end of the connection, or a pipelined request, which can wait; behind
// that one only a reset shows.
void Session::WatchClient() {
  using Socket = async::Socket;
  auto on_read = [self = shared_from_this(), gone = gone_](auto error) mutable {
    if (error) return;  // answered
    if (HasLeft(self->socket_)) {
      gone.request_stop();
      return;
    }
    auto on_reset = [gone](auto answered) mutable {
      if (!answered) gone.request_stop();
    };
    self->socket_.async_wait(Socket::wait_error, std::move(on_reset));
  };
  socket_.async_wait(Socket::wait_read, std::move(on_read));
}

// Composes the answer and sends what the socket takes at once: for a short answer, all.
Session::Sending Session::BeginWrite(const Reply& reply, const RequestHead* head, bool keep_alive) {
  if (reply.error && reply.error->kind == ErrorKind::kCancelled) return Sending::kFailed;
  outgoing_.clear();
  AppendHead(outgoing_, reply,
             {.request_id = request_id_, .now = std::time(nullptr), .keep_alive = keep_alive});
  const bool with_body = head == nullptr || head->method != Method::kHead;
  outgoing_body_ = with_body ? reply.body() : std::string_view();
  if (outgoing_body_.size() <= kShortBody) {
    outgoing_.append(outgoing_body_);
    outgoing_body_ = {};
  }
  sent_ = 0;
  return SendSome();
}

Session::Sending Session::SendSome() {
  for (int piece = 0; piece < kPiecesAtOnce; ++piece) {
    const std::size_t head_sent = std::min(sent_, outgoing_.size());
    const std::string_view head = std::string_view(outgoing_).substr(head_sent);
    const std::string_view body = outgoing_body_.substr(sent_ - head_sent, kWritePiece);
    if (head.empty() && body.empty()) return Sending::kDone;
    boost::system::error_code error;
    const std::size_t taken =
        body.empty()
            ? socket_.write_some(asio::buffer(head), error)
            : socket_.write_some(std::array{asio::buffer(head), asio::buffer(body)}, error);
    sent_ += taken;
    handed_ += taken;
    if (error == asio::error::would_block) break;
    if (error) return Sending::kFailed;
  }
  return sent_ == outgoing_.size() + outgoing_body_.size() ? Sending::kDone : Sending::kWaits;
}

// The rest goes out as the client takes it, for as long as that is not too slow.
async::Awaitable<bool> Session::FinishWrite() {
  const auto began = Clock::now();
  floor_.emplace(context_.limits.output, Acknowledged(), began);
  expired_ = false;
  deadline_ = floor_->NextLook(began).time_since_epoch().count();
  Sending sending = Sending::kWaits;
  while (sending == Sending::kWaits) {
    const auto [error] = co_await socket_.async_wait(async::Socket::wait_write, async::kAwaitTuple);
    sending = error ? Sending::kFailed : SendSome();
  }
  floor_.reset();
  ExpectNothing();
  co_return sending == Sending::kDone;
}

// Looks at what the client has acknowledged; false when that is too little.
bool Session::TakesItsAnswer(Clock::time_point now) {
  floor_->Note(Acknowledged(), now);
  if (floor_->deadline() <= now) return false;
  deadline_ = floor_->NextLook(now).time_since_epoch().count();
  return true;
}

// Bytes of all answers that have arrived at the client's side.
std::uint64_t Session::Acknowledged() {
  int waiting = 0;  // sent and not acknowledged, or not sent yet
  if (ioctl(socket_.native_handle(), SIOCOUTQ, &waiting) != 0) return 0;
  const auto pending = static_cast<std::uint64_t>(waiting);
  return pending < handed_ ? handed_ - pending : 0;
}

// A close with unread bytes in the socket would send a reset, and the client might never read our
// answer. So say that no more will come from us, and let the client close first, for a while.
async::Awaitable<void> Session::Linger() {
  boost::system::error_code error;
  socket_.shutdown(async::Socket::shutdown_send, error);
  ExpectWithin(kLingerTime);
  char thrown_away[4096];
  for (std::size_t total = 0; !error && total < kMaxLinger;) {
    const auto [read_error, bytes] =
        co_await socket_.async_read_some(asio::buffer(thrown_away), async::kAwaitTuple);
    error = read_error;
    total += bytes;
  }
}

void Session::Record(const Reply& reply, const RequestHead* head, Clock::duration total,
                     bool written) {
  const bool left = !written;
  const int status = left ? HttpStatus(ErrorKind::kCancelled) : reply.status;
  context_.metrics.CountRequest(status, reply.format);
  if (reply.error) context_.metrics.CountError(reply.error->kind);
  const bool with_body = written && (head == nullptr || head->method != Method::kHead);
  const std::size_t bytes = with_body ? reply.body().size() : 0;
  context_.metrics.response_bytes.Add(bytes);
  observe::StageTimes write_only;
  write_only[observe::Stage::kWrite] = reply.stages[observe::Stage::kWrite];
  context_.metrics.ObserveStages(write_only);
  const auto level = reply.error ? observe::LevelOf(reply.error->kind) : observe::LogLevel::kInfo;
  if (!context_.log.Enabled(level)) return;
  context_.log.Request({.level = level,
                        .id = request_id_,
                        .status = status,
                        .method = head != nullptr ? std::string_view(head->method_name) : "-",
                        .target = head != nullptr ? std::string_view(head->target) : "-",
                        .client = client_,
                        .bytes = bytes,
                        .total = total,
                        .stages = reply.stages,
                        .error = reply.error ? std::string_view(reply.error->detail) : ""});
}

void Session::ExpectWithin(std::chrono::nanoseconds time) {
  expired_ = false;
  deadline_ = (Clock::now() + time).time_since_epoch().count();
}

void Session::ExpectNothing() { deadline_ = Clock::time_point::max().time_since_epoch().count(); }

void Session::ExpireIfDue(Clock::time_point now) {
  if (now.time_since_epoch().count() < deadline_) return;
  asio::post(socket_.get_executor(), [self = shared_from_this(), now] {
    if (now.time_since_epoch().count() < self->deadline_) return;  // it moved on meanwhile
    if (self->floor_ && self->TakesItsAnswer(now)) return;
    self->expired_ = true;
    boost::system::error_code ignored;
    self->socket_.cancel(ignored);
  });
}

void Session::BeginDrain() {
  asio::post(socket_.get_executor(), [self = shared_from_this()] {
    if (self->idle_) self->ExpectWithin(kDrainGrace);
  });
}

void Session::Abort() {
  asio::post(socket_.get_executor(), [self = shared_from_this()] {
    self->gone_.request_stop();
    boost::system::error_code ignored;
    self->socket_.close(ignored);
  });
}

}  // namespace whittle::http
