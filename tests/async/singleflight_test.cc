#include "async/singleflight.h"

#include <gtest/gtest.h>

#include <atomic>
#include <stdexcept>

#include "tests/support/coroutines.h"

namespace whittle::async {
namespace {

using Flights = Singleflight<std::string, int>;
using Flight = Flights::Flight;

// Work that runs until the test opens the door, or its flight is deserted.
class Door {
 public:
  async::Awaitable<bool> Pass(std::stop_token stop) {
    auto event = std::make_shared<Event>(co_await asio::this_coro::executor);
    {
      const std::lock_guard lock(mutex_);
      if (open_) co_return true;
      waiting_.push_back(event);
    }
    co_return co_await event->Wait(kNever, stop) == Event::Outcome::kSet;
  }
  void Open() {
    const std::lock_guard lock(mutex_);
    open_ = true;
    for (auto& event : waiting_) event->Set();
  }

 private:
  std::mutex mutex_;
  bool open_ = false;
  std::vector<std::shared_ptr<Event>> waiting_;
};

void WaitUntil(const auto& condition) {
  while (!condition()) std::this_thread::yield();
}

TEST(Singleflight, OneThousandCallersShareOneWork) {
  test::Loop loop;
  Flights flights(loop.context());
  Door door;
  std::atomic<int> works = 0;
  const Flights::Work work = [&](Flight& flight) -> async::Awaitable<Expected<int>> {
    ++works;
    co_await door.Pass(flight.stop_token());
    co_return 42;
  };
  std::vector<std::future<Expected<Flights::Landing>>> callers;
  for (int i = 0; i < 1000; ++i) callers.push_back(loop.Start(flights.Join("key", {}, work, {})));
  WaitUntil([&] { return flights.callers() == 1000; });
  door.Open();
  int leaders = 0;
  for (auto& caller : callers) {
    const auto landing = caller.get();
    ASSERT_TRUE(landing);
    EXPECT_EQ(std::get<int>(landing->result), 42);
    leaders += landing->follower ? 0 : 1;
  }
  EXPECT_EQ(leaders, 1);
  EXPECT_EQ(works, 1);
  EXPECT_EQ(flights.size(), 0U);
  loop.Join();  // flights end apart from their callers, and still use what is above
}

TEST(Singleflight, SharesErrorsAndKeepsNothing) {
  test::Loop loop;
  Flights flights(loop.context());
  std::atomic<int> works = 0;
  const Flights::Work work = [&](Flight&) -> async::Awaitable<Expected<int>> {
    ++works;
    co_return Fail(ErrorKind::kUndecodable);
  };
  for (int i = 1; i <= 2; ++i) {
    const auto landing = loop.Run(flights.Join("key", {}, work, {}));
    ASSERT_FALSE(landing);
    EXPECT_EQ(landing.error().kind, ErrorKind::kUndecodable);
    EXPECT_EQ(works, i);
  }
  loop.Join();  // flights end apart from their callers, and still use what is above
}

TEST(Singleflight, DifferentKeysDoNotWaitForEachOther) {
  test::Loop loop;
  Flights flights(loop.context());
  Door door;
  const Flights::Work slow = [&](Flight& flight) -> async::Awaitable<Expected<int>> {
    co_await door.Pass(flight.stop_token());
    co_return 1;
  };
  const Flights::Work quick = [](Flight&) -> async::Awaitable<Expected<int>> { co_return 2; };
  auto first = loop.Start(flights.Join("a", {}, slow, {}));
  EXPECT_EQ(std::get<int>(loop.Run(flights.Join("b", {}, quick, {}))->result), 2);
  door.Open();
  EXPECT_EQ(std::get<int>(first.get()->result), 1);
  loop.Join();  // flights end apart from their callers, and still use what is above
}

TEST(Singleflight, WorkThatDiesIsStartedAgainAndThenGivenUp) {
  test::Loop loop;
  std::atomic<int> deaths = 0;
  Flights flights(loop.context(), [&](const std::string& key, std::exception_ptr) {
    EXPECT_EQ(key, "key");
    ++deaths;
  });
  std::atomic<int> works = 0;
  const auto dying_until = [&](int attempt) -> Flights::Work {
    return [&works, attempt](Flight&) -> async::Awaitable<Expected<int>> {
      if (++works < attempt) throw std::runtime_error("died");
      co_return works.load();
    };
  };
  EXPECT_EQ(std::get<int>(loop.Run(flights.Join("key", {}, dying_until(3), {}))->result), 3);
  EXPECT_EQ(deaths, 2);
  works = 0;
  const auto given_up = loop.Run(flights.Join("key", {}, dying_until(4), {}));
  ASSERT_FALSE(given_up);
  EXPECT_EQ(given_up.error().kind, ErrorKind::kFlightFailed);
  EXPECT_EQ(works, 3);
  EXPECT_EQ(deaths, 5);
  loop.Join();  // flights end apart from their callers, and still use what is above
}

TEST(Singleflight, WorkStopsWhenTheLastCallerHasGoneAndNotBefore) {
  test::Loop loop;
  Flights flights(loop.context());
  Door door;
  std::promise<bool> stopped;
  std::promise<std::stop_token> started;
  const Flights::Work work = [&](Flight& flight) -> async::Awaitable<Expected<int>> {
    started.set_value(flight.stop_token());
    stopped.set_value(!co_await door.Pass(flight.stop_token()));
    co_return Fail(ErrorKind::kCancelled);
  };
  std::stop_source first_client;
  std::stop_source second_client;
  auto first = loop.Start(flights.Join("key", {}, work, first_client.get_token()));
  const std::stop_token token = started.get_future().get();
  auto second = loop.Start(flights.Join("key", {}, work, second_client.get_token()));
  WaitUntil([&] { return flights.callers() == 2; });
  first_client.request_stop();
  EXPECT_EQ(first.get().error().kind, ErrorKind::kCancelled);
  EXPECT_FALSE(token.stop_requested());
  second_client.request_stop();
  EXPECT_EQ(second.get().error().kind, ErrorKind::kCancelled);
  EXPECT_TRUE(stopped.get_future().get());
  EXPECT_TRUE(token.stop_requested());
  EXPECT_EQ(flights.size(), 0U);
  loop.Join();  // flights end apart from their callers, and still use what is above
}

TEST(Singleflight, ANewcomerDoesNotBoardADesertedFlight) {
  test::Loop loop;
  Flights flights(loop.context());
  Door never;
  std::promise<void> started;
  const Flights::Work stuck = [&](Flight&) -> async::Awaitable<Expected<int>> {
    started.set_value();
    co_await never.Pass({});  // ignores its stop token
    co_return 1;
  };
  std::stop_source client;
  auto deserter = loop.Start(flights.Join("key", {}, stuck, client.get_token()));
  started.get_future().wait();
  client.request_stop();
  EXPECT_FALSE(deserter.get());
  const Flights::Work quick = [](Flight&) -> async::Awaitable<Expected<int>> { co_return 2; };
  EXPECT_EQ(std::get<int>(loop.Run(flights.Join("key", {}, quick, {}))->result), 2);
  never.Open();
  loop.Join();  // flights end apart from their callers, and still use what is above
}

TEST(Singleflight, WhoeverIsSatisfiedEarlyLeavesAndTheRestIsNotDone) {
  test::Loop loop;
  Flights flights(loop.context());
  std::atomic<int> rest = 0;
  const Flights::Work work = [&](Flight& flight) -> async::Awaitable<Expected<int>> {
    if (!flight.Announce("etag")) co_return Fail(ErrorKind::kCancelled);
    ++rest;
    co_return 1;
  };
  const auto knows = [](const std::string& etag) { return etag == "etag"; };
  const auto early = loop.Run(flights.Join("key", knows, work, {}));
  ASSERT_TRUE(early);
  EXPECT_EQ(std::get<std::string>(early->result), "etag");
  EXPECT_EQ(rest, 0);
  const auto differs = [](const std::string& etag) { return etag == "other"; };
  EXPECT_EQ(std::get<int>(loop.Run(flights.Join("key", differs, work, {}))->result), 1);
  EXPECT_EQ(rest, 1);
  loop.Join();  // flights end apart from their callers, and still use what is above
}

TEST(Singleflight, AFollowerIsSatisfiedByWhatWasAnnouncedBefore) {
  test::Loop loop;
  Flights flights(loop.context());
  Door door;
  std::promise<void> announced;
  const Flights::Work work = [&](Flight& flight) -> async::Awaitable<Expected<int>> {
    flight.Announce("etag");
    announced.set_value();
    co_await door.Pass(flight.stop_token());
    co_return 1;
  };
  auto leader = loop.Start(flights.Join("key", {}, work, {}));
  announced.get_future().wait();
  const auto knows = [](const std::string&) { return true; };
  const auto early = loop.Run(flights.Join("key", knows, work, {}));
  EXPECT_TRUE(early->follower);
  EXPECT_EQ(std::get<std::string>(early->result), "etag");
  door.Open();
  EXPECT_EQ(std::get<int>(leader.get()->result), 1);
  loop.Join();  // flights end apart from their callers, and still use what is above
}

// Stop callbacks of strangers ran under the lock of all flights.
TEST(Singleflight, WhoIsToldToStopMayAskTheFlights) {
  test::Loop loop;
  Flights flights(loop.context());
  std::atomic<bool> begun = false, told = false;
  const Flights::Work work = [&](Flight& flight) -> async::Awaitable<Expected<int>> {
    const std::stop_callback on_stop(flight.stop_token(), [&] {
      told = flights.size() == 0;  // would wait for ever for its own thread's lock
    });
    auto event = std::make_shared<Event>(co_await asio::this_coro::executor);
    begun = true;
    co_await event->Wait(kNever, flight.stop_token());
    co_return 0;
  };
  std::stop_source stop;
  auto caller = loop.Start(flights.Join("key", {}, work, stop.get_token()));
  WaitUntil([&] { return begun.load(); });
  stop.request_stop();
  EXPECT_FALSE(caller.get());
  WaitUntil([&] { return flights.running() == 0; });
  EXPECT_TRUE(told);
}

TEST(Singleflight, WorkThatDiesForNobodyIsNotStartedAgain) {
  test::Loop loop;
  Flights flights(loop.context());
  std::atomic<int> begun = 0;
  const Flights::Work work = [&](Flight& flight) -> async::Awaitable<Expected<int>> {
    ++begun;
    auto event = std::make_shared<Event>(co_await asio::this_coro::executor);
    co_await event->Wait(kNever, flight.stop_token());
    throw std::runtime_error("late");
  };
  std::stop_source stop;
  auto caller = loop.Start(flights.Join("key", {}, work, stop.get_token()));
  WaitUntil([&] { return begun == 1; });
  stop.request_stop();
  EXPECT_FALSE(caller.get());
  WaitUntil([&] { return flights.running() == 0; });
  EXPECT_EQ(begun, 1);
}

}  // namespace
}  // namespace whittle::async
