#include "source/http_client.h"

#include <pthread.h>

#include <algorithm>
#include <boost/asio/this_coro.hpp>
#include <csignal>
#include <utility>

#include "base/kept_segment.h"

namespace whittle::source {
namespace {

constexpr std::uint64_t kMaxCall = 1U << 20;  // bytes of a small call's answer
constexpr auto kLongestPoll = std::chrono::seconds(10);

std::unexpected<HttpFailure> Failed(ErrorKind kind, std::string detail) {
  return std::unexpected(HttpFailure{.error = Error::Of(kind, std::move(detail))});
}

}  // namespace

HttpClient::HttpClient(const Options& options)
    : options_(options), resolver_(options.resolver), multi_(MakeCurlMulti()) {
  curl_multi_setopt(
      multi_.get(), CURLMOPT_PIPELINING,
      static_cast<long>(options.transfer.http2 ? CURLPIPE_MULTIPLEX : CURLPIPE_NOTHING));
  curl_multi_setopt(multi_.get(), CURLMOPT_MAXCONNECTS,
                    static_cast<long>(options.idle_connections));
  thread_ = std::thread([this] { Run(); });
  pthread_setname_np(thread_.native_handle(), "fetch");
}

HttpClient::~HttpClient() {
  {
    const std::lock_guard lock(mutex_);
    ends_ = true;
  }
  curl_multi_wakeup(multi_.get());
  thread_.join();
}

// ---- Coroutines ---------------------------------------------------------------------------------

async::Awaitable<HttpResult> HttpClient::Get(HttpRequest request, HttpTerms terms,
                                             std::stop_token stop) {
  if (stop.stop_requested()) co_return Failed(ErrorKind::kCancelled, "");
  auto url = Url::Parse(request.url);
  if (!url) co_return std::unexpected(HttpFailure{.error = std::move(url).error()});
  const auto began = async::Clock::now();
  terms.end = std::min(terms.end, began + terms.deadlines.whole);
  auto addresses = co_await Resolve(*url, terms, stop);
  const auto resolved =
      std::chrono::duration_cast<std::chrono::microseconds>(async::Clock::now() - began);
  if (!addresses) {
    addresses.error().times[HttpPhase::kResolve] = resolved;
    co_return std::unexpected(std::move(addresses).error());
  }
  auto transfer = std::make_shared<HttpTransfer>(options_.transfer, std::move(request), terms,
                                                 *std::move(url), *std::move(addresses), resolved);
  co_return co_await Follow(std::move(transfer), std::move(stop));
}

// No addresses: libcurl needs none, for a host that is one, or the proxy's business.
async::Awaitable<std::expected<Addresses, HttpFailure>> HttpClient::Resolve(const Url& url,
                                                                            const HttpTerms& terms,
                                                                            std::stop_token stop) {
  const auto& may_connect = options_.transfer.may_connect;
  Addresses addresses;
  if (url.address) {
    addresses.push_back(*url.address);
  } else if (!GoesByProxy(options_.transfer, url)) {
    const Wait wait{async::Clock::now() + terms.deadlines.connect, std::move(stop)};
    auto found = co_await resolver_.Find(url.host, wait);
    if (!found) {
      Error error = std::move(found).error();
      error.detail = url.HostAndPort() + ": resolve: " + error.detail;
      co_return std::unexpected(HttpFailure{.error = std::move(error)});
    }
    addresses = *std::move(found);
  }
  // A name with one address that is refused is refused: it could be that one's turn next time.
  if (may_connect && !std::ranges::all_of(addresses, may_connect)) {
    co_return Failed(ErrorKind::kForbidden, url.HostAndPort() + ": its address is not public");
  }
  if (url.address) addresses.clear();
  co_return addresses;
}

async::Awaitable<HttpResult> HttpClient::Follow(std::shared_ptr<HttpTransfer> transfer,
                                                std::stop_token stop) {
  const auto executor = co_await async::asio::this_coro::executor;
  // Whoever leaves, also when this coroutine is destroyed, ends the transfer.
  const auto leave = [this, &transfer](void*) {
    transfer->Abandon();
    if (transfer->state() != HttpTransfer::State::kDone) {
      Post(Command::What::kCancel, transfer);
    }
  };
  const std::unique_ptr<void, decltype(leave)> waits(this, leave);
  Post(Command::What::kStart, transfer);
  while (true) {
    const auto event = transfer->Watch(executor);
    const auto outcome = co_await event->Wait(async::kNever, stop);
    switch (transfer->state()) {
      case HttpTransfer::State::kDone:
        co_return transfer->TakeResult();
      case HttpTransfer::State::kRuns:
        if (outcome == async::Event::Outcome::kStopped) co_return Failed(ErrorKind::kCancelled, "");
        break;
      case HttpTransfer::State::kNeedsRoom: {
        auto made = co_await transfer->MakeRoom(stop);
        if (!made) co_return std::unexpected(HttpFailure{.error = std::move(made).error()});
        if (*made) Post(Command::What::kResume, transfer);
        break;
      }
    }
  }
}

HttpCall HttpClient::Call(const HttpDeadlines& deadlines) {
  return [this, deadlines](HttpRequest request,
                           Wait wait) -> async::Awaitable<Expected<HttpResponse>> {
    const HttpTerms terms{.deadlines = deadlines, .end = wait.until, .max_bytes = kMaxCall};
    auto answer = co_await Get(std::move(request), terms, wait.stop);
    if (!answer) co_return std::unexpected(std::move(answer).error().error);
    co_return HttpResponse{answer->status, std::move(answer->fields), std::move(answer->text)};
  };
}

void HttpClient::Post(Command::What what, std::shared_ptr<HttpTransfer> transfer) {
  {
    const std::lock_guard lock(mutex_);
    commands_.push_back({what, std::move(transfer)});
  }
  curl_multi_wakeup(multi_.get());
}

// ---- The thread ---------------------------------------------------------------------------------

void HttpClient::Run() {
  const KeptSegment kept;
  // TLS writes to connections that the other side has closed: an error, not a signal.
  sigset_t pipe;
  sigemptyset(&pipe);
  sigaddset(&pipe, SIGPIPE);
  pthread_sigmask(SIG_BLOCK, &pipe, nullptr);
  while (Obey()) {
    int running = 0;
    curl_multi_perform(multi_.get(), &running);
    Reap();
    EndOverdue();
    const auto wait = std::chrono::ceil<std::chrono::milliseconds>(look_at_ - async::Clock::now());
    curl_multi_poll(multi_.get(), nullptr, 0, static_cast<int>(std::max<long>(wait.count(), 0)),
                    nullptr);
  }
  while (!active_.empty()) {
    const auto transfer = active_.begin()->second;
    Remove(*transfer);
    transfer->EndWith(ErrorKind::kCancelled, "the server stops");
  }
  const std::lock_guard lock(mutex_);
  for (const Command& command : commands_) {
    command.transfer->EndWith(ErrorKind::kCancelled, "the server stops");
  }
}

// False when it is time to end.
bool HttpClient::Obey() {
  std::vector<Command> commands;
  {
    const std::lock_guard lock(mutex_);
    if (ends_) return false;
    commands.swap(commands_);
  }
  for (const Command& command : commands) {
    const bool active = active_.contains(command.transfer.get());
    switch (command.what) {
      case Command::What::kStart:
        Start(command.transfer);
        break;
      case Command::What::kResume:
        if (!active) break;
        command.transfer->Continue();
        LookAgain(*command.transfer, async::Clock::now());
        break;
      case Command::What::kCancel:
        if (active) Remove(*command.transfer);
        break;
    }
  }
  return true;
}

void HttpClient::Start(const std::shared_ptr<HttpTransfer>& transfer) {
  try {
    active_.emplace(transfer.get(), transfer);
    CURL* const easy = transfer->Begin();
    LookAgain(*transfer, async::Clock::now());
    if (curl_multi_add_handle(multi_.get(), easy) == CURLM_OK) return;
  } catch (const std::bad_alloc&) {  // NOLINT(bugprone-empty-catch): as when libcurl has none
  }
  active_.erase(transfer.get());
  transfer->EndWith(ErrorKind::kOverloaded, "no memory for a transfer");
}

void HttpClient::Reap() {
  int left = 0;
  while (const CURLMsg* const message = curl_multi_info_read(multi_.get(), &left)) {
    if (message->msg != CURLMSG_DONE) continue;
    const CURLcode code = message->data.result;
    HttpTransfer* which = nullptr;
    curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, &which);
    const auto transfer = active_.at(which);
    Remove(*transfer);
    transfer->End(code);
  }
}

void HttpClient::LookAgain(const HttpTransfer& transfer, async::Clock::time_point now) {
  look_at_ = std::min(look_at_, transfer.NextLook(now));
}

void HttpClient::EndOverdue() {
  const auto now = async::Clock::now();
  if (now < look_at_) return;
  look_at_ = now + kLongestPoll;
  std::vector<std::shared_ptr<HttpTransfer>> overdue;
  for (const auto& [key, transfer] : active_) {
    if (transfer->Overdue(now)) {
      overdue.push_back(transfer);
    } else {
      LookAgain(*transfer, now);
    }
  }
  for (const auto& transfer : overdue) {
    Remove(*transfer);
    transfer->EndWith(ErrorKind::kUpstreamTimeout, "its time is up");
  }
}

void HttpClient::Remove(HttpTransfer& transfer) {
  curl_multi_remove_handle(multi_.get(), transfer.easy());
  active_.erase(&transfer);
}

}  // namespace whittle::source
