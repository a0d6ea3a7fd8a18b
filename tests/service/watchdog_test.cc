#include "service/watchdog.h"

#include <gtest/gtest.h>

#include <latch>
#include <thread>

namespace whittle::service {
namespace {

using std::chrono::hours;
using std::chrono::milliseconds;
using Ended = Watchdog::Job::Ended;

void Burn(const std::stop_token& stop) {
  while (!stop.stop_requested()) {
  }
}

TEST(Watchdog, EndsAJobThatHasUsedItsCpuTime) {
  Watchdog watchdog({.cpu = milliseconds(5), .wall = hours(1)});
  Watchdog::Job job(watchdog, {});
  Burn(job.token());
  EXPECT_EQ(job.ended(), Ended::kByCpu);
  EXPECT_GE(job.cpu(), milliseconds(5));
}

// Time that others had is not the job's.
TEST(Watchdog, WaitingCostsAJobNoCpuTime) {
  Watchdog watchdog({.cpu = hours(1), .wall = milliseconds(60)});
  Watchdog::Job job(watchdog, {});
  std::latch ended(1);
  const std::stop_callback on_end(job.token(), [&] { ended.count_down(); });
  ended.wait();
  EXPECT_EQ(job.ended(), Ended::kByWall);
  EXPECT_LT(job.cpu(), milliseconds(60));
}

TEST(Watchdog, CountsFromTheJobsBeginAndNotTheThreads) {
  Watchdog watchdog({.cpu = milliseconds(50), .wall = hours(1)});
  {
    Watchdog::Job before(watchdog, {});
    Burn(before.token());
  }
  Watchdog::Job job(watchdog, {});
  EXPECT_LT(job.cpu(), milliseconds(50));
  EXPECT_EQ(job.ended(), Ended::kNot);
}

TEST(Watchdog, AJobStopsWithItsParent) {
  Watchdog watchdog({.cpu = hours(1), .wall = hours(1)});
  std::stop_source parent;
  Watchdog::Job job(watchdog, parent.get_token());
  EXPECT_FALSE(job.token().stop_requested());
  parent.request_stop();
  EXPECT_TRUE(job.token().stop_requested());
  EXPECT_EQ(job.ended(), Ended::kNot);
}

// Who is told to stop may do anything, as to end another job: the lock is not held then.
TEST(Watchdog, WhoIsToldMayEnterAJob) {
  Watchdog watchdog({.cpu = milliseconds(1), .wall = hours(1)});
  Watchdog::Job job(watchdog, {});
  std::latch entered(1);
  const std::stop_callback on_end(job.token(), [&] {
    const Watchdog::Job other(watchdog, {});
    entered.count_down();
  });
  Burn(job.token());
  entered.wait();
}

TEST(Watchdog, LooksAtAllJobs) {
  Watchdog watchdog({.cpu = milliseconds(5), .wall = hours(1)});
  std::vector<std::jthread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&] {
      Watchdog::Job job(watchdog, {});
      Burn(job.token());
      EXPECT_EQ(job.ended(), Ended::kByCpu);
    });
  }
}

TEST(Watchdog, WhatTheThreadDoesForOthersIsNotTheJobs) {
  for (const Watchdog::Limits& limits :
       {Watchdog::Limits{.cpu = milliseconds(400), .wall = hours(1)},
        Watchdog::Limits{.cpu = hours(1), .wall = milliseconds(400)}}) {
    Watchdog watchdog(limits);
    Watchdog::Job job(watchdog, {});
    job.Pause(job.Now());
    const auto paused = job.cpu();
    {
      Watchdog others({.cpu = milliseconds(500), .wall = hours(1)});
      Watchdog::Job other(others, {});
      Burn(other.token());
    }
    EXPECT_EQ(job.cpu(), paused);
    EXPECT_EQ(job.ended(), Ended::kNot) << "neither time is up";
    job.Resume(job.Now());
    EXPECT_LT(job.cpu(), milliseconds(400));
    Burn(job.token());
    EXPECT_NE(job.ended(), Ended::kNot) << "it goes on where it was";
  }
}

}  // namespace
}  // namespace whittle::service
