// What each path does: pictures, health, readiness, metrics; everything else is refused.
//
// Sessions call it, from any thread on strands of their own. Pages, and pictures that are kept, are
// answered at once, without waiting for anything. Adding a way to ask for pictures needs no line
// here: URL grammars are transform/dialects.def.
#pragma once

#include <atomic>
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

  /// What a request leads to: its answer, or a picture that has to be made or looked after.
  std::variant<Reply, transform::ImageRequest> Resolve(const RequestHead& head);

  /// The answer to a request for a picture; `head` must live until then. `gone` stops work for a
  /// client that has left; the answer then does not matter.
  async::Awaitable<Reply> AnswerImage(const RequestHead& head, transform::ImageRequest request,
                                      std::stop_token gone);

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
