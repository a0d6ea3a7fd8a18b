// How a transfer ends, what it tells of itself, and the side of it that its coroutine sees.
#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "base/text.h"
#include "source/http_transfer.h"

namespace whittle::source {
namespace {

ErrorKind KindOf(CURLcode code) {
  switch (code) {
    case CURLE_OPERATION_TIMEDOUT:
      return ErrorKind::kUpstreamTimeout;
    case CURLE_OUT_OF_MEMORY:
      return ErrorKind::kOverloaded;
    default:
      return ErrorKind::kUpstream;
  }
}

}  // namespace

void HttpTransfer::End(CURLcode code) {
  if (refusal_) return Finish(std::unexpected(Failure(refusal_->kind, refusal_->detail)));
  if (code != CURLE_OK && !enough_) {
    const std::string_view what = message_[0] != '\0' ? message_ : curl_easy_strerror(code);
    HttpFailure failure = Failure(KindOf(code), what);
    failure.untouched = head_bytes_ == 0 && failure.error.kind == ErrorKind::kUpstream &&
                        code != CURLE_PEER_FAILED_VERIFICATION;
    return Finish(std::unexpected(std::move(failure)));
  }
  if (!has_head_) {  // which is no fault to libcurl, once the first line was there
    return Finish(std::unexpected(Failure(ErrorKind::kUpstream, "its head has no end")));
  }
  answer_.hash = hasher_.Get();
  answer_.bytes = bytes_;
  answer_.times = Times();
  Finish(std::move(answer_));
}

void HttpTransfer::EndWith(ErrorKind kind, std::string_view what) {
  Finish(std::unexpected(Failure(kind, what)));
}

void HttpTransfer::Finish(HttpResult result) {
  const std::lock_guard lock(mutex_);
  if (state_ == State::kDone) return;
  state_ = State::kDone;
  result_ = std::move(result);
  if (event_) event_->Set();
}

HttpFailure HttpTransfer::Failure(ErrorKind kind, std::string_view what) const {
  const HttpPhase phase = Progress().phase();
  return {.error = Error::Of(kind, fmt::format("{}: {}: {}", url_.HostAndPort(), Name(phase),
                                               Printable(what, 256))),
          .phase = phase,
          .bytes = bytes_,
          .times = Times()};
}

HttpProgress HttpTransfer::Progress() const {
  HttpProgress progress{.has_head = has_head_, .bytes = bytes_};
  if (!easy_) return progress;
  long port = 0;  // of our end, known as soon as TCP stands
  curl_off_t sent = 0;
  curl_easy_getinfo(easy_.get(), CURLINFO_LOCAL_PORT, &port);
  curl_easy_getinfo(easy_.get(), CURLINFO_PRETRANSFER_TIME_T, &sent);
  progress.connected = port > 0;
  progress.sent = std::chrono::microseconds(sent);
  return progress;
}

// libcurl's times are since the transfer's start; a connection that is reused has only the last. In
// 7.88 TCP and TLS are told together, when both stand: that counts as TLS.
HttpTimes HttpTransfer::Times() const {
  HttpTimes times;
  times[HttpPhase::kResolve] = resolved_;
  if (!easy_) return times;
  const auto time_of = [&](CURLINFO info) {
    curl_off_t time = 0;
    curl_easy_getinfo(easy_.get(), info, &time);
    return std::chrono::microseconds(time);
  };
  const auto connected = time_of(CURLINFO_CONNECT_TIME_T);
  const auto secured = time_of(CURLINFO_APPCONNECT_TIME_T);
  const auto sent = time_of(CURLINFO_PRETRANSFER_TIME_T);
  const auto first = time_of(CURLINFO_STARTTRANSFER_TIME_T);
  const auto total = time_of(CURLINFO_TOTAL_TIME_T);
  const auto between = [](auto from, auto to) {
    return to > from ? to - from : decltype(to - from)::zero();
  };
  times[secured.count() > 0 ? HttpPhase::kTls : HttpPhase::kConnect] = std::max(connected, secured);
  if (first.count() > 0) {
    times[HttpPhase::kFirstByte] = between(sent, first);
    times[HttpPhase::kBody] = between(first, total);
  }
  return times;
}

bool HttpTransfer::Overdue(async::Clock::time_point now) { return pace_->Overdue(now, Progress()); }

async::Clock::time_point HttpTransfer::NextLook(async::Clock::time_point now) const {
  return pace_->NextLook(now, Progress());
}

void HttpTransfer::Continue() {
  pace_->Mark(async::Clock::now(), bytes_);
  curl_easy_pause(easy_.get(), CURLPAUSE_CONT);  // calls OnBody
}

// ---- The coroutine's side -----------------------------------------------------------------------

std::shared_ptr<async::Event> HttpTransfer::Watch(const async::Strand& strand) {
  auto event = std::make_shared<async::Event>(strand);
  const std::lock_guard lock(mutex_);
  event_ = event;
  if (state_ != State::kRuns) event->Set();
  return event;
}

void HttpTransfer::Abandon() {
  const std::lock_guard lock(mutex_);
  event_.reset();
}

HttpTransfer::State HttpTransfer::state() const {
  const std::lock_guard lock(mutex_);
  return state_;
}

HttpResult HttpTransfer::TakeResult() {
  const std::lock_guard lock(mutex_);
  return *std::exchange(result_, std::nullopt);
}

async::Awaitable<Expected<bool>> HttpTransfer::MakeRoom(std::stop_token stop) {
  Block& block = answer_.body;
  const auto until = async::Clock::now() + terms_.deadlines.room;
  if (block.capacity() == 0) {
    WHITTLE_CO_TRY(block, co_await terms_.memory->Take(room_, until, std::move(stop)));
  } else {
    WHITTLE_CO_CHECK(co_await terms_.memory->Grow(block, room_, until, std::move(stop)));
  }
  const std::lock_guard lock(mutex_);
  if (state_ != State::kNeedsRoom) co_return false;  // its time was up meanwhile
  state_ = State::kRuns;
  co_return true;
}

}  // namespace whittle::source
