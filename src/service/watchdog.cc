#include "service/watchdog.h"

#include <utility>

#include "base/kept_segment.h"

namespace whittle::service {
namespace {

constexpr auto kLookEvery = std::chrono::milliseconds(20);

std::chrono::nanoseconds Read(clockid_t clock) {
  timespec time{};
  clock_gettime(clock, &time);
  return std::chrono::seconds(time.tv_sec) + std::chrono::nanoseconds(time.tv_nsec);
}

clockid_t ClockOfThisThread() {
  clockid_t clock{};
  return pthread_getcpuclockid(pthread_self(), &clock) == 0 ? clock : CLOCK_THREAD_CPUTIME_ID;
}

}  // namespace

Watchdog::Job::Job(Watchdog& watchdog, std::stop_token parent)
    : watchdog_(watchdog),
      on_parent_(std::move(parent), [this] { stop_.request_stop(); }),
      clock_(ClockOfThisThread()),
      cpu_before_(Read(clock_)),
      began_(std::chrono::steady_clock::now()) {
  const std::lock_guard lock(watchdog_.mutex_);
  watchdog_.jobs_.push_back(this);
  if (watchdog_.waits_for_jobs_) watchdog_.changed_.notify_one();
}

Watchdog::Job::~Job() {
  const std::lock_guard lock(watchdog_.mutex_);
  std::erase(watchdog_.jobs_, this);
}

Watchdog::Job::Ended Watchdog::Job::ended() const {
  const std::lock_guard lock(watchdog_.mutex_);
  return ended_;
}

std::chrono::nanoseconds Watchdog::Job::cpu() const {
  return (paused_ ? paused_at_.cpu : Read(clock_)) - cpu_before_;
}

Watchdog::Job::Moment Watchdog::Job::Now() const {
  return {Read(clock_), std::chrono::steady_clock::now()};
}

void Watchdog::Job::Pause(const Moment& from) {
  const std::lock_guard lock(watchdog_.mutex_);
  if (!std::exchange(paused_, true)) paused_at_ = from;
}

void Watchdog::Job::Resume(const Moment& until) {
  const std::lock_guard lock(watchdog_.mutex_);
  if (!std::exchange(paused_, false)) return;
  cpu_before_ += until.cpu - paused_at_.cpu;
  began_ += until.clock - paused_at_.clock;
}

// Under the watchdog's lock, which the job's thread takes before it ends: its clock still exists.
bool Watchdog::Job::IsDue(const Limits& limits, std::chrono::steady_clock::time_point now) {
  if (ended_ != Ended::kNot || paused_) return false;
  if (cpu() >= limits.cpu) {
    ended_ = Ended::kByCpu;
  } else if (now - began_ >= limits.wall) {
    ended_ = Ended::kByWall;
  }
  return ended_ != Ended::kNot;
}

Watchdog::Watchdog(const Limits& limits) : limits_(limits) {
  thread_ = std::jthread([this](const std::stop_token& end) { Watch(end); });
}

Watchdog::~Watchdog() { thread_.request_stop(); }

void Watchdog::Watch(const std::stop_token& end) {
  pthread_setname_np(pthread_self(), "whittle-watch");
  const KeptSegment kept;
  std::unique_lock lock(mutex_);
  while (!end.stop_requested()) {
    waits_for_jobs_ = true;
    if (!changed_.wait(lock, end, [this] { return !jobs_.empty(); })) return;
    waits_for_jobs_ = false;
    const auto now = std::chrono::steady_clock::now();
    std::vector<std::stop_source> due;  // told without the lock: who is told may do anything
    for (Job* job : jobs_) {
      if (job->IsDue(limits_, now)) due.push_back(job->stop_);
    }
    lock.unlock();
    for (const std::stop_source& stop : due) stop.request_stop();
    lock.lock();
    changed_.wait_for(lock, end, kLookEvery, [] { return false; });
  }
}

}  // namespace whittle::service
