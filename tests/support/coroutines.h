// Running coroutines in tests: a few I/O threads, each with a context of its own as in the server,
// dealt out in turn, and errors that fail the test instead of disappearing.
#pragma once

#include <gtest/gtest.h>

#include <atomic>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/use_future.hpp>
#include <deque>
#include <future>
#include <thread>
#include <vector>

#include "async/strand.h"

namespace whittle::test {

namespace asio = boost::asio;

class Loop {
 public:
  explicit Loop(int threads = 3) : contexts_(static_cast<std::size_t>(threads)) {
    for (asio::io_context& context : contexts_) {
      guards_.emplace_back(context.get_executor());
      threads_.emplace_back([&context] { context.run(); });
    }
  }
  ~Loop() { Join(); }
  /// Waits until nothing is left to do.
  void Join() {
    guards_.clear();
    threads_.clear();
  }

  asio::io_context& context() { return contexts_.front(); }

  /// Starts a coroutine, on the next thread.
  template <class T>
  std::future<T> Start(async::Awaitable<T> coroutine) {
    asio::io_context& context = contexts_[next_++ % contexts_.size()];
    return asio::co_spawn(context, std::move(coroutine), asio::use_future);
  }
  /// Starts it and waits for its result.
  template <class T>
  T Run(async::Awaitable<T> coroutine) {
    return Start(std::move(coroutine)).get();
  }

 private:
  std::deque<asio::io_context> contexts_;
  std::vector<asio::executor_work_guard<asio::io_context::executor_type>> guards_;
  std::atomic<std::size_t> next_ = 0;
  std::vector<std::jthread> threads_;
};

}  // namespace whittle::test
