#include "async/breaker.h"

#include <gtest/gtest.h>

namespace whittle::async {
namespace {

using Outcome = Breaker::Outcome;

class BreakerTest : public ::testing::Test {
 protected:
  static constexpr Breaker::Limits kLimits = {.failures = 3, .rest = std::chrono::seconds(5)};

  void Fails(int times) {
    for (int i = 0; i < times; ++i) breaker_.Note(Outcome::kFailed);
  }

  Clock::time_point now_ = Clock::now();
  Breaker breaker_{[this] { return now_; }, kLimits};
};

TEST_F(BreakerTest, OpensAfterSomeFailuresInARow) {
  Fails(kLimits.failures - 1);
  EXPECT_TRUE(breaker_.Allows());
  EXPECT_TRUE(breaker_.healthy());
  Fails(1);
  EXPECT_FALSE(breaker_.Allows());
  EXPECT_FALSE(breaker_.healthy());
}

TEST_F(BreakerTest, CountsFailuresInARowOnly) {
  Fails(kLimits.failures - 1);
  breaker_.Note(Outcome::kAnswered);
  Fails(kLimits.failures - 1);
  EXPECT_TRUE(breaker_.healthy());
}

TEST_F(BreakerTest, WhoLeftHasSeenNothing) {
  Fails(kLimits.failures - 1);
  breaker_.Note(Outcome::kUnknown);
  Fails(1);
  EXPECT_FALSE(breaker_.healthy());
}

TEST_F(BreakerTest, OneMayTryAfterAWhileAndDecidesForAll) {
  Fails(kLimits.failures);
  now_ += kLimits.rest - std::chrono::nanoseconds(1);
  EXPECT_FALSE(breaker_.Allows());
  now_ += std::chrono::nanoseconds(1);
  EXPECT_TRUE(breaker_.Allows());
  EXPECT_FALSE(breaker_.Allows()) << "one at a time";
  EXPECT_FALSE(breaker_.healthy());
  Fails(1);
  EXPECT_FALSE(breaker_.Allows()) << "it rests anew";
  now_ += kLimits.rest;
  EXPECT_TRUE(breaker_.Allows());
  breaker_.Note(Outcome::kAnswered);
  EXPECT_TRUE(breaker_.healthy());
  Fails(kLimits.failures - 1);
  EXPECT_TRUE(breaker_.healthy()) << "and all is forgotten";
}

TEST_F(BreakerTest, WhoTriesAndLeavesLetsAnotherTry) {
  Fails(kLimits.failures);
  now_ += kLimits.rest;
  EXPECT_TRUE(breaker_.Allows());
  {
    const Breaker::Call thrown_away(breaker_);
  }
  EXPECT_FALSE(breaker_.healthy());
  EXPECT_TRUE(breaker_.Allows());
}

TEST_F(BreakerTest, ACallNotesWhatItCameTo) {
  for (int i = 0; i < kLimits.failures; ++i) {
    Breaker::Call call(breaker_);
    call.Ended(Outcome::kFailed);
  }
  EXPECT_FALSE(breaker_.healthy());
  Breaker::Call(breaker_).Ended(Outcome::kAnswered);
  EXPECT_TRUE(breaker_.healthy());
}

}  // namespace
}  // namespace whittle::async
