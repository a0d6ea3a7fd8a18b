// Tiers: places that keep finished results longer than this process, or for others besides it.
//
// cache::Tiers is the only caller, through a GuardedTier. One Tier serves the whole process from
// any thread; its coroutines run on their callers' strands, and what they call must not block
// those. To add one: write cache/<name>.cc that defines `extern const TierKind k<Name>Tier`, and
// add one line to tiers.def.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "async/blocking_pool.h"
#include "async/budget.h"
#include "async/wait.h"
#include "cache/entry.h"
#include "whittle/expected.h"

namespace whittle::cache {

using async::Wait;

/// An entry that was found, and the right to hold its bytes.
struct Found {
  EntryPtr entry;
  async::Budget::Ticket memory;  ///< for entry->bytes
};

/// All calls end soon after `wait.until` or a stop request. Errors that say that the tier does not
/// work, and count against it: kUpstream, kUpstreamTimeout, kUnreadable, kInternal. Others:
/// kOverloaded (no room now, here or there) and kCancelled.
class Tier {
 public:
  virtual ~Tier() = default;
  /// Of its kind, for metrics and logs: "disk".
  virtual std::string_view name() const = 0;
  /// What is kept as `key`; nothing when there is nothing. Errors besides those above: Parse's.
  virtual async::Awaitable<Expected<std::optional<Found>>> Find(std::string key, Wait wait) = 0;
  /// Keeps `entry` in place of what its key named before; afterwards, or if it fails, a Find gives
  /// either of them, whole. kTooLarge: it is never kept.
  virtual async::Awaitable<Expected<void>> Put(EntryPtr entry, Wait wait) = 0;
  /// Afterwards there is nothing as `key`.
  virtual async::Awaitable<Expected<void>> Drop(std::string key, Wait wait) = 0;
};

struct TierOptions {
  std::string location;                  ///< "scheme://...", or a directory
  std::uint64_t max_bytes = 64U << 20;   ///< of an entry in its serial form
  async::BlockingPool* files = nullptr;  ///< threads that may block on files; outlives the tier
  async::Budget* memory = nullptr;       ///< for what is found; outlives what is found
};

struct TierKind {
  std::string_view scheme;  ///< of `location`, without "://"; empty for a plain directory
  Expected<std::unique_ptr<Tier>> (*make)(const TierOptions& options);
};

/// The tier that `options.location` names. The error's text says what is wrong with it.
Expected<std::unique_ptr<Tier>> MakeTier(const TierOptions& options);

}  // namespace whittle::cache
