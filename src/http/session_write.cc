// The session's other half: an answer's bytes, the end of a connection, and what is told of both.
#include <algorithm>
#include <boost/asio/buffer.hpp>
#include <boost/asio/error.hpp>
#include <ctime>

#include "http/reply_head.h"
#include "http/session.h"

namespace whittle::http {
namespace {

constexpr std::size_t kWritePiece = 64 << 10;
constexpr int kPiecesAtOnce = 4;              // then other connections have their turn
constexpr std::size_t kShortBody = 16 << 10;  // goes into one buffer with its head
// Before a close: bytes read and thrown away, for how long none may come, and for how long in all.
constexpr std::size_t kMaxLinger = 8 << 20;
constexpr auto kLingerSilence = std::chrono::seconds(1);
constexpr auto kLingerTime = std::chrono::seconds(5);

}  // namespace

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
    Stream::ErrorCode error;
    const std::size_t taken = stream_->WriteSome(head, body, error);
    sent_ += taken;
    handed_ += taken;
    if (error == asio::error::would_block) break;
    if (error) return Sending::kFailed;
  }
  return sent_ == outgoing_.size() + outgoing_body_.size() ? Sending::kDone : Sending::kWaits;
}

// The rest goes out as the client takes it, for as long as that is not too slow.
async::Awaitable<bool> Session::FinishWrite() {
  const auto began = context_.now();
  floor_.emplace(context_.limits.output, Acknowledged(), began);
  expired_ = false;
  deadline_ = floor_->NextLook(began);
  Sending sending = Sending::kWaits;
  while (sending == Sending::kWaits) {
    const auto [error] = co_await stream_->WaitWritable();
    sending = error ? Sending::kFailed : SendSome();
  }
  floor_.reset();
  ExpectNothing();
  co_return sending == Sending::kDone;
}

// Looks at what the client has acknowledged; false when that is too little.
bool Session::TakesItsAnswer(Clock::time_point now) {
  floor_->Note(Acknowledged(), now);
  deadline_ = floor_->NextLook(now);
  return now < deadline_;
}

// Bytes of all answers that have arrived at the client's side.
std::uint64_t Session::Acknowledged() const {
  const std::uint64_t pending = stream_->Unacknowledged();
  return pending < handed_ ? handed_ - pending : 0;
}

// A close with unread bytes in the socket would send a reset, and the client might never read our
// answer, nor those before it that are still on their way. So say that no more will come from us,
// and let the client close first, for a while.
async::Awaitable<void> Session::Linger() {
  stream_->ShutDown();
  const auto end = context_.now() + (context_.draining ? kLingerSilence : kLingerTime);
  for (std::size_t total = 0; total < kMaxLinger;) {
    const auto now = context_.now();
    if (now >= end) break;
    ExpectWithin(std::min<std::chrono::nanoseconds>(kLingerSilence, end - now));
    const auto [error, bytes] = co_await stream_->ReadSome(asio::buffer(buffer_));
    if (error) break;
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
  if (reply.error && reply.error->kind == ErrorKind::kOverloaded) {
    context_.refusals.CountRequest();  // logged in sums
    return;
  }
  const auto level = reply.error ? observe::LevelOf(reply.error->kind) : observe::LogLevel::kInfo;
  if (!context_.log.Enabled(level)) return;
  context_.log.Request({.level = level,
                        .id = request_id_,
                        .status = status,
                        .method = head != nullptr ? std::string_view(head->method_name) : "-",
                        .target = head != nullptr ? std::string_view(head->target) : "-",
                        .client = peer_.text,
                        .bytes = bytes,
                        .total = total,
                        .stages = reply.stages,
                        .error = reply.error ? std::string_view(reply.error->detail) : ""});
}

}  // namespace whittle::http
