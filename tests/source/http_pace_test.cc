#include "source/http_pace.h"

#include <gtest/gtest.h>

namespace whittle::source {
namespace {

using std::chrono::microseconds;
using std::chrono::milliseconds;
using std::chrono::nanoseconds;

class HttpPaceTest : public ::testing::Test {
 protected:
  // Late by nothing is late; a nanosecond earlier is not.
  void DueAt(HttpPace& pace, HttpPace::Time when, const HttpProgress& progress) {
    EXPECT_EQ(pace.Due(progress), when);
    EXPECT_FALSE(pace.Overdue(when - nanoseconds(1), progress));
    EXPECT_TRUE(pace.Overdue(when, progress));
  }

  const HttpDeadlines deadlines_{.connect = milliseconds(2000),
                                 .tls = milliseconds(3000),
                                 .first_byte = milliseconds(5000),
                                 .floor = 1000,
                                 .floor_over = milliseconds(500)};
  const HttpPace::Time began_ = async::Clock::now();
  const HttpPace::Time end_ = began_ + milliseconds(9000);
};

TEST_F(HttpPaceTest, EveryPhaseHasItsDeadline) {
  HttpPace pace(deadlines_, began_, end_, milliseconds(300));
  DueAt(pace, began_ + milliseconds(1700), {});
  HttpProgress progress{.connected = true};
  EXPECT_EQ(progress.phase(), HttpPhase::kTls);
  DueAt(pace, began_ + milliseconds(4700), progress);
  progress.sent = milliseconds(70);
  EXPECT_EQ(progress.phase(), HttpPhase::kFirstByte);
  DueAt(pace, began_ + milliseconds(5070), progress);
}

TEST_F(HttpPaceTest, AConnectionThatIsReusedIsAtItsRequestAtOnce) {
  EXPECT_EQ(HttpProgress{.sent = microseconds(1)}.phase(), HttpPhase::kFirstByte);
}

TEST_F(HttpPaceTest, TheEndIsTheEndOfEveryPhase) {
  const auto end = began_ + milliseconds(10);
  HttpPace pace(deadlines_, began_, end, {});
  DueAt(pace, end, {});
  DueAt(pace, end, {.connected = true});
  DueAt(pace, end, {.sent = milliseconds(1)});
  pace.Mark(began_, 0);
  DueAt(pace, end, {.sent = milliseconds(1), .has_head = true, .bytes = 1'000'000});
}

TEST_F(HttpPaceTest, ABodyHasAFloorUnderItsRate) {
  HttpPace pace(deadlines_, began_, end_, {});
  HttpProgress progress{.sent = milliseconds(1), .has_head = true};
  auto now = began_ + milliseconds(100);
  pace.Mark(now, 0);
  EXPECT_EQ(pace.Due(progress), now + milliseconds(500));
  progress.bytes = 500;  // 1000 a second over half of one
  now += milliseconds(500);
  EXPECT_FALSE(pace.Overdue(now, progress));
  EXPECT_EQ(pace.Due(progress), now + milliseconds(500)) << "counted anew";
  progress.bytes = 999;
  EXPECT_FALSE(pace.Overdue(now + milliseconds(499), progress)) << "it may still come";
  EXPECT_TRUE(pace.Overdue(now + milliseconds(500), progress));
}

// The phase that comes next may have less time left than the one that is.
TEST_F(HttpPaceTest, TheNextLookIsBeforeAnyPhaseIsDue) {
  HttpDeadlines deadlines = deadlines_;
  for (const int shortest : {0, 1, 2}) {
    deadlines.tls = milliseconds(shortest == 0 ? 40 : 3000);
    deadlines.first_byte = milliseconds(shortest == 1 ? 40 : 3000);
    deadlines.floor_over = milliseconds(shortest == 2 ? 40 : 3000);
    const HttpPace pace(deadlines, began_, end_, {});
    EXPECT_EQ(pace.NextLook(began_, {}), began_ + milliseconds(40));
    EXPECT_EQ(pace.NextLook(began_ + milliseconds(1990), {}), began_ + milliseconds(2000));
  }
}

TEST_F(HttpPaceTest, OurOwnPauseIsNotTheOriginsFault) {
  HttpPace pace(deadlines_, began_, end_, {});
  const HttpProgress progress{.sent = milliseconds(1), .has_head = true};
  pace.Mark(began_, 0);
  pace.Pause();
  EXPECT_EQ(pace.Due(progress), end_);
  EXPECT_FALSE(pace.Overdue(end_ - nanoseconds(1), progress));
  EXPECT_TRUE(pace.Overdue(end_, progress));
  pace.Mark(began_ + milliseconds(2000), 0);
  EXPECT_FALSE(pace.Overdue(began_ + milliseconds(2499), progress));
  EXPECT_TRUE(pace.Overdue(began_ + milliseconds(2500), progress));
}

}  // namespace
}  // namespace whittle::source
