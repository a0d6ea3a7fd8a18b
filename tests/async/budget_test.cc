#include "async/budget.h"

#include <gtest/gtest.h>

#include <atomic>
#include <optional>
#include <random>
#include <thread>
#include <vector>

#include "tests/support/coroutines.h"

namespace whittle::async {
namespace {

using Use = Budget::Use;

std::uint64_t UsedFor(const Budget& budget, Use use) {
  return budget.stats().used[static_cast<std::size_t>(use)];
}

TEST(Budget, GivesAllAndNotOneByteMore) {
  Budget budget(100);
  auto all = budget.Try(Use::kJob, 100);
  ASSERT_TRUE(all);
  EXPECT_FALSE(budget.Try(Use::kJob, 1));
  all->Return();
  EXPECT_TRUE(budget.Try(Use::kJob, 1));
  EXPECT_FALSE(budget.Try(Use::kJob, 101));
}

TEST(Budget, APartOfATicketIsOneOfItsOwn) {
  Budget budget(100);
  auto ticket = budget.Try(Use::kJob, 40);
  ASSERT_TRUE(ticket);
  auto part = ticket->Split(15);
  EXPECT_EQ(part.bytes(), 15U);
  EXPECT_EQ(ticket->bytes(), 25U);
  part.Become(Use::kResult);
  EXPECT_EQ(UsedFor(budget, Use::kJob), 25U);
  EXPECT_EQ(UsedFor(budget, Use::kResult), 15U);
  part.Return();
  const auto rest = ticket->Split(26);
  EXPECT_EQ(rest.bytes(), 25U) << "all, where that is less";
  ticket->Return();
  EXPECT_EQ(UsedFor(budget, Use::kJob), 25U);
}

TEST(Budget, TicketsGrowAndShrinkWithinTheCapacity) {
  Budget budget(100);
  auto ticket = budget.Try(Use::kJob, 40);
  ASSERT_TRUE(ticket);
  const auto other = budget.Try(Use::kJob, 50);
  EXPECT_TRUE(ticket->Resize(50));
  EXPECT_FALSE(ticket->Resize(51));
  EXPECT_EQ(ticket->bytes(), 50U) << "as it was";
  EXPECT_TRUE(ticket->Resize(10));
  EXPECT_EQ(UsedFor(budget, Use::kJob), 60U);
  EXPECT_TRUE(budget.Try(Use::kResult, 40));
}

TEST(Budget, CountsBytesByTheirUse) {
  Budget budget(100);
  auto ticket = budget.Try(Use::kJob, 60);
  ticket->Become(Use::kResult);
  EXPECT_EQ(UsedFor(budget, Use::kJob), 0U);
  EXPECT_EQ(UsedFor(budget, Use::kResult), 60U);
  Budget::Ticket moved = std::move(*ticket);
  ticket.reset();
  EXPECT_EQ(UsedFor(budget, Use::kResult), 60U) << "who was moved from holds nothing";
  moved = Budget::Ticket();
  EXPECT_EQ(UsedFor(budget, Use::kResult), 0U);
}

TEST(Budget, WhatCanGiveWayIsAskedBeforeAnybodyWaits) {
  Budget budget(100);
  std::vector<Budget::Ticket> idle, kept;
  std::vector<std::uint64_t> asked;
  budget.AddReclaimer([&](std::uint64_t bytes) {
    asked.push_back(bytes);
    idle.clear();
  });
  budget.AddReclaimer([&](std::uint64_t bytes) {
    asked.push_back(bytes);
    kept.clear();
  });
  idle.push_back(*budget.Try(Use::kIdle, 30));
  kept.push_back(*budget.Try(Use::kResult, 50));
  EXPECT_TRUE(budget.Try(Use::kJob, 20)) << "fits beside them";
  EXPECT_TRUE(asked.empty());
  EXPECT_TRUE(budget.Try(Use::kJob, 50));
  EXPECT_EQ(asked, std::vector<std::uint64_t>({30})) << "who is asked first was enough";
  asked.clear();
  EXPECT_TRUE(budget.Try(Use::kJob, 100));
  EXPECT_EQ(asked, std::vector<std::uint64_t>({50, 50}));
}

// A job's ticket becomes that of a kept result, which nobody would ask to give way any more.
TEST(Budget, WhatComesBackAndCanGiveWayIsGivenToWhoWaits) {
  test::Loop loop;
  Budget budget(100);
  std::optional<Budget::Ticket> kept = budget.Try(Use::kJob, 70);
  std::atomic<bool> may_go = false;
  budget.AddReclaimer([&](std::uint64_t) {
    if (may_go) kept.reset();
  });
  auto running = budget.Try(Use::kJob, 30);
  auto waiting = loop.Start(budget.Take(Use::kSource, 80, kNever, {}));
  while (budget.stats().waiting != 1) std::this_thread::yield();
  may_go = true;
  running->Return();
  EXPECT_TRUE(waiting.get());
}

TEST(Budget, WhoWaitsIsServedInTurnAndBeforeNewcomers) {
  test::Loop loop;
  Budget budget(100);
  auto held = budget.Try(Use::kJob, 100);
  auto large = loop.Start(budget.Take(Use::kSource, 90, kNever, {}));
  while (budget.stats().waiting != 1) std::this_thread::yield();
  auto small = loop.Start(budget.Take(Use::kSource, 20, kNever, {}));
  while (budget.stats().waiting != 2) std::this_thread::yield();
  ASSERT_TRUE(held->Resize(50));
  EXPECT_EQ(budget.stats().waiting, 2) << "the small one does not overtake";
  EXPECT_FALSE(budget.Try(Use::kSource, 1)) << "nor does a newcomer";
  EXPECT_FALSE(budget.Try(Use::kIdle, 1)) << "and nothing is kept in vain";
  held->Return();
  auto first = large.get();
  ASSERT_TRUE(first);
  EXPECT_EQ(budget.stats().waiting, 1);
  first->Return();
  EXPECT_TRUE(small.get());
}

TEST(Budget, AWaiterLeavesWhenItsClientHasGoneAndMakesWay) {
  test::Loop loop;
  Budget budget(100);
  const auto held = budget.Try(Use::kJob, 50);
  std::stop_source stop;
  auto large = loop.Start(budget.Take(Use::kSource, 80, kNever, stop.get_token()));
  while (budget.stats().waiting != 1) std::this_thread::yield();
  auto small = loop.Start(budget.Take(Use::kSource, 50, kNever, {}));
  while (budget.stats().waiting != 2) std::this_thread::yield();
  stop.request_stop();
  const auto left = large.get();
  ASSERT_FALSE(left);
  EXPECT_EQ(left.error().kind, ErrorKind::kCancelled);
  EXPECT_TRUE(small.get());
}

TEST(Budget, AWaiterIsRefusedAtItsDeadline) {
  test::Loop loop;
  Budget budget(100);
  const auto held = budget.Try(Use::kJob, 100);
  const auto refused = loop.Run(budget.Take(Use::kSource, 1, Clock::now(), {}));
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().kind, ErrorKind::kOverloaded);
  EXPECT_EQ(budget.stats().waiting, 0);
}

TEST(Budget, WhatNeverFitsIsRefusedAtOnce) {
  test::Loop loop;
  Budget budget(100);
  const auto refused = loop.Run(budget.Take(Use::kSource, 101, kNever, {}));
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().kind, ErrorKind::kTooLarge);
}

// Jobs hold their sources while they wait: all bytes could be sources, and no job would ever run.
TEST(Budget, SourcesKeepToTheirShare) {
  Budget budget(100, 30);
  auto first = budget.Try(Use::kSource, 20);
  ASSERT_TRUE(first);
  EXPECT_FALSE(budget.Try(Use::kSource, 11));
  auto second = budget.Try(Use::kSource, 10);
  EXPECT_TRUE(second);
  EXPECT_FALSE(second->Resize(11));
  EXPECT_TRUE(budget.Try(Use::kJob, 70));
  second->Become(Use::kIdle);
  EXPECT_TRUE(budget.Try(Use::kSource, 10)) << "what is idle is of the share no more";
}

// Sources waited for those of jobs, and jobs were not let in because somebody waited: 0.04 of the
// pictures, until all had timed out.
TEST(Budget, JobsNeedNotWaitBehindSources) {
  test::Loop loop;
  Budget budget(100, 30);
  auto source = budget.Try(Use::kSource, 30);
  auto waiting = loop.Start(budget.Take(Use::kSource, 10, kNever, {}));
  while (budget.stats().waiting != 1) std::this_thread::yield();
  EXPECT_TRUE(budget.Try(Use::kJob, 70));
  source->Return();
  EXPECT_TRUE(waiting.get());
}

TEST(Budget, ASourceLargerThanTheShareComesInAlone) {
  test::Loop loop;
  Budget budget(100, 30);
  auto small = budget.Try(Use::kSource, 1);
  auto large = loop.Start(budget.Take(Use::kSource, 60, kNever, {}));
  while (budget.stats().waiting != 1) std::this_thread::yield();
  small->Become(Use::kIdle);
  const auto alone = large.get();
  ASSERT_TRUE(alone);
  EXPECT_FALSE(budget.Try(Use::kSource, 1));
}

TEST(Budget, IsNeverExceededByManyAtOnce) {
  Budget budget(1000);
  std::atomic<std::uint64_t> held = 0;
  std::atomic<bool> exceeded = false;
  const auto use = [&](unsigned seed) {
    std::minstd_rand random(seed);
    for (int i = 0; i < 20'000; ++i) {
      const std::uint64_t bytes = random() % 400;
      auto ticket = budget.Try(Use::kJob, bytes);
      if (!ticket) continue;
      if (held += bytes; held > 1000) exceeded = true;
      held -= bytes;
    }
  };
  {
    std::vector<std::jthread> threads;
    for (unsigned i = 1; i <= 4; ++i) threads.emplace_back([&, i] { use(i); });
  }
  EXPECT_FALSE(exceeded);
  EXPECT_EQ(UsedFor(budget, Use::kJob), 0U);
}

}  // namespace
}  // namespace whittle::async
