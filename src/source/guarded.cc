#include "source/guarded.h"

#include <algorithm>
#include <utility>

namespace whittle::source {
namespace {

// However short the queue may be, a picture that nobody else waits for is read.
constexpr auto kLeast = std::chrono::milliseconds(100);

// The source's own fault. Pictures that are missing, too large or not readable are answers.
bool IsFailure(ErrorKind kind) {
  return kind == ErrorKind::kUpstreamTimeout || kind == ErrorKind::kUpstream;
}

// Says nothing of the source: the caller left, or waited for something else.
bool IsSilent(ErrorKind kind) {
  return kind == ErrorKind::kCancelled || kind == ErrorKind::kOverloaded;
}

// What a call came to, also when it was thrown away: a probe must not be forgotten.
class Noting {
 public:
  explicit Noting(Breaker& breaker) : breaker_(breaker) {}
  ~Noting() { breaker_.Note(kind_); }
  Noting(const Noting&) = delete;
  Noting& operator=(const Noting&) = delete;

  template <class T>
  Expected<T> Of(Expected<T> result) {
    kind_ = result ? std::nullopt : std::optional(result.error().kind);
    return result;
  }

 private:
  Breaker& breaker_;
  std::optional<ErrorKind> kind_ = ErrorKind::kCancelled;
};

std::unexpected<Error> Down() {
  return Fail(ErrorKind::kUpstreamTimeout, "the source does not answer; it is left alone");
}

}  // namespace

bool Breaker::Allows() {
  const std::lock_guard lock(mutex_);
  if (!open_) return true;
  if (probing_ || now_() - opened_ < kRest) return false;
  probing_ = true;
  return true;
}

void Breaker::Note(std::optional<ErrorKind> kind) {
  const std::lock_guard lock(mutex_);
  if (kind && IsSilent(*kind)) {
    probing_ = false;
    return;
  }
  if (!kind || !IsFailure(*kind)) {
    failures_ = 0;
    open_ = false;
    probing_ = false;
    return;
  }
  ++failures_;
  if (!open_ && failures_ < kFailures) return;
  open_ = true;
  probing_ = false;
  opened_ = now_();
}

bool Breaker::healthy() const {
  const std::lock_guard lock(mutex_);
  return !open_;
}

async::Awaitable<Expected<Found>> Guarded::Fetch(SourceRef ref, Validator known, Wait wait) {
  if (!breaker_.Allows()) co_return Down();
  Noting noting(breaker_);
  const auto asked = async::Clock::now();
  WHITTLE_CO_TRY(const auto slot, co_await gate_.Enter(wait.until, wait.stop));
  const auto entered = async::Clock::now();
  wait.until = std::max(wait.until, entered + kLeast);
  auto found =
      noting.Of(co_await source_->Fetch(std::move(ref), std::move(known), std::move(wait)));
  if (found) found->waited = entered - asked;
  co_return found;
}

Load Guarded::load() const {
  const auto stats = gate_.stats();
  return {.in_use = stats.in_use, .waiting = stats.waiting, .slots = stats.slots};
}

}  // namespace whittle::source
