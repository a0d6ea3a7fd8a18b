#include "cache/guarded_tier.h"

#include <algorithm>
#include <boost/asio/this_coro.hpp>
#include <exception>
#include <type_traits>
#include <utility>

#include "async/time_limit.h"
#include "base/what.h"

namespace whittle::cache {
namespace {

using async::Breaker;

bool IsPoisoned(ErrorKind kind) { return kind == ErrorKind::kUndecodable; }

// Entries of other versions are somebody's, who shares the tier with us.
bool IsAnswer(ErrorKind kind) {
  return IsPoisoned(kind) || kind == ErrorKind::kUnsupported || kind == ErrorKind::kTooLarge;
}

Breaker::Outcome OutcomeOf(const Error& error) {
  if (IsAnswer(error.kind)) return Breaker::Outcome::kAnswered;
  const bool silent = error.kind == ErrorKind::kCancelled || error.kind == ErrorKind::kOverloaded;
  return silent ? Breaker::Outcome::kUnknown : Breaker::Outcome::kFailed;
}

// What `call(wait)` comes to by `limit` from now, and a note of it. What it throws is an error,
// too.
template <class F, class R = typename std::invoke_result_t<F&, Wait>::value_type>
async::Awaitable<R> Limited(Breaker& breaker, async::Clock::duration limit, Wait wait, F call) {
  Breaker::Call noted(breaker);
  const auto at = async::Clock::now() + limit;
  const async::TimeLimit time(co_await boost::asio::this_coro::executor, std::min(wait.until, at),
                              wait.stop);
  R result = Fail(ErrorKind::kInternal);
  try {
    result = co_await call(Wait{async::kNever, time.token()});
  } catch (...) {
    result = Fail(ErrorKind::kInternal, What(std::current_exception()));
  }
  if (result) {
    noted.Ended(Breaker::Outcome::kAnswered);
    co_return result;
  }
  // Who has less time than that learns nothing of the tier.
  if (result.error().kind == ErrorKind::kCancelled && async::Clock::now() >= at) {
    result = Fail(ErrorKind::kUpstreamTimeout, "the tier did not answer in time");
  }
  noted.Ended(OutcomeOf(result.error()));
  co_return result;
}

}  // namespace

GuardedTier::GuardedTier(std::unique_ptr<Tier> tier, const Options& options)
    : options_(options),
      tier_(std::move(tier)),
      reads_(options.now, options.breaker),
      writes_(options.now, options.breaker) {}

async::Awaitable<Expected<std::optional<Found>>> GuardedTier::Find(std::string key, Wait wait) {
  if (!reads_.Allows()) {
    ++skipped_;
    co_return std::nullopt;
  }
  auto found = co_await Limited(reads_, options_.find, wait,
                                [&](Wait limited) { return tier_->Find(key, std::move(limited)); });
  if (found && *found && (*found)->entry->key != key) {
    found = Fail(ErrorKind::kUndecodable, "another's");
  }
  if (found) {
    ++(*found ? hits_ : misses_);
    co_return found;
  }
  if (!IsPoisoned(found.error().kind)) {
    if (found.error().kind != ErrorKind::kCancelled) ++errors_;
    co_return std::nullopt;
  }
  ++poisoned_;
  co_await DropPoisoned(std::move(key), std::move(wait));
  co_return std::nullopt;
}

// Within the time of another look-up: somebody waits for an answer.
async::Awaitable<void> GuardedTier::DropPoisoned(std::string key, Wait wait) {
  if (!writes_.Allows()) co_return;
  static_cast<void>(co_await Limited(writes_, options_.find, std::move(wait), [&](Wait limited) {
    return tier_->Drop(key, std::move(limited));
  }));
}

async::Awaitable<Expected<void>> GuardedTier::Put(EntryPtr entry, Wait wait) {
  if (!writes_.Allows()) {
    ++lost_;
    co_return Fail(ErrorKind::kUpstreamTimeout, "the tier is left alone");
  }
  auto put = co_await Limited(writes_, options_.write, std::move(wait), [&](Wait limited) {
    return tier_->Put(std::move(entry), std::move(limited));
  });
  ++(put ? puts_ : lost_);
  co_return put;
}

async::Awaitable<Expected<void>> GuardedTier::Drop(std::string key, Wait wait) {
  co_return co_await Limited(writes_, options_.write, std::move(wait), [&](Wait limited) {
    return tier_->Drop(std::move(key), std::move(limited));
  });
}

TierCounts GuardedTier::counts() const {
  return {.hits = hits_,
          .misses = misses_,
          .errors = errors_,
          .poisoned = poisoned_,
          .skipped = skipped_,
          .puts = puts_,
          .lost = lost_};
}

}  // namespace whittle::cache
