// What each path does: pages and pictures; everything else is refused.
//
// Sessions call it, from any thread on strands of their own. Pages, and pictures that are kept, are
// answered at once, without waiting for anything. Adding a page or a way to ask for pictures needs
// no line here: pages are pages.def, URL grammars transform/dialects.def, and where they are found
// is for the mounts to say.
#pragma once

#include <atomic>
#include <cstdint>
#include <optional>
#include <stop_token>
#include <string>
#include <utility>
#include <variant>

#include "async/strand.h"
#include "http/head.h"
#include "http/mounts.h"
#include "http/reply.h"
#include "observe/metrics.h"
#include "service/service.h"

namespace whittle::http {

namespace asio = boost::asio;

class Routes {
 public:
  struct Options {
    bool metrics = true;  ///< serve /metrics
    std::string about;    ///< what /healthz answers: JSON
  };
  /// The references must outlive the routes.
  Routes(Options options, Mounts mounts, service::Service& service, observe::Metrics& metrics)
      : options_(std::move(options)),
        mounts_(std::move(mounts)),
        service_(service),
        metrics_(metrics) {}

  /// A picture that has to be made, or looked after.
  struct Wanted {
    service::Request request;
    const Tenant* tenant = nullptr;
  };

  /// The answer, or what Finish has to be called with for it; `head` must live until then. `client`
  /// is the peer's (http/peer.h).
  std::variant<Reply, Wanted> Begin(const RequestHead& head, std::uint64_t client);

  /// What Finish would come to at once, where too much work waits; never waits itself.
  std::optional<Reply> RefuseAtOnce(Wanted& wanted);

  /// The answer to what Begin has returned. `gone` stops work for a client that has left; the
  /// answer then does not matter.
  async::Awaitable<Reply> Finish(Wanted wanted, std::stop_token gone);

  /// From now on /ready answers 503.
  void StopBeingReady() { ready_ = false; }

 private:
  const Options options_;
  const Mounts mounts_;
  service::Service& service_;
  observe::Metrics& metrics_;
  std::atomic<bool> ready_ = true;
};

}  // namespace whittle::http
