// What each path does: pictures, health, readiness, metrics; everything else is refused.
//
// Sessions call it, from any thread on strands of their own. Pages, and pictures that are kept, are
// answered at once, without waiting for anything. Adding a way to ask for pictures needs no line
// here: URL grammars are transform/dialects.def.
#pragma once

#include <atomic>
#include <cstdint>
#include <stop_token>
#include <string>
#include <variant>

#include "async/strand.h"
#include "http/head.h"
#include "http/reply.h"
#include "observe/metrics.h"
#include "service/service.h"
#include "transform/dialect.h"

namespace whittle::http {

namespace asio = boost::asio;

class Routes {
 public:
  struct Options {
    transform::Defaults defaults;
    CachingRules pictures;
    bool metrics = true;  ///< serve /metrics
    std::string about;    ///< what /healthz answers: JSON
  };
  /// The references must outlive the routes.
  Routes(const Options& options, service::Service& service, observe::Metrics& metrics)
      : options_(options), service_(service), metrics_(metrics) {}

  /// The answer, or what has to be asked of the service for it, with Finish; `head` must live until
  /// then. `client` is the peer's (http/peer.h).
  std::variant<Reply, service::Request> Begin(const RequestHead& head, std::uint64_t client);

  /// The answer to what Begin has returned. `gone` stops work for a client that has left; the
  /// answer then does not matter.
  async::Awaitable<Reply> Finish(service::Request request, std::stop_token gone);

  /// From now on /ready answers 503.
  void StopBeingReady() { ready_ = false; }

 private:
  Reply AnswerPage(std::string_view path);
  Reply AnswerWith(const service::Answer& answer) const;

  const Options options_;
  service::Service& service_;
  observe::Metrics& metrics_;
  std::atomic<bool> ready_ = true;
};

}  // namespace whittle::http
