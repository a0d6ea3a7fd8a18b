#include "async/offload.h"

#include <pthread.h>
#include <sys/resource.h>
#include <unistd.h>

#include <condition_variable>
#include <latch>
#include <memory>
#include <mutex>

namespace whittle::async {

// Asio's pool has no hook for a new thread, so each thread is given one job that waits for all the
// others to have theirs: then every thread has run it exactly once. The latch is shared because the
// last thread may still be looking at it when this constructor returns.
ThreadPool::ThreadPool(std::string name, int threads, int nice)
    : threads_(threads), pool_(static_cast<std::size_t>(threads)) {
  const auto all_started = std::make_shared<std::latch>(threads);
  for (int i = 0; i < threads; ++i) {
    asio::post(pool_, [all_started, name = name.substr(0, 15), nice] {
      pthread_setname_np(pthread_self(), name.c_str());
      // Linux applies this to the calling thread alone. Being refused is no reason not to work.
      if (nice > 0) setpriority(PRIO_PROCESS, static_cast<id_t>(gettid()), nice);
      all_started->arrive_and_wait();
    });
  }
  all_started->wait();
}

void ThreadPool::OnEachThread(std::function<void()> job, std::chrono::nanoseconds patience) {
  struct Meeting {
    std::mutex mutex;
    std::condition_variable complete;
    int missing;
  };
  const auto meeting = std::make_shared<Meeting>();
  meeting->missing = threads_;
  for (int i = 0; i < threads_; ++i) {
    asio::post(pool_, [meeting, job, patience] {
      job();
      std::unique_lock lock(meeting->mutex);
      if (--meeting->missing == 0) meeting->complete.notify_all();
      meeting->complete.wait_for(lock, patience, [&] { return meeting->missing == 0; });
    });
  }
}

}  // namespace whittle::async
