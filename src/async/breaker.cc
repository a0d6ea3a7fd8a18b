#include "async/breaker.h"

namespace whittle::async {

bool Breaker::Allows() {
  const std::lock_guard lock(mutex_);
  if (!open_) return true;
  if (probing_ || now_() - opened_ < limits_.rest) return false;
  probing_ = true;
  return true;
}

void Breaker::Note(Outcome outcome) {
  const std::lock_guard lock(mutex_);
  switch (outcome) {
    case Outcome::kUnknown:
      probing_ = false;
      return;
    case Outcome::kAnswered:
      failures_ = 0;
      open_ = false;
      probing_ = false;
      return;
    case Outcome::kFailed:
      ++failures_;
      if (!open_ && failures_ < limits_.failures) return;
      open_ = true;
      probing_ = false;
      opened_ = now_();
  }
}

bool Breaker::healthy() const {
  const std::lock_guard lock(mutex_);
  return !open_;
}

}  // namespace whittle::async
