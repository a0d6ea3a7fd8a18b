// The threads that serve connections: an event loop each.
//
// Made by the runtime. What an event's handler throws ends neither its loop nor the process: it is
// told, and the loop goes on with the next event.
#pragma once

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <cstddef>
#include <exception>
#include <functional>
#include <memory>
#include <thread>
#include <vector>

namespace whittle::app {

namespace asio = boost::asio;

class IoThreads {
 public:
  /// Told of what was thrown, on the thread that it was thrown on; must not throw.
  using OnException = std::function<void(std::exception_ptr)>;

  explicit IoThreads(std::size_t count);
  ~IoThreads() { Stop(); }
  IoThreads(const IoThreads&) = delete;
  IoThreads& operator=(const IoThreads&) = delete;

  /// The loop on which all runs that is no connection's.
  asio::io_context& main() { return *contexts_.front(); }
  const std::vector<asio::io_context*>& all() const { return contexts_; }

  void Start(OnException on_exception);
  /// Ends the loops, whatever is left to do, and waits for the threads.
  void Stop();

 private:
  void Run(asio::io_context& context);

  std::vector<std::unique_ptr<asio::io_context>> owned_;
  std::vector<asio::io_context*> contexts_;
  std::vector<asio::executor_work_guard<asio::io_context::executor_type>> keep_running_;
  OnException on_exception_;
  std::vector<std::jthread> threads_;
};

}  // namespace whittle::app
