#include "source/hosts.h"

#include <gtest/gtest.h>

#include <thread>
#include <vector>

#include "source/refusals.h"
#include "tests/support/coroutines.h"

namespace whittle::source {
namespace {

using Outcome = HostBreaker::Outcome;

class HostsTest : public ::testing::Test {
 protected:
  Hosts::Options Few() {
    return {.slots = 3, .per_host = 2, .max_waiting = 8, .most_hosts = 2, .now = [this] {
              return now_;
            }};
  }
  Expected<Hosts::Visit> Enter(Hosts& hosts, const std::string& host,
                               async::Clock::time_point until = async::kNever) {
    return loop_.Run(hosts.Enter(host, {until, {}}));
  }
  void Fail(Hosts& hosts, const std::string& host, int times) {
    for (int i = 0; i < times; ++i) {
      auto visit = Enter(hosts, host);
      ASSERT_TRUE(visit);
      visit->Note(Outcome::kFailure);
    }
  }

  // A host that is left alone, and of which so many have been told.
  void Refuse(Hosts& hosts, const std::string& host, int times) {
    Fail(hosts, host, HostBreaker::kInARow);
    for (int i = 0; i < times; ++i) {
      const auto refused = Enter(hosts, host);
      ASSERT_FALSE(refused);
      EXPECT_EQ(refused.error().kind, ErrorKind::kUpstream);
    }
  }

  async::Clock::time_point now_ = async::Clock::now();
  test::Loop loop_;
};

TEST_F(HostsTest, ASlowHostLeavesSlotsToOthers) {
  Hosts hosts(Few());
  const auto first = Enter(hosts, "slow:80");
  auto second = Enter(hosts, "slow:80");
  ASSERT_TRUE(first && second);
  const auto visit = [&]() -> async::Awaitable<bool> {
    const auto entered = co_await hosts.Enter("slow:80", {});
    co_return entered.has_value();
  };
  std::vector<std::future<bool>> more;
  for (int i = 0; i < 3; ++i) more.push_back(loop_.Start(visit()));
  while (hosts.stats().waiting != 3) std::this_thread::yield();
  EXPECT_EQ(hosts.stats().in_use, 2) << "those who wait hold nothing";
  EXPECT_TRUE(Enter(hosts, "quick:80"));
  second = std::unexpected(Error::Of(ErrorKind::kCancelled));
  for (auto& one : more) EXPECT_TRUE(one.get());
}

TEST_F(HostsTest, AllHostsShareTheSlots) {
  Hosts hosts(Few());
  const auto first = Enter(hosts, "a:80");
  const auto second = Enter(hosts, "a:80");
  const auto third = Enter(hosts, "b:80");
  ASSERT_TRUE(first && second && third);
  const auto refused = Enter(hosts, "b:80", async::Clock::now());
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().kind, ErrorKind::kOverloaded);
  EXPECT_EQ(hosts.stats().in_use, 3);
  EXPECT_EQ(hosts.stats().slots, 3);
}

TEST_F(HostsTest, WhoIsToldToStopLeavesTheQueue) {
  Hosts hosts(Few());
  const auto first = Enter(hosts, "a:80");
  const auto second = Enter(hosts, "a:80");
  std::stop_source stop;
  auto waits = loop_.Start(hosts.Enter("a:80", {async::kNever, stop.get_token()}));
  while (hosts.stats().waiting != 1) std::this_thread::yield();
  stop.request_stop();
  EXPECT_EQ(waits.get().error().kind, ErrorKind::kCancelled);
  EXPECT_EQ(hosts.stats().waiting, 0);
}

TEST_F(HostsTest, AHostThatFailsIsLeftAloneAndOthersAreNot) {
  Hosts hosts(Few());
  Fail(hosts, "bad:80", HostBreaker::kInARow);
  EXPECT_FALSE(hosts.healthy("bad:80"));
  EXPECT_EQ(hosts.stats().open, 1);
  const auto refused = Enter(hosts, "bad:80");
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().kind, ErrorKind::kUpstream);
  EXPECT_TRUE(hosts.healthy("bad:81"));
  EXPECT_TRUE(hosts.healthy("good:80"));
  EXPECT_TRUE(Enter(hosts, "good:80"));
  now_ += HostBreaker::kRest;
  {
    auto tries = Enter(hosts, "bad:80");
    ASSERT_TRUE(tries);
    EXPECT_FALSE(Enter(hosts, "bad:80")) << "one tries";
    tries->Note(Outcome::kAnswer);
  }
  EXPECT_TRUE(hosts.healthy("bad:80"));
}

TEST_F(HostsTest, ATryThatIsThrownAwayIsNotWaitedFor) {
  Hosts hosts(Few());
  Fail(hosts, "bad:80", HostBreaker::kInARow);
  now_ += HostBreaker::kRest;
  {
    EXPECT_TRUE(Enter(hosts, "bad:80"));
  }
  EXPECT_FALSE(hosts.healthy("bad:80"));
  EXPECT_TRUE(Enter(hosts, "bad:80"));
}

TEST_F(HostsTest, ThoseWhoWaitedHearOfIt) {
  Hosts hosts(Few());
  Fail(hosts, "bad:80", HostBreaker::kInARow - 1);
  {
    auto last = Enter(hosts, "bad:80");
    const auto beside = Enter(hosts, "bad:80");
    auto waits = loop_.Start(hosts.Enter("bad:80", {}));
    while (hosts.stats().waiting != 1) std::this_thread::yield();
    last->Note(Outcome::kFailure);
    {
      const auto ends = std::move(last);
    }
    const auto refused = waits.get();
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().kind, ErrorKind::kUpstream);
  }
  EXPECT_EQ(hosts.stats().in_use, 0);
}

// A client that asks again at once was told so 20 000 times a second.
TEST_F(HostsTest, ManyWhoAskForAHostThatIsLeftAloneWaitForTheirTurn) {
  Hosts hosts(Few());
  Refuse(hosts, "bad:80", Refusals::kAtOnce);
  const auto began = async::Clock::now();
  EXPECT_EQ(Enter(hosts, "bad:80").error().kind, ErrorKind::kUpstream);
  EXPECT_GE(async::Clock::now() - began, Refusals::kApart);
  EXPECT_TRUE(Enter(hosts, "good:80"));
  EXPECT_EQ(hosts.stats().in_use, 0) << "who waits holds nothing";
}

TEST_F(HostsTest, NobodyWaitsForItsTurnLongerThanForSlots) {
  Hosts hosts(Few());
  Refuse(hosts, "bad:80", Refusals::kAtOnce);
  for (int i = 0; i < 4 * Refusals::kAtOnce; ++i) {
    ASSERT_FALSE(Enter(hosts, "bad:80", async::Clock::now())) << "else this takes minutes";
  }
}

TEST_F(HostsTest, WhoLeavesWhileWaitingForItsTurnIsGoneAtOnce) {
  Hosts hosts(Few());
  Refuse(hosts, "bad:80", Refusals::kAtOnce);
  std::stop_source stop;
  stop.request_stop();
  const auto left = loop_.Run(hosts.Enter("bad:80", {async::kNever, stop.get_token()}));
  ASSERT_FALSE(left);
  EXPECT_EQ(left.error().kind, ErrorKind::kCancelled);
}

TEST_F(HostsTest, WhoWaitedForItsTurnAsksOnceMore) {
  Hosts::Options options = Few();
  bool time_goes_on = false;
  options.now = [&] { return time_goes_on ? now_ += HostBreaker::kRest : now_; };
  Hosts hosts(options);
  Refuse(hosts, "bad:80", 1);
  time_goes_on = true;
  now_ -= HostBreaker::kRest;  // the first look is as late as the failures, the second may try
  EXPECT_TRUE(Enter(hosts, "bad:80"));
}

TEST_F(HostsTest, HostsAreForgottenButForThoseInUse) {
  Hosts hosts(Few());
  Fail(hosts, "a:80", HostBreaker::kInARow);
  const auto held = Enter(hosts, "b:80");
  EXPECT_TRUE(Enter(hosts, "c:80"));
  EXPECT_EQ(hosts.stats().known, 2);
  EXPECT_TRUE(hosts.healthy("a:80")) << "forgotten";
  const auto also = Enter(hosts, "c:80");
  EXPECT_TRUE(Enter(hosts, "d:80")) << "more than are remembered, while they are in use";
  EXPECT_EQ(hosts.stats().known, 3);
}

}  // namespace
}  // namespace whittle::source
