#include "source/refusals.h"

#include <algorithm>
#include <boost/asio/this_coro.hpp>
#include <memory>

namespace whittle::source {

async::Clock::duration Refusals::Next(async::Clock::time_point now) {
  constexpr async::Clock::duration kAhead = (kAtOnce - 1) * kApart;
  next_ = std::max(next_, now);
  const auto wait = std::max(next_ - kAhead - now, async::Clock::duration::zero());
  if (wait > kLongest) return kLongest;  // a longer line would outlast those who stand in it
  next_ += kApart;
  return wait;
}

async::Awaitable<Expected<void>> WaitToBeTold(async::Clock::duration time, Wait wait) {
  if (time == async::Clock::duration::zero()) co_return Expected<void>();
  const auto until = std::min(wait.until, async::Clock::now() + time);
  const auto event = std::make_shared<async::Event>(co_await async::asio::this_coro::executor);
  if (co_await event->Wait(until, wait.stop) == async::Event::Outcome::kStopped) {
    co_return Fail(ErrorKind::kCancelled);
  }
  co_return Expected<void>();
}

}  // namespace whittle::source
