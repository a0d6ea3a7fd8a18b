// What pictures are fetched over HTTP with: slots and breakers of hosts, and two clients, one for
// the operator's own origins and one that connects to public addresses alone.
//
// Nothing is made, and no thread started, before a source asks for it. For OpenSources, at start,
// on one thread; what it gives out is for any thread. Must outlive the sources, and end before what
// it is made with.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <utility>

#include "app/settings.h"
#include "async/blocking_pool.h"
#include "observe/metrics.h"
#include "source/hosts.h"
#include "source/http.h"
#include "source/http_client.h"
#include "source/http_fetcher.h"
#include "source/memory.h"
#include "source/surroundings.h"

namespace whittle::app {

class Fetching {
 public:
  /// `workers`: of the server.
  Fetching(const Settings& settings, int workers, async::BlockingPool& files,
           source::Memory& memory, observe::Metrics& metrics);

  /// Sources made from now on tell `on_transfer` of every transfer, on the threads that ask them.
  void Watch(std::function<void(const source::Url&, const source::HttpResult&)> on_transfer) {
    on_transfer_ = std::move(on_transfer);
  }
  /// For an origin of the operator's that is called `name` and has these settings.
  source::HttpSourceOptions ForOrigin(const std::string& name, const Settings& settings);
  /// What makers of credentials know of the world.
  source::Surroundings Around();
  /// For strangers' URLs.
  source::HttpFetcher::Options ForUrls(const std::string& name);

 private:
  source::HttpFetcher::Options Options(const std::string& name, const Settings& settings);
  source::HttpClient& Plain();
  source::HttpClient& Guarded();

  const Settings& settings_;
  const int workers_;
  async::BlockingPool& files_;
  source::Memory& memory_;
  observe::Metrics& metrics_;
  std::function<void(const source::Url&, const source::HttpResult&)> on_transfer_;
  std::unique_ptr<source::Hosts> hosts_;
  std::unique_ptr<source::HttpClient> plain_;
  std::unique_ptr<source::HttpClient> guarded_;
};

}  // namespace whittle::app
