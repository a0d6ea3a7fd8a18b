#include "async/offload.h"

#include <gtest/gtest.h>
#include <pthread.h>

#include <boost/asio/this_coro.hpp>
#include <chrono>
#include <latch>
#include <mutex>
#include <set>
#include <stdexcept>
#include <thread>
#include <vector>

#include "tests/support/coroutines.h"

namespace whittle::async {
namespace {

TEST(Offload, RunsOnThePoolAndComesBack) {
  test::Loop loop(1);
  ThreadPool pool("whittle-test", 2);
  const auto hop = [&pool]() -> async::Awaitable<std::string> {
    const auto before = std::this_thread::get_id();
    auto job = [before]() -> std::string {
      char name[16];
      pthread_getname_np(pthread_self(), name, sizeof name);
      return std::this_thread::get_id() == before ? "the same thread" : name;
    };
    const std::string name = co_await Offload(pool, job);
    co_return std::this_thread::get_id() == before ? name : "came back elsewhere";
  };
  EXPECT_EQ(loop.Run(hop()), "whittle-test");
}

TEST(Offload, CarriesExceptionsBack) {
  test::Loop loop;
  ThreadPool pool("pool", 1);
  const auto hop = [&pool]() -> async::Awaitable<int> {
    auto job = []() -> int { throw std::runtime_error("from the pool"); };
    co_return co_await Offload(pool, job);
  };
  EXPECT_THROW(loop.Run(hop()), std::runtime_error);
}

TEST(Offload, MovesWhatCannotBeCopied) {
  test::Loop loop;
  ThreadPool pool("pool", 1);
  const auto hop = [&pool]() -> async::Awaitable<std::unique_ptr<int>> {
    auto job = [value = std::make_unique<int>(7)]() mutable { return std::move(value); };
    co_return co_await Offload(pool, std::move(job));
  };
  EXPECT_EQ(*loop.Run(hop()), 7);
}

TEST(ThreadPool, RunsOnceOnEachThread) {
  std::mutex mutex;
  std::vector<std::thread::id> ran_on;
  ThreadPool pool("pool", 3);
  const auto note = [&] {
    const std::lock_guard lock(mutex);
    ran_on.push_back(std::this_thread::get_id());
  };
  pool.OnEachThread(note, std::chrono::hours(1));
  pool.Join();
  EXPECT_EQ(ran_on.size(), 3U);
  EXPECT_EQ(std::set(ran_on.begin(), ran_on.end()).size(), 3U) << "one thread ran it twice";
}

TEST(ThreadPool, ABusyThreadDoesNotHoldUpTheOthersForEver) {
  std::latch started(1);
  std::latch release(1);
  std::latch others_went_on(1);
  ThreadPool pool("pool", 2);
  asio::post(pool.pool(), [&] {
    started.count_down();
    release.wait();
  });
  started.wait();
  int runs = 0;  // by the other thread alone
  pool.OnEachThread([&runs] { ++runs; }, std::chrono::milliseconds(1));
  asio::post(pool.pool(), [&] { others_went_on.count_down(); });
  others_went_on.wait();
  EXPECT_EQ(runs, 2);
  release.count_down();
  pool.Join();
}

}  // namespace
}  // namespace whittle::async
