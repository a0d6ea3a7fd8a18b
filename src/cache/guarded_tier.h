// A tier behind a deadline, a breaker and counters: however it fails, that is a miss.
//
// Reads and writes have a breaker each, since a disk that is full can still be read. What Find
// gives was asked for by its key and has passed its hash; an entry that has not is counted,
// dropped, and a miss. Thread-safe. Cost of a call: a timer entry and two uncontended locks.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "async/breaker.h"
#include "cache/tier.h"

namespace whittle::cache {

/// Of one tier, since it was made.
struct TierCounts {
  std::uint64_t hits = 0;
  std::uint64_t misses = 0;    ///< it answered: nothing is kept
  std::uint64_t errors = 0;    ///< it failed, or did not answer in time
  std::uint64_t poisoned = 0;  ///< what is kept is not what was put there
  std::uint64_t skipped = 0;   ///< not asked, because it is left alone
  std::uint64_t puts = 0;      ///< entries kept
  std::uint64_t lost = 0;      ///< entries that were to be kept, and are not
};

class GuardedTier final : public Tier {
 public:
  struct Options {
    async::Clock::duration find = std::chrono::milliseconds(60);  ///< a request waits no longer
    async::Clock::duration write = std::chrono::seconds(1);
    async::Breaker::Limits breaker = {.failures = 3, .rest = std::chrono::seconds(1)};
    async::Breaker::Now now = &async::Clock::now;  ///< the breakers'
  };

  GuardedTier(std::unique_ptr<Tier> tier, const Options& options);

  std::string_view name() const override { return tier_->name(); }
  /// Never an error.
  async::Awaitable<Expected<std::optional<Found>>> Find(std::string key, Wait wait) override;
  async::Awaitable<Expected<void>> Put(EntryPtr entry, Wait wait) override;
  /// Asked also while writes are left alone: somebody wants it gone, and will hear that it is not.
  async::Awaitable<Expected<void>> Drop(std::string key, Wait wait) override;

  TierCounts counts() const;
  /// False while reads or writes are left alone.
  bool healthy() const { return reads_.healthy() && writes_.healthy(); }
  /// An entry was not even tried to be put.
  void CountLost() { ++lost_; }
  /// A look-up was not even tried.
  void CountSkipped() { ++skipped_; }

 private:
  async::Awaitable<void> DropPoisoned(std::string key, Wait wait);

  const Options options_;
  const std::unique_ptr<Tier> tier_;
  async::Breaker reads_, writes_;
  std::atomic<std::uint64_t> hits_ = 0, misses_ = 0, errors_ = 0, poisoned_ = 0, skipped_ = 0,
                             puts_ = 0, lost_ = 0;
};

}  // namespace whittle::cache
