#include "cache/tiers.h"

#include <algorithm>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <utility>

namespace whittle::cache {
namespace {

// Counted by what it holds, as nearly as matters.
std::size_t CostOf(const Entry& entry) {
  return sizeof(Entry) + entry.key.size() + entry.bytes->capacity();
}

}  // namespace

Tiers::Tiers(boost::asio::io_context& io, std::vector<std::unique_ptr<Tier>> tiers, Options options)
    : io_(io), options_(std::move(options)), levels_(tiers.size()) {
  for (std::size_t i = 0; i < tiers.size(); ++i) {
    levels_[i].tier = std::make_unique<GuardedTier>(std::move(tiers[i]), options_.guard);
  }
}

async::Awaitable<std::optional<Found>> Tiers::Find(std::string key, Wait wait) {
  {
    const std::lock_guard lock(mutex_);
    if (finds_ == options_.finds) {
      for (const Level& level : levels_) level.tier->CountSkipped();
      co_return std::nullopt;
    }
    ++finds_;
  }
  // Also when the coroutine is thrown away.
  const auto leave = [this](void*) {
    const std::lock_guard lock(mutex_);
    --finds_;
  };
  const std::unique_ptr<void, decltype(leave)> place(this, leave);
  for (std::size_t i = 0; i < levels_.size(); ++i) {
    auto found = co_await levels_[i].tier->Find(key, wait);
    if (!found || !*found) continue;
    for (std::size_t above = 0; above < i; ++above) PutIn(levels_[above], (*found)->entry);
    co_return *std::move(found);
  }
  co_return std::nullopt;
}

void Tiers::Put(const EntryPtr& entry) {
  for (Level& level : levels_) PutIn(level, entry);
}

void Tiers::PutIn(Level& level, const EntryPtr& entry) {
  const std::size_t cost = CostOf(*entry);
  {
    const std::lock_guard lock(mutex_);
    if (stop_.stop_requested() || level.pending.size() >= options_.pending ||
        cost > options_.pending_bytes - level.pending_bytes) {
      level.tier->CountLost();
      return;
    }
    level.pending.push_back({entry});
    level.pending_bytes += cost;
    if (level.writers == options_.writers) return;
    ++level.writers;
  }
  boost::asio::co_spawn(io_.get_executor(), WriteAll(level), boost::asio::detached);
}

async::Awaitable<void> Tiers::WriteAll(Level& level) {
  const Wait wait{async::kNever, stop_.get_token()};
  while (const auto write = Begin(level)) {
    const EntryPtr entry = (*write)->entry;
    static_cast<void>(co_await level.tier->Put(entry, wait));
    if (End(level, *write)) static_cast<void>(co_await level.tier->Drop(entry->key, wait));
  }
}

// Nothing, and there is one writer less, when nothing waits.
std::optional<Tiers::Writes::iterator> Tiers::Begin(Level& level) {
  const std::lock_guard lock(mutex_);
  if (level.pending.empty()) {
    --level.writers;
    return std::nullopt;
  }
  const auto write = level.pending.begin();
  level.pending_bytes -= CostOf(*write->entry);
  level.writing.splice(level.writing.end(), level.pending, write);
  return write;
}

// Whether what was written has to go again.
bool Tiers::End(Level& level, Writes::iterator write) {
  const std::lock_guard lock(mutex_);
  const bool dropped = write->dropped;
  level.writing.erase(write);
  return dropped;
}

void Tiers::ForgetWrites(Level& level, const std::string& key) {
  const std::lock_guard lock(mutex_);
  std::erase_if(level.pending, [&](const Write& write) {
    if (write.entry->key != key) return false;
    level.pending_bytes -= CostOf(*write.entry);
    return true;
  });
  for (Write& write : level.writing) {
    if (write.entry->key == key) write.dropped = true;
  }
}

async::Awaitable<Expected<void>> Tiers::Drop(std::string key, Wait wait) {
  Expected<void> result;
  for (Level& level : levels_) {
    ForgetWrites(level, key);
    auto dropped = co_await level.tier->Drop(key, wait);
    if (!dropped && result) result = std::move(dropped);
  }
  co_return result;
}

std::vector<Tiers::Stats> Tiers::stats() const {
  std::vector<Stats> stats;
  stats.reserve(levels_.size());
  const std::lock_guard lock(mutex_);
  for (const Level& level : levels_) {
    stats.push_back({level.tier->name(), level.tier->counts(),
                     level.pending.size() + level.writing.size(), level.tier->healthy()});
  }
  return stats;
}

void Tiers::Stop() {
  {
    const std::lock_guard lock(mutex_);
    for (Level& level : levels_) {
      for (std::size_t i = 0; i < level.pending.size(); ++i) level.tier->CountLost();
      level.pending.clear();
      level.pending_bytes = 0;
    }
  }
  stop_.request_stop();
}

bool Tiers::Drained() const {
  const std::lock_guard lock(mutex_);
  return std::ranges::all_of(levels_, [](const Level& level) { return level.writers == 0; });
}

}  // namespace whittle::cache
