// The results that the service keeps, and how long each may be believed.
//
// A result is believed for `fresh`, or for what its source has said, from the moment when that was
// last looked at; one of a file that ends too early for `truncated` at most. After that it is not
// sent before its source has been looked at again, which is Service::Fly's work. Any thread; a
// look-up costs one lock and one reading of the clock.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "cache/memory.h"
#include "service/request.h"
#include "source/source.h"

namespace whittle::service {

using Clock = std::chrono::steady_clock;
using Now = std::function<Clock::time_point()>;

/// What is known of a result.
struct Result {
  Identity identity;
  std::shared_ptr<const Rendition> rendition;  ///< null: only its name is known
  source::Validator validator;                 ///< of its source
  Clock::time_point checked;                   ///< when the source was last looked at, or before
  /// How long the source said that it may be believed; nothing: as long as the others.
  std::optional<std::chrono::nanoseconds> fresh_for = std::nullopt;
};
using ResultPtr = std::shared_ptr<const Result>;

class Results {
 public:
  struct Fresh {
    std::chrono::nanoseconds usually;
    std::chrono::nanoseconds truncated;  ///< at most
  };
  /// Keeps up to `bytes`; 0 keeps nothing. The clock is injected so that tests need not wait.
  Results(std::size_t bytes, Fresh fresh, Now now)
      : memory_(bytes), fresh_(fresh), now_(std::move(now)) {}

  /// What is kept as `key`, however old, or null.
  ResultPtr Find(std::string_view key) { return memory_.Find(key); }
  /// May be sent without another look at its source.
  bool IsFresh(const Result& result) const { return FreshFor(result).count() > 0; }
  /// For so long; not at all when it is negative.
  std::chrono::nanoseconds FreshFor(const Result& result) const {
    auto life = result.fresh_for.value_or(fresh_.usually);
    if (result.identity.truncated) life = std::min(life, fresh_.truncated);
    return life - (now_() - result.checked);
  }
  /// The same of what a source has said at `asked`.
  bool IsBelieved(Clock::time_point asked,
                  std::optional<std::chrono::nanoseconds> fresh_for) const {
    return fresh_for.value_or(fresh_.usually) > now_() - asked;
  }
  /// What caches in front of us may do with it, where its source says that: what is left of it,
  /// else they would keep it for as long again.
  std::optional<CacheControl> CachingNow(const Identity& identity) const {
    if (!identity.caching) return std::nullopt;
    return identity.caching->After(
        std::chrono::floor<std::chrono::seconds>(now_() - identity.looked).count());
  }
  /// For Result::checked.
  Clock::time_point now() const { return now_(); }
  void Keep(std::string_view key, ResultPtr result);
  void Drop(std::string_view key) { memory_.Drop(key); }
  /// Forgets what was used least recently, until that has cost `bytes`.
  void Release(std::size_t bytes) { memory_.Release(bytes); }
  std::size_t bytes() const { return memory_.bytes(); }

 private:
  cache::Memory<Result> memory_;
  const Fresh fresh_;
  const Now now_;
};

}  // namespace whittle::service
