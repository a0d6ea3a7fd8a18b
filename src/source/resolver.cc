#include "source/resolver.h"

#include <netdb.h>
#include <sys/socket.h>

#include <algorithm>
#include <boost/asio/this_coro.hpp>
#include <utility>

namespace whittle::source {
namespace {

constexpr std::size_t kMaxAddresses = 16;

struct FreeAddrinfo {
  void operator()(addrinfo* list) const { freeaddrinfo(list); }
};

}  // namespace

Expected<Addresses> LookUpByLibc(const std::string& name) {
  addrinfo hints{};
  hints.ai_family = AF_UNSPEC;
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = AI_ADDRCONFIG;
  addrinfo* list = nullptr;
  const int error = getaddrinfo(name.c_str(), nullptr, &hints, &list);
  const std::unique_ptr<addrinfo, FreeAddrinfo> owner(list);
  if (error != 0) return Fail(ErrorKind::kUpstream, gai_strerror(error));
  Addresses found;
  for (const addrinfo* at = list; at != nullptr && found.size() < kMaxAddresses; at = at->ai_next) {
    const auto address = Address::Of(*at->ai_addr);
    if (address && std::ranges::find(found, *address) == found.end()) found.push_back(*address);
  }
  if (found.empty()) return Fail(ErrorKind::kUpstream, "the name has no address");
  return found;
}

Resolver::Resolver(const Options& options)
    : options_(options),
      threads_({.name = "resolve",
                .threads = options.threads,
                .most_lost = options.most_lost,
                .limit = options.limit}) {}

async::Awaitable<Expected<Addresses>> Resolver::Find(std::string name, Wait wait) {
  const auto executor = co_await async::asio::this_coro::executor;
  while (true) {
    std::shared_ptr<async::Event> event;
    {
      const std::lock_guard lock(mutex_);
      Entry& entry = EntryLocked(name);
      if (options_.now() < entry.until) {
        if (!entry.result && !entry.last.empty()) co_return entry.last;
        co_return entry.result;
      }
      if (!entry.looking) {
        entry.looking = true;
        break;
      }
      event = std::make_shared<async::Event>(executor);
      entry.waiting.push_back(event);
    }
    // Whoever looks may leave before it knows: then one of those who wait takes its place.
    switch (co_await event->Wait(async::Clock::now() + options_.limit, wait.stop)) {
      case async::Event::Outcome::kSet:
        continue;
      case async::Event::Outcome::kStopped:
        co_return Fail(ErrorKind::kCancelled);
      case async::Event::Outcome::kDeadline:
        co_return Fail(ErrorKind::kUpstreamTimeout, "no answer to a lookup");
    }
  }
  const auto leave = [this, &name](void*) { Release(name); };
  const std::unique_ptr<void, decltype(leave)> looks(this, leave);
  auto job = [lookup = options_.lookup, name] { return lookup(name); };
  auto result = co_await threads_.Run(std::move(job), wait.until, wait.stop);
  // Who was told to stop, or found no thread, has learnt nothing of the name.
  if (result || result.error().kind == ErrorKind::kUpstream ||
      result.error().kind == ErrorKind::kUpstreamTimeout) {
    Keep(name, std::move(result));
    const std::lock_guard lock(mutex_);
    const Entry& entry = EntryLocked(name);
    if (!entry.result && !entry.last.empty()) co_return entry.last;
    co_return entry.result;
  }
  co_return result;
}

// Makes one, in place of that which was not used for longest; entries that are looked up stay.
Resolver::Entry& Resolver::EntryLocked(const std::string& name) {
  const auto [at, is_new] = names_.try_emplace(name);
  Entry& entry = at->second;
  if (!is_new) {
    turns_.splice(turns_.end(), turns_, entry.turn);
    return entry;
  }
  entry.turn = turns_.insert(turns_.end(), name);
  for (auto oldest = turns_.begin(); names_.size() > options_.most_names && *oldest != name;) {
    const auto candidate = names_.find(*oldest);
    if (candidate->second.looking) {
      ++oldest;
    } else {
      oldest = turns_.erase(oldest);
      names_.erase(candidate);
    }
  }
  return entry;
}

void Resolver::Keep(const std::string& name, Expected<Addresses> result) {
  const std::lock_guard lock(mutex_);
  Entry& entry = EntryLocked(name);
  const auto now = options_.now();
  entry.until = now + (result ? options_.keep : options_.keep_failure);
  if (result) {
    entry.found_at = now;
    entry.last = *result;
  } else if (now - entry.found_at > options_.keep_stale) {
    entry.last.clear();
  }
  entry.result = std::move(result);
}

void Resolver::Release(const std::string& name) {
  const std::lock_guard lock(mutex_);
  Entry& entry = EntryLocked(name);
  entry.looking = false;
  for (const auto& waiting : std::exchange(entry.waiting, {})) {
    if (const auto event = waiting.lock()) event->Set();
  }
}

}  // namespace whittle::source
