// HTTP to origins: libcurl's multi interface on one thread of its own, awaited by coroutines.
//
// A client is one pool of connections under one rule. That for strangers' URLs connects only where
// `may_connect` agrees, which is asked of every address a name has and again of the address that a
// socket is opened to; what a reused connection leads to was judged when it was opened. So there is
// one client for strangers and another for the operator's own origins, and no connection is both's.
//
// One transfer is one request and its answer: redirects, tries and slots are http_fetcher.h's. The
// body of a 200 goes straight into a block of the memory budget, counted and hashed as it comes,
// and the transfer pauses while there is no room.
//
// Thread-safe; coroutines run on strands. Must outlive them, and end before the memory it fills.
// Cost: two thread switches for a transfer, and one more for each time it waits for room.
#pragma once

#include <functional>
#include <memory>
#include <mutex>
#include <stop_token>
#include <string>
#include <thread>
#include <unordered_map>
#include <vector>

#include "source/curl.h"
#include "source/http_answer.h"
#include "source/http_transfer.h"
#include "source/resolver.h"

namespace whittle::source {

class HttpClient {
 public:
  struct Options {
    HttpTransferOptions transfer;
    Resolver::Options resolver;
    int idle_connections = 128;  ///< that are kept open, of all hosts together
  };

  explicit HttpClient(const Options& options);
  /// Ends what is under way.
  ~HttpClient();
  HttpClient(const HttpClient&) = delete;
  HttpClient& operator=(const HttpClient&) = delete;

  /// One request to `request.url`, whose path and query are sent as they are. Failures: kForbidden
  /// (it leads where may_connect disagrees), kBadRequest (no URL), kTooLarge, kUpstream,
  /// kUpstreamTimeout, kOverloaded (no memory), kCancelled (within some milliseconds of the stop).
  async::Awaitable<HttpResult> Get(HttpRequest request, HttpTerms terms, std::stop_token stop);

  /// Whether it connects only where it may.
  bool guarded() const { return static_cast<bool>(options_.transfer.may_connect); }

  /// For small calls (http_call.h): bodies of at most 1 MiB, `deadlines.whole` for each.
  HttpCall Call(const HttpDeadlines& deadlines);

 private:
  struct Command {
    enum class What : std::uint8_t { kStart, kResume, kCancel } what;
    std::shared_ptr<HttpTransfer> transfer;
  };

  async::Awaitable<std::expected<Addresses, HttpFailure>> Resolve(const Url& url,
                                                                  const HttpTerms& terms,
                                                                  std::stop_token stop);
  async::Awaitable<HttpResult> Follow(std::shared_ptr<HttpTransfer> transfer, std::stop_token stop);
  void Post(Command::What what, std::shared_ptr<HttpTransfer> transfer);

  // The thread's own.
  void Run();
  bool Obey();
  void Start(const std::shared_ptr<HttpTransfer>& transfer);
  void Reap();
  void EndOverdue();
  void LookAgain(const HttpTransfer& transfer, async::Clock::time_point now);
  void Remove(HttpTransfer& transfer);

  const Options options_;
  Resolver resolver_;
  const CurlMulti multi_;
  std::unordered_map<HttpTransfer*, std::shared_ptr<HttpTransfer>> active_;  // the thread's, with
  async::Clock::time_point look_at_{};                                       // the next deadline

  std::mutex mutex_;
  std::vector<Command> commands_;
  bool ends_ = false;
  std::thread thread_;
};

}  // namespace whittle::source
