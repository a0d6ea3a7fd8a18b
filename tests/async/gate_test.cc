#include "async/gate.h"

#include <gtest/gtest.h>

#include <atomic>
#include <thread>

#include "tests/support/coroutines.h"

namespace whittle::async {
namespace {

TEST(Gate, RefusesAtOnceWhenTheQueueIsFull) {
  test::Loop loop;
  Gate gate({.slots = 1, .max_waiting = 0});
  auto held = loop.Run(gate.Enter(kNever, {}));
  ASSERT_TRUE(held);
  const auto refused = loop.Run(gate.Enter(kNever, {}));
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().kind, ErrorKind::kOverloaded);
  held->Return();
  EXPECT_TRUE(loop.Run(gate.Enter(kNever, {})));
}

TEST(Gate, HandsAReturnedTicketToTheNextInLine) {
  test::Loop loop;
  Gate gate({.slots = 1, .max_waiting = 8});
  auto held = loop.Run(gate.Enter(kNever, {}));
  std::mutex mutex;
  std::vector<int> order;
  const auto wait = [&gate, &mutex, &order](int number) -> async::Awaitable<void> {
    auto ticket = co_await gate.Enter(kNever, {});
    const std::lock_guard lock(mutex);
    order.push_back(ticket ? number : -1);
  };
  std::vector<std::future<void>> waiting;
  for (int i = 0; i < 5; ++i) {
    waiting.push_back(loop.Start(wait(i)));
    while (gate.stats().waiting != i + 1) std::this_thread::yield();
  }
  held->Return();
  for (auto& done : waiting) done.get();
  EXPECT_EQ(order, (std::vector{0, 1, 2, 3, 4}));
  EXPECT_EQ(gate.stats().in_use, 0);
}

TEST(Gate, AWaiterLeavesWhenItsClientHasGone) {
  test::Loop loop;
  Gate gate({.slots = 1, .max_waiting = 8});
  auto held = loop.Run(gate.Enter(kNever, {}));
  std::stop_source stop;
  auto waiting = loop.Start(gate.Enter(kNever, stop.get_token()));
  while (gate.stats().waiting != 1) std::this_thread::yield();
  stop.request_stop();
  const auto left = waiting.get();
  ASSERT_FALSE(left);
  EXPECT_EQ(left.error().kind, ErrorKind::kCancelled);
  EXPECT_EQ(gate.stats().waiting, 0);
  held->Return();
  EXPECT_EQ(gate.stats().in_use, 0);
}

TEST(Gate, AWaiterIsRefusedAtItsDeadline) {
  test::Loop loop;
  Gate gate({.slots = 1, .max_waiting = 8});
  const auto held = loop.Run(gate.Enter(kNever, {}));
  const auto refused = loop.Run(gate.Enter(Clock::now(), {}));
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().kind, ErrorKind::kOverloaded);
  EXPECT_EQ(gate.stats().waiting, 0);
}

TEST(Gate, WhoNeedsLittleWaitsBehindWhoNeedsMuch) {
  test::Loop loop;
  Gate gate({.slots = 4, .max_waiting = 8});
  auto held = loop.Run(gate.Enter(kNever, {}, 2));
  auto large = loop.Start(gate.Enter(kNever, {}, 3));
  while (gate.stats().waiting != 1) std::this_thread::yield();
  auto small = loop.Start(gate.Enter(kNever, {}, 1));
  while (gate.stats().waiting != 2) std::this_thread::yield();
  EXPECT_EQ(gate.stats().in_use, 2);
  held->Return();
  const auto both = std::pair(large.get(), small.get());
  EXPECT_TRUE(both.first && both.second);
  EXPECT_EQ(gate.stats().in_use, 4);
}

TEST(Gate, WhoLeavesMakesWayForThoseBehind) {
  test::Loop loop;
  Gate gate({.slots = 4, .max_waiting = 8});
  auto held = loop.Run(gate.Enter(kNever, {}, 2));
  std::stop_source stop;
  auto large = loop.Start(gate.Enter(kNever, stop.get_token(), 4));
  while (gate.stats().waiting != 1) std::this_thread::yield();
  auto small = loop.Start(gate.Enter(kNever, {}, 2));
  while (gate.stats().waiting != 2) std::this_thread::yield();
  stop.request_stop();
  EXPECT_FALSE(large.get());
  EXPECT_TRUE(small.get());
}

TEST(Gate, WhoNeedsMoreThanThereIsGetsAll) {
  test::Loop loop;
  Gate gate({.slots = 4, .max_waiting = 0});
  const auto all = loop.Run(gate.Enter(kNever, {}, 100));
  ASSERT_TRUE(all);
  EXPECT_EQ(gate.stats().in_use, 4);
  EXPECT_FALSE(loop.Run(gate.Enter(kNever, {})));
}

TEST(Gate, NeverAdmitsMoreThanItsSlots) {
  test::Loop loop(4);
  Gate gate({.slots = 3, .max_waiting = 1000});
  std::atomic<int> inside = 0;
  std::atomic<int> peak = 0;
  const auto enter = [&]() -> async::Awaitable<bool> {
    const auto ticket = co_await gate.Enter(kNever, {});
    if (!ticket) co_return false;
    auto job = [&] {
      int now = ++inside;
      int seen = peak;
      while (now > seen && !peak.compare_exchange_weak(seen, now)) {
      }
      std::this_thread::yield();
      --inside;
      return true;
    };
    co_return job();
  };
  std::vector<std::future<bool>> all;
  for (int i = 0; i < 400; ++i) all.push_back(loop.Start(enter()));
  for (auto& one : all) EXPECT_TRUE(one.get());
  EXPECT_LE(peak, 3);
  EXPECT_EQ(gate.stats().in_use, 0);
}

}  // namespace
}  // namespace whittle::async
