#include "source/guarded.h"

#include <utility>

namespace whittle::source {
namespace {

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

async::Awaitable<Expected<Fetched>> Guarded::Fetch(std::string path, Wait wait) {
  if (!breaker_.Allows()) co_return Down();
  Noting noting(breaker_);
  co_return noting.Of(co_await source_->Fetch(std::move(path), std::move(wait)));
}

async::Awaitable<Expected<Stamp>> Guarded::Check(std::string path, Wait wait) {
  if (!breaker_.Allows()) co_return Down();
  Noting noting(breaker_);
  co_return noting.Of(co_await source_->Check(std::move(path), std::move(wait)));
}

}  // namespace whittle::source
