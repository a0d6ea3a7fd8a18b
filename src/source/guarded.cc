#include "source/guarded.h"

#include <algorithm>
#include <utility>

namespace whittle::source {
namespace {

// However short the queue may be, a picture that nobody else waits for is read.
constexpr auto kLeast = std::chrono::milliseconds(100);

// Pictures that are missing, too large or not readable are answers. Who left, or waited for
// something else, has seen nothing of the source.
async::Breaker::Outcome OutcomeOf(ErrorKind kind) {
  switch (kind) {
    case ErrorKind::kUpstreamTimeout:
    case ErrorKind::kUpstream:
      return async::Breaker::Outcome::kFailed;
    case ErrorKind::kCancelled:
    case ErrorKind::kOverloaded:
      return async::Breaker::Outcome::kUnknown;
    default:
      return async::Breaker::Outcome::kAnswered;
  }
}

std::unexpected<Error> Down() {
  return Fail(ErrorKind::kUpstreamTimeout, "the source does not answer; it is left alone");
}

}  // namespace

async::Clock::duration Guarded::NextRefusal() {
  const std::lock_guard lock(mutex_);
  return refusals_.Next(now_());
}

async::Awaitable<Expected<Found>> Guarded::Fetch(SourceRef ref, Validator known, Wait wait) {
  if (!breaker_.Allows()) {
    WHITTLE_CO_CHECK(co_await WaitToBeTold(NextRefusal(), wait));
    if (!breaker_.Allows()) co_return Down();
  }
  async::Breaker::Call noted(breaker_);
  const auto asked = async::Clock::now();
  WHITTLE_CO_TRY(const auto slot, co_await gate_.Enter(wait.until, wait.stop));
  const auto entered = async::Clock::now();
  wait.until = std::max(wait.until, entered + kLeast);
  auto found = co_await source_->Fetch(std::move(ref), std::move(known), std::move(wait));
  noted.Ended(found ? async::Breaker::Outcome::kAnswered : OutcomeOf(found.error().kind));
  if (found) found->waited = entered - asked;
  co_return found;
}

Load Guarded::load() const {
  const auto stats = gate_.stats();
  return {.in_use = stats.in_use,
          .waiting = stats.waiting,
          .slots = stats.slots,
          .left_alone = breaker_.healthy() ? 0 : 1};
}

}  // namespace whittle::source
