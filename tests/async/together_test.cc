// Work of one kin that is run together: which, with which memory, and who waits for whom.
#include <gtest/gtest.h>

#include <atomic>
#include <deque>
#include <latch>
#include <mutex>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "async/taken_along.h"
#include "async/work_queue.h"
#include "tests/support/coroutines.h"

namespace whittle::async {
namespace {

using std::chrono::milliseconds;

constexpr int kSubject = 0;  // its address is one

// 20 ms, of which 10 are shared; 100 bytes alone, or 60 that are shared and 50 besides.
Cost KinCost(const void* subject = &kSubject) {
  return {.bytes = 100,
          .cpu = milliseconds(20),
          .kin = {.subject = subject},
          .shared_bytes = 60,
          .shared_cpu = milliseconds(10),
          .own_bytes = 50};
}

// What was run, each step as "a" or "a+b".
struct Journal {
  std::mutex mutex;
  std::vector<std::string> steps;
  void Add(std::string step) {
    const std::lock_guard lock(mutex);
    steps.push_back(std::move(step));
  }
  std::vector<std::string> Steps() {
    const std::lock_guard lock(mutex);
    return steps;
  }
};

class KinWork final : public Work {
 public:
  KinWork(Journal& journal, std::string name, Cost cost = KinCost(), bool late = false)
      : hold_prepare(late ? 1 : 0), journal_(journal), name_(std::move(name)), cost_(cost) {}
  const void* subject() const override { return cost_.kin.subject; }
  std::optional<Cost> Prepare() override {
    prepares = true;
    hold_prepare.wait();
    prepared = true;
    return cost_;
  }
  void Run(Budget::Ticket ticket) override {
    memory = ticket.bytes();
    journal_.Add(name_);
    runs = true;
  }
  void RunTogether(std::span<Share> shares, const std::function<void(Work&)>& done) override {
    std::string names;
    for (Share& share : shares) {
      auto& work = static_cast<KinWork&>(*share.work);
      const Budget::Ticket ticket = std::move(share.memory);
      work.memory = ticket.bytes();
      names += (names.empty() ? "" : "+") + work.name_;
    }
    journal_.Add(names);
    if (throws) throw std::runtime_error("together");
    for (Share& share : shares) done(*share.work);
  }

  std::atomic<bool> prepares = false, prepared = false, runs = false;
  std::latch hold_prepare;
  std::uint64_t memory = 0;
  bool throws = false;

 private:
  Journal& journal_;
  const std::string name_;
  const Cost cost_;
};

// One that is held from the beginning.
class Busy final : public Work {
 public:
  std::optional<Cost> Prepare() override {
    return Cost{.bytes = 1, .cpu = std::chrono::seconds(1)};
  }
  void Run(Budget::Ticket) override {
    runs = true;
    go.wait();
  }
  std::atomic<bool> runs = false;
  std::latch go{1};
};

class QueueTogetherTest : public ::testing::Test {
 protected:
  void Make(int workers, std::uint64_t bytes = 1000) {
    budget_ = std::make_unique<Budget>(bytes, 0);
    // Nothing is short, so no thread besides helps out.
    queue_ = std::make_unique<WorkQueue>(
        WorkQueue::Options{.workers = workers, .short_work = milliseconds(1)}, *budget_);
  }
  std::future<Expected<void>> Start(Work& work, std::stop_token stop = {}) {
    const auto now = Clock::now();
    return loop_.Start(queue_->Do(
        work, {.since = now, .until = now + std::chrono::hours(1), .stop = std::move(stop)}));
  }
  // All `works` wait behind one that holds the only worker; then it lets go.
  std::vector<Expected<void>> RunAll(std::vector<KinWork*> works) {
    Busy busy;
    auto first = Start(busy);
    WaitFor(busy.runs);
    std::vector<std::future<Expected<void>>> outcomes;
    for (KinWork* work : works) {
      outcomes.push_back(Start(*work));
      WaitFor(work->prepared);
    }
    WaitForWaiting(static_cast<int>(works.size()));
    busy.go.count_down();
    std::vector<Expected<void>> ends;
    for (auto& outcome : outcomes) ends.push_back(outcome.get());
    EXPECT_TRUE(first.get());
    return ends;
  }
  // Prepared, and in the list.
  void WaitForWaiting(int count) const {
    while (queue_->stats().waiting < count || queue_->stats().running > 1) {
      std::this_thread::yield();
    }
  }
  static void WaitFor(const std::atomic<bool>& flag) {
    while (!flag) std::this_thread::yield();
  }
  std::uint64_t Held() const {
    return budget_->stats().used[static_cast<std::size_t>(Budget::Use::kJob)];
  }

  Journal journal_;
  test::Loop loop_;
  std::unique_ptr<Budget> budget_;
  std::unique_ptr<WorkQueue> queue_;
};

using Steps = std::vector<std::string>;

TEST_F(QueueTogetherTest, WorkOfOneKinThatWaitsRunsTogether) {
  Make(1);
  KinWork a(journal_, "a"), b(journal_, "b"), c(journal_, "c");
  for (const auto& end : RunAll({&a, &b, &c})) EXPECT_TRUE(end);
  EXPECT_EQ(journal_.Steps(), Steps{"a+b+c"});
  EXPECT_EQ(a.memory, 110U) << "with what they share";
  EXPECT_EQ(b.memory, 50U);
  EXPECT_EQ(c.memory, 50U);
  EXPECT_EQ(Held(), 0U);
}

TEST_F(QueueTogetherTest, WhatDiffersInAnythingRunsApart) {
  Make(1);
  constexpr int kOther = 1;
  Cost subject = KinCost(&kOther), terms = KinCost(), way = KinCost(), none = KinCost(nullptr);
  terms.kin.terms = &kOther;
  way.kin.way = 7;
  KinWork a(journal_, "a"), b(journal_, "b", subject), c(journal_, "c", terms);
  KinWork d(journal_, "d", way), e(journal_, "e", none), f(journal_, "f", none);
  RunAll({&a, &b, &c, &d, &e, &f});
  EXPECT_EQ(journal_.Steps(), (Steps{"a", "b", "c", "d", "e", "f"}));
  EXPECT_EQ(a.memory, 100U) << "alone it holds less";
}

TEST_F(QueueTogetherTest, WhatSharesLittleRunsApart) {
  Make(1);
  Cost little = KinCost(), enough = KinCost();
  enough.shared_cpu = enough.cpu / 8;
  little.shared_cpu = enough.shared_cpu - std::chrono::nanoseconds(1);
  KinWork a(journal_, "a"), b(journal_, "b", little), c(journal_, "c", enough);
  RunAll({&a, &b, &c});
  EXPECT_EQ(journal_.Steps(), (Steps{"a+c", "b"}));
  KinWork d(journal_, "d", little), e(journal_, "e");
  RunAll({&d, &e});
  EXPECT_EQ(journal_.Steps(), (Steps{"a+c", "b", "d", "e"})) << "nor does it take others along";
}

TEST_F(QueueTogetherTest, WhatFindsNoMemoryRunsApart) {
  for (const auto& [bytes, steps] :
       {std::pair(210U, Steps{"a+b+c"}), std::pair(209U, Steps{"a+b", "c"}),
        std::pair(160U, Steps{"a+b", "c"}), std::pair(159U, Steps{"a", "b", "c"}),
        std::pair(109U, Steps{"a", "b", "c"})}) {
    journal_.steps.clear();
    Make(1, bytes);
    KinWork a(journal_, "a"), b(journal_, "b"), c(journal_, "c");
    for (const auto& end : RunAll({&a, &b, &c})) EXPECT_TRUE(end);
    EXPECT_EQ(journal_.Steps(), steps) << bytes;
    EXPECT_EQ(Held(), 0U);
  }
}

TEST_F(QueueTogetherTest, NotMoreThanSoManyRunTogether) {
  Make(1);
  std::deque<KinWork> works;
  std::vector<KinWork*> all;
  for (std::size_t i = 0; i <= kMostTogether; ++i) {
    all.push_back(&works.emplace_back(journal_, std::to_string(i)));
  }
  RunAll(all);
  EXPECT_EQ(journal_.Steps(), (Steps{"0+1+2+3+4+5+6+7", "8"}));
}

TEST_F(QueueTogetherTest, EachIsDoneWhenItHasEnded) {
  Make(1);
  Busy busy;
  auto held = Start(busy);
  WaitFor(busy.runs);
  auto a = std::make_unique<KinWork>(journal_, "a");
  class Slow final : public Work {
   public:
    const void* subject() const override { return &kSubject; }
    std::optional<Cost> Prepare() override { return KinCost(); }
    void Run(Budget::Ticket) override { ADD_FAILURE(); }
    void RunTogether(std::span<Share> shares, const std::function<void(Work&)>& done) override {
      EXPECT_EQ(shares.size(), 2U);
      done(*shares[1].work);
      go.wait();
      done(*shares[0].work);
    }
    std::latch go{1};
  } slow;
  auto second = Start(slow);
  WaitForWaiting(1);
  auto first = Start(*a);
  WaitForWaiting(2);
  busy.go.count_down();
  EXPECT_TRUE(first.get());
  a.reset();  // nobody looks at it any more
  EXPECT_EQ(queue_->stats().running, 1);
  slow.go.count_down();
  EXPECT_TRUE(second.get());
  EXPECT_TRUE(held.get());
}

TEST_F(QueueTogetherTest, WhatIsThrownReachesAllWhoAreNotDone) {
  Make(1);
  KinWork a(journal_, "a"), b(journal_, "b");
  a.throws = true;
  EXPECT_THROW(
      {
        Busy busy;
        auto held = Start(busy);
        WaitFor(busy.runs);
        auto first = Start(a);
        WaitForWaiting(1);
        auto second = Start(b);
        WaitForWaiting(2);
        busy.go.count_down();
        EXPECT_THROW(second.get(), std::runtime_error);
        EXPECT_TRUE(held.get());
        first.get();
      },
      std::runtime_error);
  EXPECT_EQ(queue_->stats().running, 0);
  EXPECT_EQ(Held(), 0U);
  KinWork after(journal_, "after");
  EXPECT_TRUE(Start(after).get()) << "the threads live";
}

TEST_F(QueueTogetherTest, WhoLeavesWhileItWaitsIsNotTakenAlong) {
  Make(1);
  Busy busy;
  auto held = Start(busy);
  WaitFor(busy.runs);
  KinWork a(journal_, "a"), b(journal_, "b"), c(journal_, "c");
  std::stop_source gone;
  auto first = Start(a);
  WaitForWaiting(1);
  auto second = Start(b, gone.get_token());
  WaitForWaiting(2);
  auto third = Start(c);
  WaitForWaiting(3);
  gone.request_stop();
  EXPECT_EQ(second.get().error().kind, ErrorKind::kCancelled);
  busy.go.count_down();
  EXPECT_TRUE(first.get() && third.get() && held.get());
  EXPECT_EQ(journal_.Steps(), Steps{"a+c"});
}

// Else whoever is prepared first would run while the others are still being looked into.
TEST_F(QueueTogetherTest, WorkWaitsForItsKinToBePrepared) {
  Make(2);
  KinWork late(journal_, "late", KinCost(), true), a(journal_, "a");
  auto second = Start(late);
  WaitFor(late.prepares);
  auto first = Start(a);
  WaitFor(a.prepared);
  // Another subject does not wait for it.
  constexpr int kOther = 1;
  KinWork other(journal_, "other", KinCost(&kOther));
  EXPECT_TRUE(Start(other).get());
  EXPECT_FALSE(a.runs);
  late.hold_prepare.count_down();
  EXPECT_TRUE(first.get() && second.get());
  EXPECT_EQ(journal_.Steps(), (Steps{"other", "late+a"}));
}

TEST_F(QueueTogetherTest, EnoughOfAKinDoNotWaitForMore) {
  Make(2);
  KinWork late(journal_, "late", KinCost(), true);
  auto last = Start(late);
  WaitFor(late.prepares);
  std::deque<KinWork> works;
  std::vector<std::future<Expected<void>>> outcomes;
  for (std::size_t i = 0; i < kMostTogether; ++i) {
    outcomes.push_back(Start(works.emplace_back(journal_, std::to_string(i))));
    WaitFor(works.back().prepared);
  }
  for (auto& outcome : outcomes) EXPECT_TRUE(outcome.get());
  late.hold_prepare.count_down();
  EXPECT_TRUE(last.get());
}

// Jobs of `own` ms each besides `shared`.
std::vector<WaitingList::Job> Jobs(int shared, const std::vector<int>& own) {
  std::vector<WaitingList::Job> jobs;
  for (const int each : own) {
    jobs.push_back({.cost = {.cpu = milliseconds(shared + each),
                             .kin = {.subject = &kSubject},
                             .shared_cpu = milliseconds(shared)}});
  }
  return jobs;
}

std::size_t Taken(int idle, int shared, int first, const std::vector<int>& own) {
  std::vector<WaitingList::Job> jobs = Jobs(shared, own);
  std::vector<WaitingList::Job*> mates;
  for (WaitingList::Job& job : jobs) mates.push_back(&job);
  return TakenAlong(Jobs(shared, {first}).front().cost, mates, idle);
}

TEST(TakenAlong, AllWhereNoWorkerIsIdle) {
  EXPECT_EQ(Taken(0, 10, 10, {10, 10, 500}), 3U);
  EXPECT_EQ(Taken(-1, 10, 10, {10, 10}), 2U);
  EXPECT_EQ(Taken(0, 10, 10, std::vector<int>(20, 1)), kMostTogether - 1);
  EXPECT_EQ(Taken(3, 10, 10, {}), 0U);
}

TEST(TakenAlong, WhatWouldMakeAllLaterIsLeftToIdleWorkers) {
  // Apart on two workers 160 ms take 80 at best, so 120 are borne: 40 + 30 + 20, but not + 40.
  EXPECT_EQ(Taken(1, 10, 30, {30, 20, 40}), 2U);
  EXPECT_EQ(Taken(1, 10, 30, {0, 20}), 2U) << "60 of 60";
  EXPECT_EQ(Taken(1, 10, 30, {0, 21}), 1U) << "61 of 60.75";
}

TEST(TakenAlong, TheLongestIsNotDoneSoonerApart) {
  EXPECT_EQ(Taken(7, 20, 10, {10, 10, 100}), 3U) << "150 of 180";
  EXPECT_EQ(Taken(7, 20, 10, {10, 10, 10}), 1U) << "40 of 45, for any of them takes 30";
}

}  // namespace
}  // namespace whittle::async
