#include "source/host_breaker.h"

namespace whittle::source {

bool HostBreaker::WouldAllow(Time now) const {
  return !open_ || (!probing_ && now - opened_ >= kRest);
}

bool HostBreaker::Allows(Time now) {
  if (!WouldAllow(now)) return false;
  probing_ = open_;
  return true;
}

void HostBreaker::Note(Outcome outcome, Time now) {
  if (outcome == Outcome::kSilent) {
    probing_ = false;
    return;
  }
  const bool failed = outcome == Outcome::kFailure;
  if (open_ && !failed) *this = HostBreaker();  // all is forgotten
  probing_ = false;
  in_a_row_ = failed ? in_a_row_ + 1 : 0;
  failed_[calls_++ % kWindow] = failed;
  const bool half = calls_ >= kWindow && failed_.count() * 2 >= kWindow;
  if (!failed || (!open_ && in_a_row_ < kInARow && !half)) return;
  open_ = true;
  opened_ = now;
}

}  // namespace whittle::source
