#include "async/blocking_pool.h"

#include <gtest/gtest.h>
#include <pthread.h>

#include <atomic>
#include <cstddef>
#include <latch>
#include <memory>
#include <optional>
#include <stdexcept>
#include <thread>
#include <vector>

#include "tests/support/coroutines.h"

namespace whittle::async {
namespace {

using std::chrono::hours;
using std::chrono::milliseconds;

// A disk that answers when the test says so.
struct Disk {
  std::latch answers{1};
  std::atomic<int> asked = 0;
};

// As long as it lives no thread can be started: none has so large a stack.
class NoThreads {
 public:
  NoThreads() {
    pthread_getattr_default_np(&before_);
    pthread_attr_t larger{};
    pthread_attr_init(&larger);
    pthread_attr_setstacksize(&larger, std::size_t{1} << 56);
    EXPECT_EQ(pthread_setattr_default_np(&larger), 0);
    pthread_attr_destroy(&larger);
  }
  ~NoThreads() {
    EXPECT_EQ(pthread_setattr_default_np(&before_), 0);
    pthread_attr_destroy(&before_);
  }
  NoThreads(const NoThreads&) = delete;
  NoThreads& operator=(const NoThreads&) = delete;

 private:
  pthread_attr_t before_{};
};

class BlockingPoolTest : public ::testing::Test {
 protected:
  ~BlockingPoolTest() override { disk_->answers.count_down(); }
  static std::function<Expected<int>()> Read(std::shared_ptr<Disk> disk, int value) {
    return [disk = std::move(disk), value]() -> Expected<int> {
      ++disk->asked;
      disk->answers.wait();
      return value;
    };
  }
  static std::function<Expected<int>()> Give(int value) {
    return [value]() -> Expected<int> { return value; };
  }
  std::future<Expected<int>> Start(BlockingPool& pool, std::function<Expected<int>()> job,
                                   Clock::time_point until = kNever, std::stop_token stop = {}) {
    return loop_.Start(pool.Run(std::move(job), until, std::move(stop)));
  }

  std::shared_ptr<Disk> disk_ = std::make_shared<Disk>();
  test::Loop loop_;
};

TEST_F(BlockingPoolTest, GivesWhatAJobReturns) {
  BlockingPool pool({});
  EXPECT_EQ(*Start(pool, Give(7)).get(), 7);
  const auto missing =
      Start(pool, []() -> Expected<int> { return Fail(ErrorKind::kNotFound); }).get();
  ASSERT_FALSE(missing);
  EXPECT_EQ(missing.error().kind, ErrorKind::kNotFound);
  const auto thrown =
      Start(pool, []() -> Expected<int> { throw std::runtime_error("a bug"); }).get();
  ASSERT_FALSE(thrown);
  EXPECT_EQ(thrown.error().kind, ErrorKind::kInternal);
  EXPECT_EQ(thrown.error().detail, "a bug");
}

// Four reads of a disk that never answered took the whole server, for ever.
TEST_F(BlockingPoolTest, ReadsThatHangAreGivenUpAndTheirThreadsReplaced) {
  BlockingPool pool({.threads = 2, .most_lost = 2, .limit = milliseconds(30)});
  auto first = Start(pool, Read(disk_, 1)), second = Start(pool, Read(disk_, 2));
  for (auto* hung : {&first, &second}) {
    const auto given_up = hung->get();
    ASSERT_FALSE(given_up);
    EXPECT_EQ(given_up.error().kind, ErrorKind::kUpstreamTimeout);
  }
  EXPECT_EQ(pool.stats().lost, 2);
  EXPECT_EQ(*Start(pool, Give(7)).get(), 7) << "others are served";
}

// Who wanted another file waited behind four that hung, and then the whole source was left alone.
TEST_F(BlockingPoolTest, OthersAreServedLongBeforeAHungReadIsGivenUp) {
  BlockingPool pool({.threads = 1, .patience = milliseconds(20), .limit = hours(1)});
  auto hung = Start(pool, Read(disk_, 1));
  while (disk_->asked == 0) std::this_thread::yield();
  EXPECT_EQ(*Start(pool, Give(7)).get(), 7);
  EXPECT_EQ(pool.stats().lost, 1);
  disk_->answers.count_down();
  EXPECT_EQ(*hung.get(), 1) << "slow is not wrong";
  while (pool.stats().lost != 0) std::this_thread::yield();
  disk_ = std::make_shared<Disk>();
}

TEST_F(BlockingPoolTest, NoMoreThreadsAreLostThanMayBe) {
  BlockingPool pool({.threads = 1, .most_lost = 1, .limit = milliseconds(30)});
  EXPECT_FALSE(Start(pool, Read(disk_, 1)).get());
  EXPECT_FALSE(Start(pool, Read(disk_, 2)).get());
  EXPECT_EQ(pool.stats().lost, 1);
  const auto refused = Start(pool, Give(7), Clock::now() + milliseconds(1)).get();
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().kind, ErrorKind::kOverloaded);
  disk_->answers.count_down();
  EXPECT_EQ(*Start(pool, Give(7)).get(), 7) << "the disk is back";
  while (pool.stats().lost != 0) std::this_thread::yield();
  disk_ = std::make_shared<Disk>();
}

TEST_F(BlockingPoolTest, WhoLeavesDoesNotWaitForTheDisk) {
  BlockingPool pool({.threads = 1, .limit = hours(1)});
  std::stop_source stop;
  auto hung = Start(pool, Read(disk_, 1), kNever, stop.get_token());
  while (disk_->asked == 0) std::this_thread::yield();
  auto waits = Start(pool, Give(2), kNever, stop.get_token());
  while (pool.stats().waiting != 1) std::this_thread::yield();
  stop.request_stop();
  EXPECT_EQ(hung.get().error().kind, ErrorKind::kCancelled);
  EXPECT_EQ(waits.get().error().kind, ErrorKind::kCancelled);
  EXPECT_EQ(pool.stats().waiting, 0);
  disk_->answers.count_down();
  pool.Join();
  disk_ = std::make_shared<Disk>();
}

// Who left would not tell that the thread is lost; who comes next does.
TEST_F(BlockingPoolTest, AHungThreadThatNobodyWaitsForIsReplaced) {
  BlockingPool pool({.threads = 1, .limit = milliseconds(30)});
  std::stop_source stop;
  auto hung = Start(pool, Read(disk_, 1), kNever, stop.get_token());
  while (disk_->asked == 0) std::this_thread::yield();
  stop.request_stop();
  EXPECT_FALSE(hung.get());
  EXPECT_EQ(*Start(pool, Give(7)).get(), 7);
  EXPECT_EQ(pool.stats().lost, 1);
}

TEST_F(BlockingPoolTest, NoMoreWaitThanMayWait) {
  BlockingPool pool({.threads = 1, .limit = hours(1), .max_waiting = 1});
  auto hung = Start(pool, Read(disk_, 1));
  while (disk_->asked == 0) std::this_thread::yield();
  auto waits = Start(pool, Give(2));
  while (pool.stats().waiting != 1) std::this_thread::yield();
  EXPECT_EQ(Start(pool, Give(3)).get().error().kind, ErrorKind::kOverloaded);
  disk_->answers.count_down();
  EXPECT_EQ(*hung.get(), 1);
  EXPECT_EQ(*waits.get(), 2);
  disk_ = std::make_shared<Disk>();
}

TEST_F(BlockingPoolTest, ALostThreadOutlivesThePool) {
  {
    BlockingPool pool({.threads = 1, .limit = milliseconds(20)});
    EXPECT_FALSE(Start(pool, Read(disk_, 1)).get());
  }
  disk_->answers.count_down();
  disk_ = std::make_shared<Disk>();
}

// SIGTERM waited for the disk.
TEST_F(BlockingPoolTest, TheEndDoesNotWaitForTheDisk) {
  {
    BlockingPool pool({.threads = 1, .limit = hours(1)});
    std::stop_source stop;
    auto hung = Start(pool, Read(disk_, 1), kNever, stop.get_token());
    while (disk_->asked == 0) std::this_thread::yield();
    stop.request_stop();
    EXPECT_FALSE(hung.get());
    pool.Join();
    EXPECT_EQ(pool.stats().lost, 1);
    EXPECT_FALSE(Start(pool, Give(7)).get()) << "nothing is run any more";
  }
  disk_->answers.count_down();
  disk_ = std::make_shared<Disk>();
}

// It was, by threads that came back within the time that the end has for them; and what was left
// kept its event, and with it the loop's timer, for as long as a lost thread lived.
TEST_F(BlockingPoolTest, WhatWaitsAtTheEndIsNotRun) {
  for (const Clock::duration patience :
       {Clock::duration(milliseconds(1)), Clock::duration(hours(1))}) {
    std::stop_source stop;
    {
      BlockingPool pool({.threads = 1, .most_lost = 0, .patience = patience, .limit = hours(1)});
      auto hung = Start(pool, Read(disk_, 1), kNever, stop.get_token());
      while (disk_->asked == 0) std::this_thread::yield();
      auto behind = Start(pool, Read(disk_, 2), kNever, stop.get_token());
      while (pool.stats().waiting == 0) std::this_thread::yield();
      pool.Join();
      EXPECT_EQ(pool.stats().waiting, 0);
      const bool looks_again = patience < hours(1);
      if (!looks_again) stop.request_stop();
      const auto refused = behind.get();
      ASSERT_FALSE(refused);
      EXPECT_EQ(refused.error().kind, looks_again ? ErrorKind::kOverloaded : ErrorKind::kCancelled);
      stop.request_stop();
      EXPECT_FALSE(hung.get());
    }
    EXPECT_EQ(disk_->asked, 1);
    disk_->answers.count_down();
    disk_ = std::make_shared<Disk>();
  }
}

TEST_F(BlockingPoolTest, EachThreadCanBeAskedOnceForSomething) {
  BlockingPool pool({.threads = 3});
  std::atomic<int> asked = 0;
  pool.OnEachThread([&] { ++asked; });
  while (asked != 3) std::this_thread::yield();
  EXPECT_EQ(*Start(pool, Give(7)).get(), 7);
  pool.Join();
  EXPECT_EQ(asked, 3);
}

// It threw, out of the constructor or at whoever came next.
TEST_F(BlockingPoolTest, AThreadThatCannotBeStartedIsAnErrorAndTriedAgain) {
  std::optional<BlockingPool> pool;
  {
    const NoThreads none;
    pool.emplace(BlockingPool::Options{.threads = 1});
    const auto refused = Start(*pool, Give(7)).get();
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().kind, ErrorKind::kOverloaded);
    EXPECT_EQ(pool->stats().waiting, 0);
  }
  EXPECT_EQ(*Start(*pool, Give(7)).get(), 7);
}

TEST_F(BlockingPoolTest, ALostThreadThatCannotBeReplacedIsReplacedLater) {
  BlockingPool pool({.threads = 1, .limit = milliseconds(30)});
  auto hung = Start(pool, Read(disk_, 1));
  while (disk_->asked == 0) std::this_thread::yield();
  {
    const NoThreads none;
    const auto given_up = hung.get();
    ASSERT_FALSE(given_up);
    EXPECT_EQ(given_up.error().kind, ErrorKind::kUpstreamTimeout);
    const auto refused = Start(pool, Give(7)).get();
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().kind, ErrorKind::kOverloaded);
  }
  EXPECT_EQ(pool.stats().lost, 1);
  EXPECT_EQ(*Start(pool, Give(7)).get(), 7);
}

TEST_F(BlockingPoolTest, ManyJobsAllEnd) {
  BlockingPool pool({.threads = 3});
  std::vector<std::future<Expected<int>>> all;
  for (int i = 0; i < 500; ++i) all.push_back(Start(pool, Give(i)));
  for (int i = 0; i < 500; ++i) EXPECT_EQ(*all[static_cast<std::size_t>(i)].get(), i);
}

}  // namespace
}  // namespace whittle::async
