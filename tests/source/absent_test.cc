#include "source/absent.h"

#include <gtest/gtest.h>

namespace whittle::source {
namespace {

class AbsentTest : public ::testing::Test {
 protected:
  async::Clock::time_point now_ = async::Clock::now();
  Absent::Now clock_ = [this] { return now_; };
};

TEST_F(AbsentTest, IsBelievedForItsTime) {
  Absent absent(std::chrono::seconds(1), 8, clock_);
  EXPECT_FALSE(absent.Has("a"));
  absent.Add("a");
  EXPECT_TRUE(absent.Has("a"));
  EXPECT_FALSE(absent.Has("b"));
  now_ += std::chrono::seconds(1) - std::chrono::nanoseconds(1);
  absent.Add("a");  // does not make it longer
  EXPECT_TRUE(absent.Has("a"));
  now_ += std::chrono::nanoseconds(1);
  EXPECT_FALSE(absent.Has("a"));
  absent.Add("a");
  EXPECT_TRUE(absent.Has("a"));
}

TEST_F(AbsentTest, ForgetsTheOldestOfTooMany) {
  Absent absent(std::chrono::seconds(1), 2, clock_);
  for (const char* name : {"a", "b", "c"}) absent.Add(name);
  EXPECT_FALSE(absent.Has("a"));
  EXPECT_TRUE(absent.Has("b"));
  EXPECT_TRUE(absent.Has("c"));
}

TEST_F(AbsentTest, ForNoTimeAtAllIsOff) {
  Absent absent(std::chrono::seconds(0), 2, clock_);
  absent.Add("a");
  EXPECT_FALSE(absent.Has("a"));
}

}  // namespace
}  // namespace whittle::source
