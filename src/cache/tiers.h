// The tiers below memory, as one: asked in their order, the upper filled from the lower.
//
// Find waits for one tier after the other, each behind its guard, until one has the entry. Put
// never waits: entries go into a queue for each tier, bounded in number and bytes, from which some
// writes at a time are made; what does not fit is lost, with a count. Drop overtakes them: what
// waits to be written is forgotten, and what is being written is dropped when it has been.
//
// What waits to be written is held until then, beyond what the memory budget knows of when it was
// found in a lower tier; pending_bytes bounds that.
//
// Thread-safe; Find and Drop are called by coroutines on strands. Writes run on strands of their
// own. Destroy it only when it is Drained.
#pragma once

#include <boost/asio/io_context.hpp>
#include <cstddef>
#include <list>
#include <memory>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "cache/guarded_tier.h"

namespace whittle::cache {

class Tiers {
 public:
  struct Options {
    GuardedTier::Options guard;
    int finds = 256;             ///< at once; further callers find nothing
    int writers = 4;             ///< writes at once, of a tier
    std::size_t pending = 1024;  ///< entries that wait to be written, for a tier
    std::size_t pending_bytes = 32 << 20;
  };

  struct Stats {
    std::string_view name;
    TierCounts counts;
    std::size_t pending = 0;  ///< entries that wait or are being written
    bool healthy = true;
  };

  /// `tiers`: the one to be asked first is at the front. `io` must outlive it.
  Tiers(boost::asio::io_context& io, std::vector<std::unique_ptr<Tier>> tiers, Options options);
  Tiers(const Tiers&) = delete;
  Tiers& operator=(const Tiers&) = delete;

  /// What is kept as `key` in the first tier that has it; nothing when none has, or in time.
  async::Awaitable<std::optional<Found>> Find(std::string key, Wait wait);
  /// Has it kept in every tier, some time after this returns, or never.
  void Put(const EntryPtr& entry);
  /// Forgets `key`. The first error, when a tier did not do so.
  async::Awaitable<Expected<void>> Drop(std::string key, Wait wait);

  /// Of each tier, in their order.
  std::vector<Stats> stats() const;
  /// Nothing is written any more but what is being written, which is told to stop.
  void Stop();
  /// Nothing waits to be written, or is.
  bool Drained() const;

 private:
  struct Write {
    EntryPtr entry;
    bool dropped = false;  // while it was under way
  };
  using Writes = std::list<Write>;
  struct Level {
    std::unique_ptr<GuardedTier> tier;
    Writes pending;
    std::size_t pending_bytes = 0;
    Writes writing;
    int writers = 0;
  };

  void PutIn(Level& level, const EntryPtr& entry);
  async::Awaitable<void> WriteAll(Level& level);
  std::optional<Writes::iterator> Begin(Level& level);
  bool End(Level& level, Writes::iterator write);
  void ForgetWrites(Level& level, const std::string& key);

  boost::asio::io_context& io_;
  const Options options_;
  std::stop_source stop_;
  mutable std::mutex mutex_;
  int finds_ = 0;
  std::vector<Level> levels_;  // never grows; all but `tier` under the lock
};

}  // namespace whittle::cache
