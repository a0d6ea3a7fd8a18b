#include "async/work_queue.h"

#include <gtest/gtest.h>
#include <sys/resource.h>
#include <unistd.h>

#include <atomic>
#include <latch>
#include <memory>
#include <mutex>
#include <set>
#include <stdexcept>
#include <thread>
#include <vector>

#include "tests/support/coroutines.h"

namespace whittle::async {
namespace {

using std::chrono::milliseconds;

constexpr Cost kShortCost = {.bytes = 1, .cpu = milliseconds(1)};
constexpr Cost kLongCost = {.bytes = 1, .cpu = milliseconds(500)};

// Work that says what it costs, tells that it runs, and then waits to be let go.
class HeldWork final : public Work {
 public:
  explicit HeldWork(Cost cost, bool held = true) : cost_(cost), go_(held ? 1 : 0) {}
  std::optional<Cost> Prepare() override {
    prepared = true;
    return cost_;
  }
  void Run(Budget::Ticket ticket) override {
    memory = std::move(ticket);
    runs = true;
    go_.wait();
    ran = true;
  }
  void LetGo() { go_.count_down(); }

  std::atomic<bool> prepared = false, runs = false, ran = false;
  Budget::Ticket memory;

 private:
  const Cost cost_;
  std::latch go_;
};

class WorkQueueTest : public ::testing::Test {
 protected:
  void Make(WorkQueue::Options options = {}, std::uint64_t bytes = 1000) {
    budget_ = std::make_unique<Budget>(bytes, 0);
    queue_ = std::make_unique<WorkQueue>(std::move(options), *budget_);
  }
  static WorkQueue::Terms Terms(std::chrono::nanoseconds wait = std::chrono::hours(1),
                                std::uint64_t client = 0) {
    const auto now = Clock::now();
    return {.client = client, .since = now, .until = now + wait};
  }
  std::future<Expected<void>> Start(Work& work, WorkQueue::Terms terms = Terms()) {
    return loop_.Start(queue_->Do(work, std::move(terms)));
  }
  static void WaitFor(const std::atomic<bool>& flag) {
    while (!flag) std::this_thread::yield();
  }

  test::Loop loop_;  // outlives the workers, who may still be telling it that they are done
  std::unique_ptr<Budget> budget_;
  std::unique_ptr<WorkQueue> queue_;
};

TEST_F(WorkQueueTest, DoesBothStepsWithTheMemoryThatTheFirstAskedFor) {
  Make();
  HeldWork work({.bytes = 70, .cpu = milliseconds(1)}, false);
  EXPECT_TRUE(Start(work).get());
  EXPECT_TRUE(work.ran);
  EXPECT_EQ(work.memory.bytes(), 70U);
  EXPECT_EQ(queue_->stats().running, 0);
}

TEST_F(WorkQueueTest, WorkThatHasNothingToRunIsDone) {
  class Nothing final : public Work {
    std::optional<Cost> Prepare() override { return std::nullopt; }
    void Run(Budget::Ticket) override { ADD_FAILURE(); }
  } nothing;
  Make();
  EXPECT_TRUE(Start(nothing).get());
}

TEST_F(WorkQueueTest, WhatWorkThrowsReachesWhoWaits) {
  class Throws final : public Work {
   public:
    explicit Throws(bool early) : early_(early) {}
    std::optional<Cost> Prepare() override {
      if (early_) throw std::runtime_error("early");
      return kShortCost;
    }
    void Run(Budget::Ticket) override { throw std::runtime_error("late"); }

   private:
    const bool early_;
  };
  Make();
  Throws early(true), late(false);
  EXPECT_THROW(static_cast<void>(Start(early).get()), std::runtime_error);
  EXPECT_THROW(static_cast<void>(Start(late).get()), std::runtime_error);
  HeldWork after(kShortCost, false);
  EXPECT_TRUE(Start(after).get()) << "the threads live";
}

TEST_F(WorkQueueTest, NoMoreLongWorkRunsThanThereAreWorkers) {
  Make({.workers = 2});
  HeldWork a(kLongCost), b(kLongCost), c(kLongCost);
  auto first = Start(a), second = Start(b);
  WaitFor(a.runs);
  WaitFor(b.runs);
  auto third = Start(c);
  WaitFor(c.prepared);
  HeldWork marker(kShortCost, false);  // once it is done, c has had its chance
  EXPECT_TRUE(Start(marker).get());
  EXPECT_FALSE(c.runs);
  a.LetGo();
  WaitFor(c.runs);
  b.LetGo();
  c.LetGo();
  EXPECT_TRUE(first.get() && second.get() && third.get());
}

// Two clients with large pictures turned 306 small ones a second into 4.
TEST_F(WorkQueueTest, ShortWorkIsNeverBehindLongWork) {
  Make({.workers = 1});
  HeldWork large(kLongCost);
  auto held = Start(large);
  WaitFor(large.runs);
  for (int i = 0; i < 20; ++i) {
    HeldWork small(kShortCost, false);
    EXPECT_TRUE(Start(small).get());
  }
  EXPECT_FALSE(large.ran);
  large.LetGo();
  EXPECT_TRUE(held.get());
}

TEST_F(WorkQueueTest, OneThreadMoreIsForShortWorkAlone) {
  Make({.workers = 1});
  HeldWork large(kLongCost);
  auto held = Start(large);
  WaitFor(large.runs);
  HeldWork small(kShortCost), other(kShortCost);
  auto second = Start(small);
  WaitFor(small.runs);
  auto third = Start(other);
  while (queue_->stats().waiting != 1) std::this_thread::yield();
  EXPECT_FALSE(other.prepared) << "one at a time";
  small.LetGo();
  other.LetGo();
  large.LetGo();
  EXPECT_TRUE(held.get() && second.get() && third.get());
}

TEST_F(WorkQueueTest, WaitsForMemoryThatOthersGiveBack) {
  Make({.workers = 2}, 100);
  HeldWork a({.bytes = 60, .cpu = milliseconds(1)}),
      b({.bytes = 60, .cpu = milliseconds(1)}, false);
  auto first = Start(a);
  WaitFor(a.runs);
  auto second = Start(b);
  WaitFor(b.prepared);
  HeldWork marker(kShortCost, false);
  EXPECT_TRUE(Start(marker).get());
  EXPECT_FALSE(b.runs);
  a.LetGo();
  EXPECT_TRUE(first.get());
  EXPECT_FALSE(b.runs) << "a's memory is its result's now";
  a.memory.Return();
  EXPECT_TRUE(second.get());
}

// One return of bytes woke one worker, and the other slept until that one was done.
TEST_F(WorkQueueTest, BytesThatComeBackAreEnoughForTwo) {
  Make({.workers = 2}, 100);
  auto all = budget_->Try(Budget::Use::kResult, 100);
  ASSERT_TRUE(all);
  HeldWork first({.bytes = 40, .cpu = milliseconds(500)});
  HeldWork second({.bytes = 40, .cpu = milliseconds(500)});
  auto one = Start(first);
  auto other = Start(second);
  WaitFor(first.prepared);
  WaitFor(second.prepared);
  while (queue_->stats().running > 0) std::this_thread::yield();
  for (int i = 0; i < 2'000; ++i) std::this_thread::yield();  // the workers fall asleep, mostly
  all->Return();
  WaitFor(first.runs);
  WaitFor(second.runs);  // while the first is held
  first.LetGo();
  second.LetGo();
  EXPECT_TRUE(one.get());
  EXPECT_TRUE(other.get());
}

// Nobody was told when it left, so that those behind waited on beside workers without work.
TEST_F(WorkQueueTest, WhoLeavesMakesWayForThoseItKeptWaiting) {
  Make({.workers = 1}, 100);
  const auto held = budget_->Try(Budget::Use::kResult, 60);
  ASSERT_TRUE(held);
  HeldWork large({.bytes = 80, .cpu = milliseconds(1)});
  HeldWork small({.bytes = 30, .cpu = milliseconds(1)}, false);
  std::stop_source stop;
  auto terms = Terms();
  terms.since -= std::chrono::minutes(1);  // long enough for nobody to overtake it
  terms.stop = stop.get_token();
  auto first = Start(large, terms);
  WaitFor(large.prepared);
  auto second = Start(small);
  WaitFor(small.prepared);
  while (queue_->stats().running > 0) std::this_thread::yield();
  EXPECT_EQ(queue_->stats().waiting, 2);
  stop.request_stop();
  EXPECT_EQ(first.get().error().kind, ErrorKind::kCancelled);
  EXPECT_TRUE(second.get());
  EXPECT_TRUE(small.ran);
}

TEST_F(WorkQueueTest, WhatNeverFitsIsTooLarge) {
  budget_ = std::make_unique<Budget>(100, 30);
  queue_ = std::make_unique<WorkQueue>(WorkQueue::Options{}, *budget_);
  HeldWork fits({.bytes = 70, .cpu = milliseconds(1)}, false);
  EXPECT_TRUE(Start(fits).get());
  fits.memory.Return();
  HeldWork large({.bytes = 71, .cpu = milliseconds(1)}, false);
  const auto refused = Start(large).get();
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().kind, ErrorKind::kTooLarge);
  // Its source is larger than the share of sources, and there beside it.
  HeldWork beside({.bytes = 61, .cpu = milliseconds(1), .beside = 40}, false);
  EXPECT_EQ(Start(beside).get().error().kind, ErrorKind::kTooLarge);
  HeldWork just({.bytes = 60, .cpu = milliseconds(1), .beside = 40}, false);
  EXPECT_TRUE(Start(just).get());
}

TEST_F(WorkQueueTest, WhoLeavesWhileWaitingCostsNothing) {
  Make({.workers = 1});
  HeldWork large(kLongCost), waiting(kLongCost);
  auto held = Start(large);
  WaitFor(large.runs);
  std::stop_source stop;
  WorkQueue::Terms terms = Terms();
  terms.stop = stop.get_token();
  auto leaves = Start(waiting, terms);
  WaitFor(waiting.prepared);
  stop.request_stop();
  const auto left = leaves.get();
  ASSERT_FALSE(left);
  EXPECT_EQ(left.error().kind, ErrorKind::kCancelled);
  EXPECT_FALSE(waiting.runs);
  EXPECT_EQ(queue_->stats().waiting, 0);
  large.LetGo();
  EXPECT_TRUE(held.get());
}

TEST_F(WorkQueueTest, WhoLeavesWhileItRunsIsWaitedFor) {
  Make({.workers = 1});
  HeldWork work(kLongCost);
  std::stop_source stop;
  WorkQueue::Terms terms = Terms();
  terms.stop = stop.get_token();
  auto done = Start(work, terms);
  WaitFor(work.runs);
  stop.request_stop();
  work.LetGo();
  EXPECT_TRUE(done.get());
  EXPECT_TRUE(work.ran) << "the work lives as long as it is worked on";
}

TEST_F(WorkQueueTest, WaitingEndsAtItsDeadlineAndNotTheWork) {
  Make({.workers = 1});
  HeldWork large(kLongCost), late(kShortCost, false);
  auto held = Start(large, Terms(std::chrono::nanoseconds(0)));  // nobody else waits: it runs
  WaitFor(large.runs);
  HeldWork express(kShortCost);
  auto second = Start(express);
  WaitFor(express.runs);
  const auto refused = Start(late, Terms(std::chrono::nanoseconds(0))).get();
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().kind, ErrorKind::kOverloaded);
  EXPECT_FALSE(late.ran);
  large.LetGo();
  express.LetGo();
  EXPECT_TRUE(held.get() && second.get());
}

TEST_F(WorkQueueTest, RefusesAtOnceWhatWouldWaitTooLong) {
  Make({.workers = 1, .max_wait = milliseconds(2000)});
  HeldWork large({.bytes = 1, .cpu = std::chrono::seconds(10)});
  auto held = Start(large);
  WaitFor(large.runs);
  HeldWork next({.bytes = 1, .cpu = std::chrono::seconds(10)});
  const auto refused = Start(next, Terms(milliseconds(2000))).get();
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().kind, ErrorKind::kOverloaded);
  EXPECT_EQ(refused.error().detail, "refused: too much work waits");
  large.LetGo();
  EXPECT_TRUE(held.get());
}

TEST_F(WorkQueueTest, NoMoreWaitThanMayWait) {
  Make({.workers = 1, .max_waiting = 2});
  HeldWork large(kLongCost), express(kShortCost);
  auto held = Start(large);
  WaitFor(large.runs);
  auto second = Start(express);
  WaitFor(express.runs);
  HeldWork a(kShortCost, false), b(kShortCost, false), c(kShortCost, false);
  auto third = Start(a), fourth = Start(b);
  while (queue_->stats().waiting != 2) std::this_thread::yield();
  EXPECT_FALSE(queue_->Admit(Terms()));
  EXPECT_EQ(Start(c).get().error().kind, ErrorKind::kOverloaded);
  large.LetGo();
  express.LetGo();
  EXPECT_TRUE(held.get() && second.get() && third.get() && fourth.get());
}

// 256 reads waited their two seconds out, since nobody counted them.
TEST_F(WorkQueueTest, WhatIsOnItsWayCounts) {
  Make({.workers = 1, .max_waiting = 2});
  auto first = queue_->Admit(Terms());
  ASSERT_TRUE(first);
  const auto second = queue_->Admit(Terms());
  ASSERT_TRUE(second);
  EXPECT_FALSE(queue_->Admit(Terms()));
  first->End();
  EXPECT_TRUE(queue_->Admit(Terms()));
}

TEST_F(WorkQueueTest, WhatIsOnItsWayWillTakeTime) {
  Make({.workers = 1, .max_wait = milliseconds(2000)});
  HeldWork usual({.bytes = 1, .cpu = std::chrono::seconds(16)}, false);
  EXPECT_TRUE(Start(usual).get());  // a sixteenth of it is what is thought usual now: 1 s
  const auto terms = Terms(milliseconds(2000));
  const auto first = queue_->Admit(terms);
  EXPECT_TRUE(first);
  const auto second = queue_->Admit(terms);
  EXPECT_TRUE(second) << "behind 1 s";
  EXPECT_FALSE(queue_->Admit(terms)) << "behind 2 s";
}

TEST_F(WorkQueueTest, TheLastOfACrowdIsSentAwayForANewcomer) {
  Make({.workers = 1, .max_wait = milliseconds(20000)});
  HeldWork large({.bytes = 1, .cpu = milliseconds(1000)});
  auto held = Start(large);
  WaitFor(large.runs);
  // Eight jobs of one client fill what may wait: 14 s.
  std::vector<std::unique_ptr<HeldWork>> crowd;
  std::vector<std::future<Expected<void>>> crowds;
  for (int i = 0; i < 8; ++i) {
    crowd.push_back(std::make_unique<HeldWork>(Cost{.bytes = 1, .cpu = milliseconds(1750)}, false));
    crowds.push_back(Start(*crowd.back(), Terms(milliseconds(20000), 7)));
    WaitFor(crowd.back()->prepared);
  }
  HeldWork newcomer({.bytes = 1, .cpu = milliseconds(1750)}, false);
  auto comes = Start(newcomer, Terms(milliseconds(20000), 8));
  const auto sent_away = crowds.back().get();
  ASSERT_FALSE(sent_away);
  EXPECT_EQ(sent_away.error().kind, ErrorKind::kOverloaded);
  large.LetGo();
  EXPECT_TRUE(held.get() && comes.get());
  for (std::size_t i = 0; i + 1 < crowds.size(); ++i) EXPECT_TRUE(crowds[i].get());
}

TEST_F(WorkQueueTest, EachThreadCanBeAskedOnceForSomething) {
  Make({.workers = 2});
  HeldWork busy(kLongCost);
  auto held = Start(busy);
  WaitFor(busy.runs);
  std::mutex mutex;
  std::vector<std::thread::id> threads;
  const auto count = [&] {
    const std::lock_guard lock(mutex);
    return threads.size();
  };
  queue_->OnEachThread([&] {
    const std::lock_guard lock(mutex);
    threads.push_back(std::this_thread::get_id());
  });
  while (count() != 2) std::this_thread::yield();
  busy.LetGo();
  EXPECT_TRUE(held.get());
  while (count() != 3) std::this_thread::yield();
  const std::set<std::thread::id> distinct(threads.begin(), threads.end());
  EXPECT_EQ(distinct.size(), 3U);
  HeldWork after(kShortCost, false);
  EXPECT_TRUE(Start(after).get());
  EXPECT_EQ(count(), 3U) << "once";
}

// Niceness was set, not added: a server started at nice 10 gave its workers more than its I/O.
TEST_F(WorkQueueTest, NicenessIsAddedToWhatTheProcessHas) {
  class Looks final : public Work {
   public:
    std::optional<Cost> Prepare() override {
      nice = getpriority(PRIO_PROCESS, static_cast<id_t>(gettid()));
      return std::nullopt;
    }
    void Run(Budget::Ticket) override {}
    int nice = 0;
  };
  // In a thread of its own, whose niceness the queue's threads inherit.
  std::thread([this] {
    const int before = getpriority(PRIO_PROCESS, static_cast<id_t>(gettid()));
    ASSERT_EQ(setpriority(PRIO_PROCESS, static_cast<id_t>(gettid()), before + 3), 0);
    Make({.nice = 2});
    Looks looks;
    EXPECT_TRUE(Start(looks).get());
    EXPECT_EQ(looks.nice, before + 5);
  }).join();
}

TEST_F(WorkQueueTest, ManyAtOnceKeepToTheBudgetAndAllEnd) {
  Make({.workers = 3, .max_waiting = 1000}, 100);
  class Counts final : public Work {
   public:
    Counts(std::uint64_t bytes, std::atomic<std::uint64_t>& held, std::atomic<bool>& exceeded)
        : bytes_(bytes), held_(held), exceeded_(exceeded) {}
    std::optional<Cost> Prepare() override { return Cost{.bytes = bytes_, .cpu = milliseconds(1)}; }
    void Run(Budget::Ticket) override {
      if (held_ += bytes_; held_ > 100) exceeded_ = true;
      std::this_thread::yield();
      held_ -= bytes_;
    }

   private:
    const std::uint64_t bytes_;
    std::atomic<std::uint64_t>& held_;
    std::atomic<bool>& exceeded_;
  };
  std::atomic<std::uint64_t> held = 0;
  std::atomic<bool> exceeded = false;
  std::vector<std::unique_ptr<Counts>> works;
  std::vector<std::future<Expected<void>>> all;
  for (std::uint64_t i = 0; i < 500; ++i) {
    works.push_back(std::make_unique<Counts>(i * 37 % 100 + 1, held, exceeded));
    all.push_back(Start(*works.back()));
  }
  for (auto& one : all) EXPECT_TRUE(one.get());
  EXPECT_FALSE(exceeded);
  EXPECT_EQ(budget_->stats().used[1], 0U);
}

}  // namespace
}  // namespace whittle::async
