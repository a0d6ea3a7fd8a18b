#include "source/host_breaker.h"

#include <gtest/gtest.h>

namespace whittle::source {
namespace {

using Outcome = HostBreaker::Outcome;

class HostBreakerTest : public ::testing::Test {
 protected:
  void Note(Outcome outcome, int times = 1) {
    for (int i = 0; i < times; ++i) breaker_.Note(outcome, now_);
  }
  void Open() { Note(Outcome::kFailure, HostBreaker::kInARow); }

  HostBreaker::Time now_ = async::Clock::now();
  HostBreaker breaker_;
};

TEST_F(HostBreakerTest, OpensAtFiveFailuresInARow) {
  Note(Outcome::kFailure, 4);
  EXPECT_TRUE(breaker_.Allows(now_));
  Note(Outcome::kAnswer);
  Note(Outcome::kFailure, 4);
  EXPECT_FALSE(breaker_.open());
  Note(Outcome::kFailure);
  EXPECT_TRUE(breaker_.open());
  EXPECT_FALSE(breaker_.Allows(now_));
}

TEST_F(HostBreakerTest, OpensWhenHalfOfTheLastTwentyFailed) {
  for (int i = 0; i < 9; ++i) {
    Note(Outcome::kFailure);
    Note(Outcome::kAnswer);
  }
  Note(Outcome::kFailure);
  EXPECT_FALSE(breaker_.open()) << "10 of 19";
  Note(Outcome::kAnswer);
  EXPECT_FALSE(breaker_.open()) << "an answer opens nothing";
  Note(Outcome::kFailure);
  EXPECT_TRUE(breaker_.open()) << "10 of the last 20";
}

TEST_F(HostBreakerTest, FewerThanHalfAreBorne) {
  for (int i = 0; i < 200; ++i) {
    Note(Outcome::kFailure);
    Note(Outcome::kAnswer);
    if (i % 5 == 0) Note(Outcome::kAnswer, 2);
    if (breaker_.open()) break;
  }
  EXPECT_FALSE(breaker_.open());
}

TEST_F(HostBreakerTest, WhoLeavesHasSeenNothing) {
  Note(Outcome::kFailure, 4);
  Note(Outcome::kSilent, 30);
  EXPECT_FALSE(breaker_.open());
  Note(Outcome::kFailure);
  EXPECT_TRUE(breaker_.open());
}

TEST_F(HostBreakerTest, OneTriesAfterTheRestAndDecidesForAll) {
  Open();
  now_ += HostBreaker::kRest - std::chrono::nanoseconds(1);
  EXPECT_FALSE(breaker_.WouldAllow(now_));
  EXPECT_FALSE(breaker_.Allows(now_));
  now_ += std::chrono::nanoseconds(1);
  EXPECT_TRUE(breaker_.WouldAllow(now_));
  EXPECT_TRUE(breaker_.WouldAllow(now_)) << "asking is not trying";
  EXPECT_TRUE(breaker_.Allows(now_));
  EXPECT_FALSE(breaker_.Allows(now_)) << "one at a time";
  Note(Outcome::kFailure);
  EXPECT_FALSE(breaker_.Allows(now_)) << "it rests anew";
  now_ += HostBreaker::kRest;
  EXPECT_TRUE(breaker_.Allows(now_));
  Note(Outcome::kAnswer);
  EXPECT_FALSE(breaker_.open());
  Note(Outcome::kFailure, 4);
  EXPECT_FALSE(breaker_.open()) << "all is forgotten";
}

TEST_F(HostBreakerTest, ATryThatSaysNothingLetsAnotherTry) {
  Open();
  now_ += HostBreaker::kRest;
  EXPECT_TRUE(breaker_.Allows(now_));
  Note(Outcome::kSilent);
  EXPECT_TRUE(breaker_.open());
  EXPECT_TRUE(breaker_.Allows(now_));
}

}  // namespace
}  // namespace whittle::source
