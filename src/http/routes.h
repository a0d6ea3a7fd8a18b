// What each path does: pictures, health, readiness, metrics; everything else is refused.
//
// Sessions call Answer, from any thread on strands of their own. Adding a way to ask for pictures
// needs no line here: URL grammars are transform/dialects.def.
#pragma once

#include <atomic>
#include <boost/asio/awaitable.hpp>
#include <stop_token>

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
    bool metrics = true;  ///< serve /metrics
  };
  /// The references must outlive the routes.
  Routes(const Options& options, service::Service& service, observe::Metrics& metrics)
      : options_(options), service_(service), metrics_(metrics) {}

  /// The answer to a request. `gone` stops work for a client that has left; the answer then does
  /// not matter.
  asio::awaitable<Reply> Answer(const RequestHead& head, std::stop_token gone);

  /// True for paths that never wait behind image work, and are answered even when the server has
  /// all the connections it wants.
  static bool AlwaysQuick(const RequestHead& head);

  /// From now on /ready answers 503.
  void StopBeingReady() { ready_ = false; }

 private:
  asio::awaitable<Reply> AnswerImage(const RequestHead& head, transform::ImageRequest request,
                                     std::stop_token gone);
  Reply AnswerPage(std::string_view path);

  const Options options_;
  service::Service& service_;
  observe::Metrics& metrics_;
  std::atomic<bool> ready_ = true;
};

}  // namespace whittle::http
