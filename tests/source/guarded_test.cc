#include "source/guarded.h"

#include <gtest/gtest.h>

#include <stdexcept>

#include "tests/support/coroutines.h"

namespace whittle::source {
namespace {

constexpr auto kFailure = ErrorKind::kUpstreamTimeout;

class BreakerTest : public ::testing::Test {
 protected:
  void Fails(int times) {
    for (int i = 0; i < times; ++i) breaker_.Note(kFailure);
  }

  async::Clock::time_point now_ = async::Clock::now();
  Breaker breaker_{[this] { return now_; }};
};

TEST_F(BreakerTest, OpensAfterSomeFailuresInARow) {
  Fails(Breaker::kFailures - 1);
  EXPECT_TRUE(breaker_.Allows());
  EXPECT_TRUE(breaker_.healthy());
  Fails(1);
  EXPECT_FALSE(breaker_.Allows());
  EXPECT_FALSE(breaker_.healthy());
}

TEST_F(BreakerTest, WhatIsMissingIsAnAnswer) {
  Fails(Breaker::kFailures - 1);
  breaker_.Note(ErrorKind::kNotFound);
  Fails(Breaker::kFailures - 1);
  EXPECT_TRUE(breaker_.healthy());
  breaker_.Note(std::nullopt);
  Fails(Breaker::kFailures - 1);
  EXPECT_TRUE(breaker_.healthy());
}

TEST_F(BreakerTest, WhoLeftHasSeenNothing) {
  Fails(Breaker::kFailures - 1);
  breaker_.Note(ErrorKind::kCancelled);
  breaker_.Note(ErrorKind::kOverloaded);
  Fails(1);
  EXPECT_FALSE(breaker_.healthy());
}

TEST_F(BreakerTest, OneMayTryAfterAWhileAndDecidesForAll) {
  Fails(Breaker::kFailures);
  now_ += Breaker::kRest - std::chrono::nanoseconds(1);
  EXPECT_FALSE(breaker_.Allows());
  now_ += std::chrono::nanoseconds(1);
  EXPECT_TRUE(breaker_.Allows());
  EXPECT_FALSE(breaker_.Allows()) << "one at a time";
  EXPECT_FALSE(breaker_.healthy());
  Fails(1);
  EXPECT_FALSE(breaker_.Allows()) << "it rests anew";
  now_ += Breaker::kRest;
  EXPECT_TRUE(breaker_.Allows());
  breaker_.Note(std::nullopt);
  EXPECT_TRUE(breaker_.healthy());
  Fails(Breaker::kFailures - 1);
  EXPECT_TRUE(breaker_.healthy()) << "and all is forgotten";
}

TEST_F(BreakerTest, WhoTriesAndLeavesLetsAnotherTry) {
  Fails(Breaker::kFailures);
  now_ += Breaker::kRest;
  EXPECT_TRUE(breaker_.Allows());
  breaker_.Note(ErrorKind::kCancelled);
  EXPECT_TRUE(breaker_.Allows());
}

class FailingSource final : public Source {
 public:
  async::Awaitable<Expected<Found>> Fetch(SourceRef ref, Validator, Wait) override {
    ++asked;
    if (ref.path == "throws") throw std::runtime_error("a bug");
    co_return Fail(kFailure);
  }
  int asked = 0;
};

TEST(GuardedSource, IsNotAskedWhileItIsLeftAlone) {
  test::Loop loop(1);
  auto source = std::make_unique<FailingSource>();
  const FailingSource& failing = *source;
  auto now = async::Clock::now();
  Guarded guarded(std::move(source), {.now = [&now] { return now; }});
  EXPECT_TRUE(guarded.healthy());
  for (int i = 0; i < 10; ++i) {
    const auto found = loop.Run(guarded.Fetch({.path = "a.jpg"}, {}, {}));
    ASSERT_FALSE(found);
    EXPECT_EQ(found.error().kind, kFailure);
  }
  EXPECT_EQ(failing.asked, Breaker::kFailures);
  EXPECT_FALSE(guarded.healthy());
  now += Breaker::kRest;
  EXPECT_THROW(loop.Run(guarded.Fetch({.path = "throws"}, {}, {})), std::runtime_error);
  EXPECT_EQ(failing.asked, Breaker::kFailures + 1);
  EXPECT_FALSE(loop.Run(guarded.Fetch({.path = "a.jpg"}, {}, {})))
      << "a try that died is not waited for";
  EXPECT_EQ(failing.asked, Breaker::kFailures + 2);
}

}  // namespace
}  // namespace whittle::source
