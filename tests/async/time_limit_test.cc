#include "async/time_limit.h"

#include <gtest/gtest.h>

#include <boost/asio/this_coro.hpp>

#include "tests/support/coroutines.h"

namespace whittle::async {
namespace {

// Until its own limit, or the other token, stops it; true when that came.
Awaitable<bool> IsStopped(Clock::duration limit, std::stop_token stop, Clock::duration patience) {
  const auto strand = co_await asio::this_coro::executor;
  const TimeLimit time(strand, Clock::now() + limit, std::move(stop));
  const auto event = std::make_shared<Event>(strand);
  co_return co_await event->Wait(Clock::now() + patience, time.token()) == Event::Outcome::kStopped;
}

TEST(TimeLimit, StopsAtItsMoment) {
  test::Loop loop;
  EXPECT_TRUE(loop.Run(IsStopped(std::chrono::milliseconds(1), {}, std::chrono::minutes(1))));
}

TEST(TimeLimit, StopsWithTheOtherToken) {
  test::Loop loop;
  std::stop_source stop;
  auto waits =
      loop.Start(IsStopped(std::chrono::hours(1), stop.get_token(), std::chrono::hours(1)));
  stop.request_stop();
  EXPECT_TRUE(waits.get());
  EXPECT_TRUE(loop.Run(IsStopped(std::chrono::hours(1), stop.get_token(), std::chrono::hours(1))))
      << "also with one that had stopped before";
}

TEST(TimeLimit, ElseLetsGoOn) {
  test::Loop loop;
  EXPECT_FALSE(loop.Run(IsStopped(std::chrono::hours(1), {}, std::chrono::milliseconds(1))));
}

// The loop would run for the hour that the timer still had.
TEST(TimeLimit, LeavesNothingBehind) {
  test::Loop loop;
  EXPECT_FALSE(loop.Run(IsStopped(std::chrono::hours(1), {}, std::chrono::milliseconds(1))));
  loop.Join();
}

}  // namespace
}  // namespace whittle::async
