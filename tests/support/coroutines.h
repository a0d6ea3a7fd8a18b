// Running coroutines in tests: a few I/O threads, a strand for each coroutine, and errors that fail
// the test instead of disappearing.
#pragma once

#include <gtest/gtest.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/use_future.hpp>
#include <future>
#include <thread>
#include <vector>

#include "async/strand.h"

namespace whittle::test {

namespace asio = boost::asio;

class Loop {
 public:
  explicit Loop(int threads = 3) : guard_(context_.get_executor()) {
    for (int i = 0; i < threads; ++i) threads_.emplace_back([this] { context_.run(); });
  }
  ~Loop() { Join(); }
  /// Waits until nothing is left to do.
  void Join() {
    guard_.reset();
    threads_.clear();
  }

  asio::io_context& context() { return context_; }

  /// Starts a coroutine on a strand of its own.
  template <class T>
  std::future<T> Start(async::Awaitable<T> coroutine) {
    return asio::co_spawn(asio::make_strand(context_), std::move(coroutine), asio::use_future);
  }
  /// Starts it and waits for its result.
  template <class T>
  T Run(async::Awaitable<T> coroutine) {
    return Start(std::move(coroutine)).get();
  }

 private:
  asio::io_context context_;
  asio::executor_work_guard<asio::io_context::executor_type> guard_;
  std::vector<std::jthread> threads_;
};

}  // namespace whittle::test
