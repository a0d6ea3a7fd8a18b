// The tiers below memory, as the service sees them: its results go down as entries and come back.
//
// What comes back is a result like one that memory has kept: believed while it is fresh, by clocks
// on walls, and then compared with its source. An entry's key has in it what its bytes depend on
// besides its source and transform, so a replica never finds what another version of Whittle, or
// one with other limits, has made. Thread-safe. Nothing here is on the way of what memory has.
#pragma once

#include <functional>
#include <string>
#include <utility>

#include "cache/tiers.h"
#include "service/results.h"
#include "whittle/limits.h"

namespace whittle::service {

class Below {
 public:
  struct Options {
    cache::Tiers* tiers = nullptr;  ///< outlives the service; null: there are none
    /// Says where the sources are: whoever shares tiers and says the same reads the same pictures.
    std::string space;
    std::function<cache::WallTime()> now = &Now;
  };

  /// `results` must outlive it; their clock is what freshness is counted by.
  Below(Options options, const Results& results)
      : options_(std::move(options)), results_(results) {}

  bool exists() const { return options_.tiers != nullptr; }
  /// A result that has a rendition, or null. Those made under other `limits` are not found.
  async::Awaitable<ResultPtr> Find(const std::string& key, const Limits& limits, async::Wait wait);
  /// Has `result` kept, some time later, if there are tiers and it has a rendition.
  void Keep(const std::string& key, const Limits& limits, const Result& result);
  /// Nothing waits to be written.
  bool Drained() const { return !exists() || options_.tiers->Drained(); }

  static cache::WallTime Now();

 private:
  std::string NameOf(const std::string& key, const Limits& limits) const;

  const Options options_;
  const Results& results_;
};

}  // namespace whittle::service
