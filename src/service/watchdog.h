// Watchdog: ends jobs that take too long, by the CPU time that they had.
//
// A job's limit is time of its own thread: on a busy machine it has longer, up to a multiple in
// wall time, so what is too slow does not depend on the neighbours. One thread looks at all jobs
// under way every 20 ms, and sleeps while there are none; jobs cost no timer.
//
// Thread-safe; must outlive its jobs. Cost: a lock at each end of a job, and a wake-up of the
// thread where there was no job for 20 ms.
#pragma once

#include <pthread.h>

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <ctime>
#include <functional>
#include <mutex>
#include <stop_token>
#include <thread>
#include <vector>

namespace whittle::service {

class Watchdog {
 public:
  /// A job on a busy machine has so many times its CPU time until it is given up.
  static constexpr int kWallTimes = 3;
  struct Limits {
    std::chrono::nanoseconds cpu = std::chrono::seconds(5);
    std::chrono::nanoseconds wall = kWallTimes * cpu;
  };

  /// A job on the thread that makes it, from its construction to its end.
  class Job {
   public:
    Job(Watchdog& watchdog, std::stop_token parent);
    ~Job();
    Job(const Job&) = delete;
    Job& operator=(const Job&) = delete;

    /// Stop is requested when the parent's is, or when time is up.
    std::stop_token token() const { return stop_.get_token(); }

    enum class Ended : std::uint8_t { kNot, kByCpu, kByWall };
    /// Whether time was up, and which. On the job's thread.
    Ended ended() const;
    /// CPU time that the job has had. On the job's thread.
    std::chrono::nanoseconds cpu() const;

    struct Moment {
      std::chrono::nanoseconds cpu;  ///< of the thread
      std::chrono::steady_clock::time_point clock;
    };
    /// On the job's thread; a system call.
    Moment Now() const;
    /// From one moment until the other the thread works for others, whose time is not the job's. On
    /// the job's thread; costs a lock.
    void Pause(const Moment& from);
    void Resume(const Moment& until);

   private:
    friend class Watchdog;
    bool IsDue(const Limits& limits, std::chrono::steady_clock::time_point now);

    Watchdog& watchdog_;
    std::stop_source stop_;
    std::stop_callback<std::function<void()>> on_parent_;
    clockid_t clock_{};  // of the thread
    // What is written after the job has begun is written under the watchdog's lock.
    std::chrono::nanoseconds cpu_before_{};  // of the thread, that is not the job's
    std::chrono::steady_clock::time_point began_;
    bool paused_ = false;
    Moment paused_at_{};
    Ended ended_ = Ended::kNot;  // under the watchdog's lock
  };

  explicit Watchdog(const Limits& limits);
  ~Watchdog();
  Watchdog(const Watchdog&) = delete;
  Watchdog& operator=(const Watchdog&) = delete;

 private:
  void Watch(const std::stop_token& end);

  const Limits limits_;
  mutable std::mutex mutex_;
  std::condition_variable_any changed_;
  std::vector<Job*> jobs_;
  bool waits_for_jobs_ = false;
  std::jthread thread_;
};

}  // namespace whittle::service
