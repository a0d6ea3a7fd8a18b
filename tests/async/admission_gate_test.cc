#include "async/admission_gate.h"

#include <gtest/gtest.h>

#include <atomic>

#include "async/offload.h"
#include "tests/support/coroutines.h"

namespace whittle::async {
namespace {

using Ticket = AdmissionGate::Ticket;

constexpr auto kLong = std::chrono::hours(1);

TEST(AdmissionGate, RefusesAtOnceWhenTheQueueIsFull) {
  test::Loop loop;
  AdmissionGate gate({.slots = 1, .max_waiting = 0, .max_wait = kLong});
  auto held = loop.Run(gate.Enter({}));
  ASSERT_TRUE(held);
  const auto refused = loop.Run(gate.Enter({}));
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().kind, ErrorKind::kOverloaded);
  held->Return();
  EXPECT_TRUE(loop.Run(gate.Enter({})));
}

TEST(AdmissionGate, HandsAReturnedTicketToTheNextInLine) {
  test::Loop loop;
  AdmissionGate gate({.slots = 1, .max_waiting = 8, .max_wait = kLong});
  auto held = loop.Run(gate.Enter({}));
  std::mutex mutex;
  std::vector<int> order;
  const auto wait = [&gate, &mutex, &order](int number) -> async::Awaitable<void> {
    auto ticket = co_await gate.Enter({});
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

TEST(AdmissionGate, AWaiterLeavesWhenItsClientHasGone) {
  test::Loop loop;
  AdmissionGate gate({.slots = 1, .max_waiting = 8, .max_wait = kLong});
  auto held = loop.Run(gate.Enter({}));
  std::stop_source stop;
  auto waiting = loop.Start(gate.Enter(stop.get_token()));
  while (gate.stats().waiting != 1) std::this_thread::yield();
  stop.request_stop();
  const auto left = waiting.get();
  ASSERT_FALSE(left);
  EXPECT_EQ(left.error().kind, ErrorKind::kCancelled);
  EXPECT_EQ(gate.stats().waiting, 0);
  held->Return();
  EXPECT_EQ(gate.stats().in_use, 0);
}

TEST(AdmissionGate, AWaiterIsRefusedAtItsDeadline) {
  test::Loop loop;
  AdmissionGate gate({.slots = 1, .max_waiting = 8, .max_wait = Clock::duration{}});
  const auto held = loop.Run(gate.Enter({}));
  const auto refused = loop.Run(gate.Enter({}));
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().kind, ErrorKind::kOverloaded);
}

TEST(AdmissionGate, RefusesWhoWouldWaitLongerThanAllowed) {
  test::Loop loop;
  AdmissionGate gate({.slots = 1, .max_waiting = 100, .max_wait = std::chrono::nanoseconds(1)});
  {
    const auto first = loop.Run(gate.Enter({}));
  }  // teaches the mean hold time: over 1 ns
  const auto held = loop.Run(gate.Enter({}));
  EXPECT_GT(gate.ExpectedWait(), std::chrono::nanoseconds(1));
  const auto refused = loop.Run(gate.Enter({}));
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().detail, "refused at the gate");
}

TEST(AdmissionGate, WhoNeedsLittleWaitsBehindWhoNeedsMuch) {
  test::Loop loop;
  AdmissionGate gate({.slots = 4, .max_waiting = 8, .max_wait = kLong});
  auto held = loop.Run(gate.Enter({}, 2));
  auto large = loop.Start(gate.Enter({}, 3));
  while (gate.stats().waiting != 1) std::this_thread::yield();
  auto small = loop.Start(gate.Enter({}, 1));
  while (gate.stats().waiting != 2) std::this_thread::yield();
  EXPECT_EQ(gate.stats().in_use, 2);
  held->Return();
  const auto both = std::pair(large.get(), small.get());
  EXPECT_TRUE(both.first && both.second);
  EXPECT_EQ(gate.stats().in_use, 4);
}

TEST(AdmissionGate, WhoLeavesMakesWayForThoseBehind) {
  test::Loop loop;
  AdmissionGate gate({.slots = 4, .max_waiting = 8, .max_wait = kLong});
  auto held = loop.Run(gate.Enter({}, 2));
  std::stop_source stop;
  auto large = loop.Start(gate.Enter(stop.get_token(), 4));
  while (gate.stats().waiting != 1) std::this_thread::yield();
  auto small = loop.Start(gate.Enter({}, 2));
  while (gate.stats().waiting != 2) std::this_thread::yield();
  stop.request_stop();
  EXPECT_FALSE(large.get());
  EXPECT_TRUE(small.get());
}

TEST(AdmissionGate, WhoNeedsMoreThanThereIsGetsAll) {
  test::Loop loop;
  AdmissionGate gate({.slots = 4, .max_waiting = 0, .max_wait = kLong});
  const auto all = loop.Run(gate.Enter({}, 100));
  ASSERT_TRUE(all);
  EXPECT_EQ(gate.stats().in_use, 4);
  EXPECT_FALSE(loop.Run(gate.Enter({})));
}

TEST(AdmissionGate, NeverAdmitsMoreThanItsSlots) {
  test::Loop loop;
  ThreadPool pool("pool", 4);
  AdmissionGate gate({.slots = 3, .max_waiting = 1000, .max_wait = kLong});
  std::atomic<int> inside = 0;
  std::atomic<int> peak = 0;
  const auto enter = [&]() -> async::Awaitable<bool> {
    const auto ticket = co_await gate.Enter({});
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
    co_return co_await Offload(pool, job);
  };
  std::vector<std::future<bool>> all;
  for (int i = 0; i < 400; ++i) all.push_back(loop.Start(enter()));
  for (auto& one : all) EXPECT_TRUE(one.get());
  EXPECT_LE(peak, 3);
  EXPECT_EQ(gate.stats().in_use, 0);
}

}  // namespace
}  // namespace whittle::async
