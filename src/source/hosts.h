// Whom the server fetches from, and how much of it each host may have: slots, a breaker for each.
//
// A visit takes one of the host's slots, then one of all slots, so that those who wait for a slow
// host hold nothing that others need; a host has at most `per_host` of them, and one that fails is
// left alone (host_breaker.h), of which callers are told in their turn (refusals.h). Hosts are
// remembered up to a number, those seen last, and never forgotten while somebody visits them.
//
// Thread-safe. Must outlive its visits. Cost: two locks to enter, two to leave.
#pragma once

#include <cstddef>
#include <functional>
#include <list>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <unordered_map>
#include <utility>

#include "async/gate.h"
#include "source/host_breaker.h"
#include "source/wait.h"
#include "whittle/expected.h"

namespace whittle::source {

class Hosts {
 public:
  struct Options {
    int slots = 8;
    int per_host = 6;
    int max_waiting = 4096;  ///< for slots of all hosts, and for those of one
    std::size_t most_hosts = 4096;
    std::function<async::Clock::time_point()> now = &async::Clock::now;
  };

  struct Stats {
    int in_use = 0;   ///< slots
    int waiting = 0;  ///< callers, for a slot of any host or their own
    int slots = 0;
    int known = 0;  ///< hosts
    int open = 0;   ///< breakers
  };

 private:
  struct Host;

 public:
  /// Leave to ask a host once. What came of it has to be noted, else it is as if nobody had asked.
  class [[nodiscard]] Visit {
   public:
    Visit() = default;
    Visit(Visit&& other) noexcept { Swap(other); }
    Visit& operator=(Visit&& other) noexcept {
      Visit moved(std::move(other));
      Swap(moved);
      return *this;
    }
    ~Visit();
    void Note(HostBreaker::Outcome outcome) { outcome_ = outcome; }

   private:
    friend class Hosts;
    Visit(Hosts& hosts, std::shared_ptr<Host> host) : hosts_(&hosts), host_(std::move(host)) {}
    void Swap(Visit& other) noexcept {
      std::swap(hosts_, other.hosts_);
      std::swap(host_, other.host_);
      std::swap(own_, other.own_);
      std::swap(shared_, other.shared_);
      std::swap(admitted_, other.admitted_);
      std::swap(outcome_, other.outcome_);
    }
    Hosts* hosts_ = nullptr;
    std::shared_ptr<Host> host_;  // outlives the tickets
    async::Gate::Ticket own_;
    async::Gate::Ticket shared_;
    bool admitted_ = false;
    HostBreaker::Outcome outcome_ = HostBreaker::Outcome::kSilent;
  };

  explicit Hosts(Options options);

  /// Waits for the slots. `host` is "name:port". Errors: kOverloaded (no slot in time, or too many
  /// wait), kUpstream (the host is left alone; a while later when many ask), kCancelled. The
  /// coroutine must run on a strand.
  async::Awaitable<Expected<Visit>> Enter(std::string host, Wait wait);

  /// False while the host is left alone.
  bool healthy(const std::string& host) const;
  Stats stats() const;

 private:
  std::shared_ptr<Host> Find(const std::string& name);
  std::optional<async::Clock::duration> Refusal(Host& host);

  const Options options_;
  async::Gate gate_;
  mutable std::mutex mutex_;
  std::unordered_map<std::string, std::shared_ptr<Host>> hosts_;
  std::list<std::string> turns_;  // the host visited last is at the end
};

}  // namespace whittle::source
