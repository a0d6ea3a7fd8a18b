#include "async/event.h"

#include <gtest/gtest.h>

#include <boost/asio/this_coro.hpp>

#include "tests/support/coroutines.h"

namespace whittle::async {
namespace {

using Outcome = Event::Outcome;

// Makes an event on the coroutine's strand, hands it out, and waits.
async::Awaitable<Outcome> WaitOn(std::promise<std::shared_ptr<Event>>& made,
                                 Clock::time_point deadline, std::stop_token stop) {
  auto event = std::make_shared<Event>(co_await asio::this_coro::executor);
  made.set_value(event);
  co_return co_await event->Wait(deadline, stop);
}

TEST(Event, WakesWhenSetFromAnotherThread) {
  test::Loop loop;
  std::promise<std::shared_ptr<Event>> made;
  auto outcome = loop.Start(WaitOn(made, kNever, {}));
  made.get_future().get()->Set();
  EXPECT_EQ(outcome.get(), Outcome::kSet);
}

TEST(Event, WakesWhenItWasSetBeforehand) {
  test::Loop loop;
  const auto wait = [](Clock::time_point deadline) -> async::Awaitable<Outcome> {
    auto event = std::make_shared<Event>(co_await asio::this_coro::executor);
    event->Set();
    event->Set();
    co_return co_await event->Wait(deadline);
  };
  EXPECT_EQ(loop.Run(wait(kNever)), Outcome::kSet);
}

TEST(Event, WakesAtTheDeadline) {
  test::Loop loop;
  std::promise<std::shared_ptr<Event>> made;
  EXPECT_EQ(loop.Run(WaitOn(made, Clock::now(), {})), Outcome::kDeadline);
}

TEST(Event, WakesWhenStopIsRequestedBeforeOrWhileWaiting) {
  test::Loop loop;
  std::stop_source stop;
  std::promise<std::shared_ptr<Event>> first;
  auto outcome = loop.Start(WaitOn(first, kNever, stop.get_token()));
  first.get_future().wait();
  stop.request_stop();
  EXPECT_EQ(outcome.get(), Outcome::kStopped);
  std::promise<std::shared_ptr<Event>> second;
  EXPECT_EQ(loop.Run(WaitOn(second, kNever, stop.get_token())), Outcome::kStopped);
}

TEST(Event, OutlivesItsWaiter) {
  test::Loop loop;
  std::promise<std::shared_ptr<Event>> made;
  loop.Run(WaitOn(made, Clock::now(), {}));
  made.get_future().get()->Set();  // must touch nothing that is gone
  loop.Join();
}

}  // namespace
}  // namespace whittle::async
