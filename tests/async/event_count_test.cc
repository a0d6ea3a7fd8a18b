#include "async/event_count.h"

#include <gtest/gtest.h>

#include <atomic>
#include <condition_variable>
#include <cstddef>
#include <mutex>
#include <stop_token>
#include <thread>
#include <vector>

namespace whittle::async {
namespace {

// A pot of work under a lock, as EventCount asks for, and threads that each write down what they
// took. A thread holds what it took until it is let go.
class Pot {
 public:
  ~Pot() {
    for (std::jthread& thread : threads_) thread.request_stop();
    LetGo(threads_.size());
    count_.WakeAll();
  }

  // Starts one and returns once it is about to sleep.
  void StartOne() {
    const std::size_t number = threads_.size();
    threads_.emplace_back([this, number](const std::stop_token& end) { Serve(end, number); });
    AwaitOneInVain();
  }
  void Put() {
    {
      const std::lock_guard lock(mutex_);
      ++work_;
    }
    count_.WakeOne();
  }
  void LetGo(std::size_t threads) {
    const std::lock_guard lock(mutex_);
    may_go_ += threads;
    changed_.notify_all();
  }
  // A look in vain is what comes before a thread sleeps.
  void AwaitOneInVain() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return in_vain_ > 0; });
    in_vain_ = 0;
  }
  std::vector<std::size_t> AwaitTaken(std::size_t count) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return taken_by_.size() >= count; });
    return taken_by_;
  }

 private:
  bool Take(std::size_t number) {
    const std::lock_guard lock(mutex_);
    changed_.notify_all();
    if (work_ == 0) {
      ++in_vain_;
      return false;
    }
    --work_;
    taken_by_.push_back(number);
    count_.Found();
    if (work_ > 0) count_.WakeOne();
    return true;
  }
  void Serve(const std::stop_token& end, std::size_t number) {
    EventCount::Seen seen = count_.Look();
    while (!end.stop_requested()) {
      if (!Take(number)) {
        seen = count_.Wait(seen);
        continue;
      }
      {
        std::unique_lock lock(mutex_);
        changed_.wait(lock, [&] { return may_go_ > 0; });
        --may_go_;
      }
      seen = count_.Look();
    }
    count_.Found();
  }

  EventCount count_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::size_t work_ = 0;
  std::size_t may_go_ = 0;
  std::size_t in_vain_ = 0;
  std::vector<std::size_t> taken_by_;
  std::vector<std::jthread> threads_;
};

// Was: threads took turns, so with one more than CPUs each had caches and an allocator's pages of
// its own.
TEST(EventCountTest, TheOneThatFellAsleepLastIsWoken) {
  Pot pot;
  for (int i = 0; i < 3; ++i) pot.StartOne();
  const std::size_t first = [&] {
    pot.Put();
    return pot.AwaitTaken(1).front();
  }();
  for (std::size_t i = 1; i < 20; ++i) {
    pot.LetGo(1);
    pot.AwaitOneInVain();
    pot.Put();
    EXPECT_EQ(pot.AwaitTaken(i + 1).back(), first);
  }
}

TEST(EventCountTest, WhoFindsOneOfSeveralWakesTheNext) {
  Pot pot;
  for (int i = 0; i < 4; ++i) pot.StartOne();
  for (int i = 0; i < 4; ++i) pot.Put();
  EXPECT_EQ(pot.AwaitTaken(4).size(), 4);  // all at work at once, since none was let go
}

TEST(EventCountTest, NobodySleepsOverWhatCameWhileItLooked) {
  EventCount count;
  const EventCount::Seen seen = count.Look();
  count.WakeOne();
  const EventCount::Seen again = count.Wait(seen);  // at once
  EXPECT_NE(again, seen);
  count.Found();
}

// With one thread that sleeps as often as it can, a wake-up that is lost hangs the test.
TEST(EventCountTest, NoWakeUpIsLost) {
  constexpr int kTimes = 5000;
  EventCount count;
  std::mutex mutex;
  int work = 0;
  std::atomic<int> done = 0;
  std::vector<std::jthread> threads;
  for (int i = 0; i < 3; ++i) {
    threads.emplace_back([&](const std::stop_token& end) {
      EventCount::Seen seen = count.Look();
      while (!end.stop_requested()) {
        bool found = false;
        {
          const std::lock_guard lock(mutex);
          if (work > 0) {
            --work;
            found = true;
            count.Found();
            if (work > 0) count.WakeOne();
          }
        }
        if (found) {
          ++done;
          done.notify_all();
          seen = count.Look();
        } else {
          seen = count.Wait(seen);
        }
      }
      count.Found();
    });
  }
  for (int i = 0; i < kTimes; ++i) {
    {
      const std::lock_guard lock(mutex);
      ++work;
    }
    count.WakeOne();
    if (i % 3 == 2) {
      for (int now = done; now <= i; now = done) done.wait(now);
    }
  }
  for (int now = done; now < kTimes; now = done) done.wait(now);
  EXPECT_EQ(done, kTimes);
  for (std::jthread& thread : threads) thread.request_stop();
  count.WakeAll();
}

}  // namespace
}  // namespace whittle::async
