#include "source/refusals.h"

#include <gtest/gtest.h>

#include "tests/support/coroutines.h"

namespace whittle::source {
namespace {

using std::chrono::microseconds;

class RefusalsTest : public ::testing::Test {
 protected:
  microseconds Next() { return std::chrono::duration_cast<microseconds>(refusals_.Next(now_)); }
  void Tell(int many) {
    for (int i = 0; i < many; ++i) Next();
  }

  Refusals refusals_;
  async::Clock::time_point now_ = async::Clock::now();
};

TEST_F(RefusalsTest, SomeAreToldAtOnceAndTheOthersInTurn) {
  for (int i = 0; i < Refusals::kAtOnce; ++i) ASSERT_EQ(Next(), microseconds(0)) << i;
  EXPECT_EQ(Next(), Refusals::kApart);
  EXPECT_EQ(Next(), 2 * Refusals::kApart);
}

TEST_F(RefusalsTest, WhoAskNoFasterThanTheyAreToldNeverWait) {
  for (int i = 0; i < 1000; ++i) {
    ASSERT_EQ(Next(), microseconds(0)) << i;
    now_ += Refusals::kApart;
  }
}

TEST_F(RefusalsTest, QuietGivesBackNoMoreThanWasTaken) {
  Tell(Refusals::kAtOnce + 3);
  now_ += 3 * Refusals::kApart;
  EXPECT_EQ(Next(), Refusals::kApart) << "the line is as long as it may be without waiting";
  now_ += std::chrono::hours(1);
  Tell(Refusals::kAtOnce);
  EXPECT_EQ(Next(), Refusals::kApart);
}

TEST_F(RefusalsTest, NobodyWaitsLongerThanASecond) {
  constexpr int kInLine = Refusals::kLongest / Refusals::kApart;
  Tell(Refusals::kAtOnce + kInLine - 1);
  EXPECT_EQ(Next(), Refusals::kLongest);
  Tell(10'000);
  EXPECT_EQ(Next(), Refusals::kLongest);
  now_ += Refusals::kLongest;
  EXPECT_LE(Next(), 2 * Refusals::kApart) << "those many have made the line no longer";
}

}  // namespace
}  // namespace whittle::source
