// One transfer: what the fetch thread and the coroutine that waits for it share.
//
// For HttpClient. The fetch thread owns the libcurl handle and all that its callbacks touch, from
// Begin to End. When a body needs room that is not to be had at once, the transfer pauses and its
// block is the coroutine's, until that says Resume; what both touch at any time is under the lock.
//
// Limits: 64 KiB of heads, those of 1xx answers and trailers included.
#pragma once

#include <curl/curl.h>

#include <cstddef>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

#include "async/event.h"
#include "base/hash.h"
#include "source/curl.h"
#include "source/http_answer.h"
#include "source/http_pace.h"
#include "source/resolver.h"
#include "source/url.h"

namespace whittle::source {

struct HttpTransferOptions {
  std::function<bool(const Address&)> may_connect;  ///< empty: anywhere
  std::string user_agent = "whittle";
  std::string ca_file;  ///< PEM, in place of the system's
  std::string proxy;    ///< a URL; empty: none, whatever the environment says; see GoesByProxy
  bool http2 = false;   ///< where TLS agrees on it; transfers share a connection then
};

/// Whether a request goes by the proxy. Never where `may_connect` is asked: a proxy connects to
/// whom it likes. Nor to where only this machine or its own network leads: addresses that are not
/// public, names without a dot, and the metadata server, which gives credentials.
bool GoesByProxy(const HttpTransferOptions& options, const Url& url);

class HttpTransfer {
 public:
  static constexpr std::size_t kMaxHead = 64U << 10;
  static constexpr std::size_t kMaxText = 16U << 10;
  static constexpr std::size_t kFirstRoom = 1U << 20;  ///< believed of a Content-Length at first

  enum class State : std::uint8_t { kRuns, kNeedsRoom, kDone };

  HttpTransfer(const HttpTransferOptions& options, HttpRequest request, HttpTerms terms, Url url,
               Addresses addresses, std::chrono::microseconds resolved);

  // ---- The fetch thread's ----
  /// Makes the handle. Throws std::bad_alloc.
  CURL* Begin();
  CURL* easy() const { return easy_.get(); }
  /// Makes the result.
  void End(CURLcode code);
  /// As End, for what libcurl does not know: deadlines, a client that ends.
  void EndWith(ErrorKind kind, std::string_view what);
  bool Overdue(async::Clock::time_point now);
  /// When to ask that again, at the latest.
  async::Clock::time_point NextLook(async::Clock::time_point now) const;
  /// Goes on after a pause.
  void Continue();

  // ---- The coroutine's ----
  /// The event that is set when the state is no longer kRuns.
  std::shared_ptr<async::Event> Watch(const async::Strand& strand);
  /// Nobody waits any more.
  void Abandon();
  State state() const;
  HttpResult TakeResult();
  /// While kNeedsRoom: waits for it. True when the thread should go on.
  async::Awaitable<Expected<bool>> MakeRoom(std::stop_token stop);

 private:
  static std::size_t OnHeader(char* data, std::size_t size, std::size_t count, void* self) noexcept;
  static std::size_t OnBody(char* data, std::size_t size, std::size_t count, void* self) noexcept;
  static curl_socket_t OnSocket(void* self, curlsocktype purpose, curl_sockaddr* address) noexcept;

  void SetUp();
  CurlList Lines() const;
  bool TakeLine(std::string_view line);
  bool TakeHead();
  std::size_t TakeBody(std::string_view data);
  std::size_t TakeText(std::string_view data);
  bool FitsBlock(std::size_t bytes);
  bool Refuse(ErrorKind kind, std::string_view what);
  HttpProgress Progress() const;
  HttpTimes Times() const;
  HttpFailure Failure(ErrorKind kind, std::string_view what) const;
  void Finish(HttpResult result);

  const HttpTransferOptions& options_;
  const HttpRequest request_;
  const HttpTerms terms_;
  const Url url_;
  const Addresses addresses_;
  const std::chrono::microseconds resolved_;

  CurlEasy easy_;
  CurlList lines_;
  CurlList resolve_;
  char message_[CURL_ERROR_SIZE] = {};
  std::optional<HttpPace> pace_;
  std::size_t head_bytes_ = 0;
  bool has_head_ = false;
  bool enough_ = false;  // the rest of the body is not wanted
  std::uint64_t bytes_ = 0;
  std::optional<std::uint64_t> length_;  // said by the answer
  std::optional<Error> refusal_;
  Hasher hasher_;
  HttpAnswer answer_;  // its block is the coroutine's while kNeedsRoom

  mutable std::mutex mutex_;
  State state_ = State::kRuns;
  std::size_t room_ = 0;  // bytes, that a block needs
  std::shared_ptr<async::Event> event_;
  std::optional<HttpResult> result_;
};

}  // namespace whittle::source
