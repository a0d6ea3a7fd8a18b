// Two pools of threads beside the I/O threads, and the hop to them and back.
//
// Work that computes and work that blocks on files each have their own pool, so that neither can
// hold up the other or the sockets. Offload runs a plain function there and resumes the calling
// coroutine on its own executor. Cost: two queue operations, some microseconds.
#pragma once

#include <boost/asio/associated_executor.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/execution/outstanding_work.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/prefer.hpp>
#include <boost/asio/thread_pool.hpp>
#include <chrono>
#include <exception>
#include <functional>
#include <optional>
#include <string>
#include <type_traits>
#include <utility>

#include "async/strand.h"

namespace whittle::async {

namespace asio = boost::asio;

/// A fixed number of named threads. Join (or destroy) it after the last user has gone.
class ThreadPool {
 public:
  /// `nice` is added to the threads' niceness (0..19), so that computing leaves room for I/O.
  ThreadPool(std::string name, int threads, int nice = 0);
  /// Has every thread run `job` once, soon. Who has done so waits for the others, so that none is
  /// left out; but no longer than `patience`, so that one busy thread does not hold up all.
  void OnEachThread(std::function<void()> job, std::chrono::nanoseconds patience);
  /// Finishes what was offloaded, then ends the threads.
  void Join() { pool_.join(); }
  asio::thread_pool& pool() { return pool_; }

 private:
  const int threads_;
  asio::thread_pool pool_;
};

/// Runs `job` on `pool`; returns what it returns, throws what it throws. `job` is moved there and
/// destroyed there.
template <class F, class R = std::invoke_result_t<F&>>
Awaitable<R> Offload(ThreadPool& pool, F job) {
  auto initiate = [&pool](auto handler, F moved) {
    auto home = asio::prefer(asio::get_associated_executor(handler),
                             asio::execution::outstanding_work.tracked);
    asio::post(pool.pool(), [handler = std::move(handler), home = std::move(home),
                             work = std::optional<F>(std::move(moved))]() mutable {
      std::exception_ptr error;
      R result{};
      try {
        result = (*work)();
      } catch (...) {
        error = std::current_exception();
      }
      work.reset();
      asio::post(home, [handler = std::move(handler), error = std::move(error),
                        result = std::move(result)]() mutable {
        std::move(handler)(std::move(error), std::move(result));
      });
    });
  };
  co_return co_await asio::async_initiate<const asio::use_awaitable_t<Strand>,
                                          void(std::exception_ptr, R)>(std::move(initiate), kAwait,
                                                                       std::move(job));
}

}  // namespace whittle::async
