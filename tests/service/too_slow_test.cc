#include "service/too_slow.h"

#include <gtest/gtest.h>

namespace whittle::service {
namespace {

class TooSlowTest : public ::testing::Test {
 protected:
  TooSlow::Clock::time_point now_ = TooSlow::Clock::now();
  TooSlow remembered_{[this] { return now_; }};
};

TEST_F(TooSlowTest, RemembersForAWhile) {
  EXPECT_FALSE(remembered_.Find("a"));
  remembered_.Remember("a", Error::Of(ErrorKind::kTooSlow));
  now_ += TooSlow::kFor - std::chrono::nanoseconds(1);
  ASSERT_TRUE(remembered_.Find("a"));
  EXPECT_EQ(remembered_.Find("a")->kind, ErrorKind::kTooSlow);
  EXPECT_FALSE(remembered_.Find("b"));
  now_ += std::chrono::nanoseconds(1);
  EXPECT_FALSE(remembered_.Find("a"));
}

TEST_F(TooSlowTest, WhatIsRememberedAgainIsRememberedAnew) {
  remembered_.Remember("a", Error::Of(ErrorKind::kTooSlow));
  now_ += TooSlow::kFor / 2;
  remembered_.Remember("a", Error::Of(ErrorKind::kOverloaded));
  now_ += TooSlow::kFor / 2;
  ASSERT_TRUE(remembered_.Find("a"));
  EXPECT_EQ(remembered_.Find("a")->kind, ErrorKind::kOverloaded);
}

TEST_F(TooSlowTest, ForgetsOneWhenItIsTold) {
  remembered_.Remember("a", Error::Of(ErrorKind::kTooSlow));
  remembered_.Remember("b", Error::Of(ErrorKind::kTooSlow));
  remembered_.Forget("a");
  remembered_.Forget("c");
  EXPECT_FALSE(remembered_.Find("a"));
  EXPECT_TRUE(remembered_.Find("b"));
}

TEST_F(TooSlowTest, KeepsNoMoreThanItsLimit) {
  for (std::size_t i = 0; i <= TooSlow::kMost; ++i) {
    remembered_.Remember(std::to_string(i), Error::Of(ErrorKind::kTooSlow));
  }
  EXPECT_FALSE(remembered_.Find("0"));
  EXPECT_TRUE(remembered_.Find("1"));
  EXPECT_TRUE(remembered_.Find(std::to_string(TooSlow::kMost)));
}

}  // namespace
}  // namespace whittle::service
