#include "source/hosts.h"

#include <algorithm>

#include "source/refusals.h"

namespace whittle::source {

struct Hosts::Host {
  explicit Host(const Options& options)
      : gate({.slots = options.per_host, .max_waiting = options.max_waiting}) {}
  async::Gate gate;
  HostBreaker breaker;  // under the lock of Hosts, as what follows
  Refusals refusals;
  std::list<std::string>::iterator turn;
};

namespace {

std::unexpected<Error> LeftAlone(const std::string& host) {
  return Fail(ErrorKind::kUpstream, host + ": it failed too often, and is left alone for a while");
}

}  // namespace

// The verdict first: who gets the slot has to know it.
Hosts::Visit::~Visit() {
  if (!host_ || !admitted_) return;
  const std::lock_guard lock(hosts_->mutex_);
  host_->breaker.Note(outcome_, hosts_->options_.now());
}

Hosts::Hosts(Options options)
    : options_(std::move(options)),
      gate_({.slots = options_.slots, .max_waiting = options_.max_waiting}) {}

async::Awaitable<Expected<Hosts::Visit>> Hosts::Enter(std::string name, Wait wait) {
  Visit visit(*this, Find(name));
  Host& host = *visit.host_;
  if (const auto told_after = Refusal(host)) {
    WHITTLE_CO_CHECK(co_await WaitToBeTold(*told_after, wait));
    const std::lock_guard lock(mutex_);
    if (!host.breaker.WouldAllow(options_.now())) co_return LeftAlone(name);
  }
  WHITTLE_CO_TRY(visit.own_, co_await host.gate.Enter(wait.until, wait.stop));
  WHITTLE_CO_TRY(visit.shared_, co_await gate_.Enter(wait.until, wait.stop));
  {
    // Those before us may have found out meanwhile.
    const std::lock_guard lock(mutex_);
    if (!host.breaker.Allows(options_.now())) co_return LeftAlone(name);
    visit.admitted_ = true;
  }
  co_return visit;
}

// After how long a caller is to be told that the host is left alone; nothing when it is not.
std::optional<async::Clock::duration> Hosts::Refusal(Host& host) {
  const std::lock_guard lock(mutex_);
  const auto now = options_.now();
  if (host.breaker.WouldAllow(now)) return std::nullopt;
  return host.refusals.Next(now);
}

std::shared_ptr<Hosts::Host> Hosts::Find(const std::string& name) {
  const std::lock_guard lock(mutex_);
  if (const auto known = hosts_.find(name); known != hosts_.end()) {
    turns_.splice(turns_.end(), turns_, known->second->turn);
    return known->second;
  }
  for (auto oldest = turns_.begin();
       hosts_.size() >= options_.most_hosts && oldest != turns_.end();) {
    const auto candidate = hosts_.find(*oldest);
    if (candidate->second.use_count() > 1) {
      ++oldest;
    } else {
      hosts_.erase(candidate);
      oldest = turns_.erase(oldest);
    }
  }
  auto host = std::make_shared<Host>(options_);
  host->turn = turns_.insert(turns_.end(), name);
  hosts_.emplace(name, host);
  return host;
}

bool Hosts::healthy(const std::string& host) const {
  const std::lock_guard lock(mutex_);
  const auto known = hosts_.find(host);
  return known == hosts_.end() || !known->second->breaker.open();
}

Hosts::Stats Hosts::stats() const {
  const async::Gate::Stats shared = gate_.stats();
  Stats stats{.in_use = shared.in_use, .waiting = shared.waiting, .slots = shared.slots};
  const std::lock_guard lock(mutex_);
  stats.known = static_cast<int>(hosts_.size());
  for (const auto& [name, host] : hosts_) {
    stats.waiting += host->gate.stats().waiting;
    stats.open += host->breaker.open() ? 1 : 0;
  }
  return stats;
}

}  // namespace whittle::source
