#include "async/offload.h"

#include <gtest/gtest.h>
#include <pthread.h>

#include <boost/asio/this_coro.hpp>
#include <stdexcept>
#include <thread>

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

}  // namespace
}  // namespace whittle::async
