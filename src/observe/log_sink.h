// Where the log's thread takes lines from spdlog's queue to a descriptor; for this room.
//
// Lines go out some at a time, whole ones in writes of up to kAtOnce bytes, and at once when the
// queue has none left. While the descriptor has no room the queue loses its oldest lines; how many
// is counted at once and told in a line as soon as there is room. After Close nothing is waited for
// beyond its deadline: what has no room then is lost.
//
// Thread-safety: log and flush are for the one thread of the queue, the rest for any.
#pragma once

#include <spdlog/async_logger.h>
#include <spdlog/details/null_mutex.h>
#include <spdlog/details/thread_pool.h>
#include <spdlog/sinks/base_sink.h>

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <string>
#include <string_view>

#include "observe/log.h"
#include "observe/outlet.h"

namespace whittle::observe {

class LogSink final : public spdlog::sinks::base_sink<spdlog::details::null_mutex> {
 public:
  using Clock = std::chrono::steady_clock;
  /// What a pipe takes whole (PIPE_BUF), so that lines do not mix with those of other processes.
  static constexpr std::size_t kAtOnce = 4096;

  LogSink(int fd, LogFormat format, Counter* dropped);

  /// The queue whose thread calls this; before the first line.
  void TakesFrom(spdlog::details::thread_pool& queue) { queue_ = &queue; }
  /// From now on nothing waits longer than until `deadline`.
  void Close(Clock::time_point deadline);
  /// Waits until this many flushes have come through the queue; false when they have not by then.
  bool WaitForFlush(std::uint64_t which, Clock::time_point until);
  /// The counter is going away, though the thread may still be here.
  void ForgetCounter();
  /// Counts a line that was lost on its way here.
  void Lose() { ++lost_; }

 private:
  void sink_it_(const spdlog::details::log_msg& message) override;
  void flush_() override;
  bool WriteAll(std::string_view& text);
  std::uint64_t Write(std::string_view lines);
  void WriteOut();
  void TellDropped();
  std::uint64_t CountDropped();
  bool QueueIsEmpty() { return queue_->queue_size() == 0; }

  const Outlet outlet_;
  const LogFormat format_;
  spdlog::details::thread_pool* queue_ = nullptr;
  spdlog::memory_buf_t line_;
  std::string pending_;                  // whole lines
  bool torn_ = false;                    // the last that was written is not the end of a line
  std::atomic<std::uint64_t> lost_ = 0;  // lines that came here, or should have
  std::uint64_t told_ = 0;
  Clock::time_point last_told_;
  std::atomic<Clock::time_point> deadline_ = Clock::time_point::max();
  std::mutex mutex_;  // of what follows
  Counter* dropped_;
  std::uint64_t counted_ = 0;
  std::uint64_t flushes_ = 0;
  std::condition_variable flush_came_;
};

}  // namespace whittle::observe
