#include "tests/support/stop_late.h"

#include <gtest/gtest.h>
#include <pthread.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdio>
#include <ctime>
#include <latch>
#include <optional>
#include <thread>

namespace whittle::test {
namespace {

#if defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer) || \
    __has_feature(undefined_behavior_sanitizer)
#define WHITTLE_STOPS_SLOWLY 1
#endif
#endif
#if !defined(NDEBUG)
#define WHITTLE_STOPS_SLOWLY 1
#endif

#ifdef WHITTLE_STOPS_SLOWLY
constexpr double kSlower = 20;     // at most
constexpr double kShorter = 0.25;  // at least: a sixth of the pixels, and libraries as they are
#else
constexpr double kSlower = 1;
constexpr double kShorter = 1;
#endif

constexpr int kMoments = 10;

double Seconds(clockid_t clock) {
  timespec time{};
  clock_gettime(clock, &time);
  return static_cast<double>(time.tv_sec) + 1e-9 * static_cast<double>(time.tv_nsec);
}

struct Outcome {
  double total = 0;            // CPU of the whole job
  std::optional<double> late;  // since it was asked; nothing where it was done before
  std::optional<Error> error;
};

// Asks once the job's thread has used `after` seconds.
Outcome Run(const StoppableJob& job, double after) {
  std::stop_source stop;
  Outcome outcome;
  std::atomic<bool> done = false;
  std::latch read(1);  // the thread's clock is no longer needed
  std::thread worker([&] {
    const auto result = job(stop.get_token());
    outcome.total = Seconds(CLOCK_THREAD_CPUTIME_ID);
    if (!result) outcome.error = result.error();
    done = true;
    read.wait();
  });
  clockid_t clock{};
  pthread_getcpuclockid(worker.native_handle(), &clock);
  constexpr std::chrono::microseconds kLook(200);
  while (!done && Seconds(clock) < after) std::this_thread::sleep_for(kLook);
  double asked = 0;
  if (!done) {
    stop.request_stop();
    asked = Seconds(clock);
  }
  read.count_down();
  worker.join();
  if (stop.stop_requested()) outcome.late = std::max(outcome.total - asked, 0.0);
  return outcome;
}

}  // namespace

bool StopsAtFullSize() { return kSlower == 1; }

void ExpectStops(std::string_view row, double bound, double reach, const StoppableJob& job) {
  double worst = 0, worst_at = 0;
  int asked = 0;
  for (int i = 0; i < kMoments; ++i) {
    const double part = (i + 0.5) / kMoments;
    const double at = reach * kShorter * part * part;
    const Outcome outcome = Run(job, at);
    if (outcome.error) {
      EXPECT_EQ(outcome.error->kind, ErrorKind::kCancelled) << row << ": " << outcome.error->detail;
    }
    if (!outcome.late) continue;
    ++asked;
    if (*outcome.late < worst) continue;
    worst = *outcome.late;
    worst_at = at;
  }
  std::printf("| %.*s | %.0f ms | %.0f ms |\n", static_cast<int>(row.size()), row.data(),
              1e3 * worst, 1e3 * worst_at);
  EXPECT_GE(asked, kMoments / 2) << row << ": done too soon to be stopped";
  EXPECT_LE(worst, bound * kSlower) << row << ", asked after " << worst_at << " s";
}

}  // namespace whittle::test
