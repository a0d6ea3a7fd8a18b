// How soon those are told who ask a source that is left alone.
//
// A breaker's no costs next to nothing. So clients that ask again at once, and get no more than
// that, are told so twenty thousand times a second, by the CPU that all other sources share. Here
// the first kAtOnce are told at once, and after them one each kApart; the others wait for their
// turn, kLongest at most, and hold nothing meanwhile. Who has waited asks the breaker once more.
//
// A value; its owner locks. Next is some arithmetic, and WaitToBeTold costs nothing without a wait.
#pragma once

#include <chrono>

#include "async/event.h"
#include "source/wait.h"
#include "whittle/expected.h"

namespace whittle::source {

class Refusals {
 public:
  static constexpr int kAtOnce = 64;
  static constexpr std::chrono::microseconds kApart{15'625};  // 64 a second
  static constexpr std::chrono::seconds kLongest{1};

  /// How long the next one waits.
  async::Clock::duration Next(async::Clock::time_point now);

 private:
  async::Clock::time_point next_{};  // had they been told one by one
};

/// Waits so long, and no longer than `wait`. The error is that of a caller who has left
/// (kCancelled). The coroutine must run on a strand.
async::Awaitable<Expected<void>> WaitToBeTold(async::Clock::duration time, Wait wait);

}  // namespace whittle::source
