#include "source/resolver.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <memory>
#include <thread>

#include "tests/support/coroutines.h"
#include "tests/support/door.h"

namespace whittle::source {
namespace {

Addresses One(std::string_view text) { return {*Address::Parse(text)}; }

class ResolverTest : public ::testing::Test {
 protected:
  Resolver::Options With(Lookup lookup) {
    return {.lookup = std::move(lookup), .now = [this] { return now_; }};
  }
  Expected<Addresses> Find(Resolver& resolver, const std::string& name) {
    return loop_.Run(resolver.Find(name, {}));
  }

  async::Clock::time_point now_ = async::Clock::now();
  test::Loop loop_;
};

TEST_F(ResolverTest, ANameIsLookedUpOnceUntilItIsOld) {
  std::atomic<int> lookups = 0;
  const auto options =
      With([&](const std::string&) { return One(++lookups == 1 ? "1.1.1.1" : "2.2.2.2"); });
  Resolver resolver(options);
  EXPECT_EQ(Find(resolver, "a"), One("1.1.1.1"));
  now_ += options.keep - std::chrono::nanoseconds(1);
  EXPECT_EQ(Find(resolver, "a"), One("1.1.1.1"));
  EXPECT_EQ(lookups, 1);
  now_ += std::chrono::nanoseconds(1);
  EXPECT_EQ(Find(resolver, "a"), One("2.2.2.2"));
  EXPECT_EQ(Find(resolver, "b"), One("2.2.2.2"));
  EXPECT_EQ(lookups, 3);
}

TEST_F(ResolverTest, AFailureIsBelievedForAMoment) {
  std::atomic<int> lookups = 0;
  const auto options = With([&](const std::string&) -> Expected<Addresses> {
    ++lookups;
    return Fail(ErrorKind::kUpstream, "no such name");
  });
  Resolver resolver(options);
  EXPECT_EQ(Find(resolver, "a").error().kind, ErrorKind::kUpstream);
  EXPECT_EQ(Find(resolver, "a").error().detail, "no such name");
  EXPECT_EQ(lookups, 1);
  now_ += options.keep_failure;
  EXPECT_FALSE(Find(resolver, "a"));
  EXPECT_EQ(lookups, 2);
}

TEST_F(ResolverTest, OldAddressesStandWhileTheNameserverDoesNot) {
  std::atomic<bool> fails = false;
  const auto options = With([&](const std::string&) -> Expected<Addresses> {
    if (fails) return Fail(ErrorKind::kUpstream, "no nameserver");
    return One("1.1.1.1");
  });
  Resolver resolver(options);
  EXPECT_TRUE(Find(resolver, "a"));
  fails = true;
  now_ += options.keep_stale;
  EXPECT_EQ(Find(resolver, "a"), One("1.1.1.1"));
  EXPECT_EQ(Find(resolver, "a"), One("1.1.1.1")) << "without another lookup";
  now_ += options.keep_failure;
  EXPECT_FALSE(Find(resolver, "a")) << "not for ever";
}

TEST_F(ResolverTest, ManyWhoAskForOneNameCostOneThread) {
  const auto door = std::make_shared<test::Door>();
  std::atomic<int> lookups = 0;
  auto options = With([&, door](const std::string&) {
    ++lookups;
    door->Enter();
    return One("1.1.1.1");
  });
  options.limit = std::chrono::minutes(5);
  Resolver resolver(options);
  std::vector<std::future<Expected<Addresses>>> all;
  for (int i = 0; i < 20; ++i) all.push_back(loop_.Start(resolver.Find("a", {})));
  while (lookups != 1) std::this_thread::yield();
  door->Open();
  for (auto& one : all) EXPECT_EQ(one.get(), One("1.1.1.1"));
  EXPECT_EQ(lookups, 1);
}

// The one who looks leaves: those who wait do not wait for nothing.
TEST_F(ResolverTest, WhoLooksMayLeave) {
  std::atomic<int> lookups = 0;
  const auto door = std::make_shared<test::Door>();
  auto options = With([&, door](const std::string&) {
    if (++lookups == 1) {
      door->Enter();
    }
    return One("1.1.1.1");
  });
  options.limit = std::chrono::minutes(5);
  Resolver resolver(options);
  std::stop_source stop;
  auto first = loop_.Start(resolver.Find("a", {async::kNever, stop.get_token()}));
  while (lookups != 1) std::this_thread::yield();
  auto second = loop_.Start(resolver.Find("a", {}));
  stop.request_stop();
  EXPECT_EQ(first.get().error().kind, ErrorKind::kCancelled);
  EXPECT_EQ(second.get(), One("1.1.1.1"));
  door->Open();
}

TEST_F(ResolverTest, ALookupThatHangsIsGivenUp) {
  const auto door = std::make_shared<test::Door>();
  auto options = With([door](const std::string& name) {
    if (name == "hangs") door->Enter();
    return One("1.1.1.1");
  });
  options.threads = 1;
  options.limit = std::chrono::milliseconds(20);
  Resolver resolver(options);
  EXPECT_EQ(Find(resolver, "hangs").error().kind, ErrorKind::kUpstreamTimeout);
  EXPECT_TRUE(Find(resolver, "other")) << "its thread is replaced";
  door->Open();
}

TEST_F(ResolverTest, NamesAreForgottenWhenThereAreMany) {
  std::atomic<int> lookups = 0;
  auto options = With([&](const std::string&) {
    ++lookups;
    return One("1.1.1.1");
  });
  options.most_names = 2;
  Resolver resolver(options);
  for (const char* name : {"a", "b", "a", "c"}) EXPECT_TRUE(Find(resolver, name));
  EXPECT_EQ(lookups, 3);
  EXPECT_TRUE(Find(resolver, "a"));
  EXPECT_EQ(lookups, 3) << "used last but one";
  EXPECT_TRUE(Find(resolver, "b"));
  EXPECT_EQ(lookups, 4);
}

TEST(LookUpByLibc, KnowsItsOwnHost) {
  const auto found = LookUpByLibc("localhost");
  ASSERT_TRUE(found) << found.error().detail;
  EXPECT_TRUE(std::ranges::find(*found, *Address::Parse("127.0.0.1")) != found->end() ||
              std::ranges::find(*found, *Address::Parse("::1")) != found->end());
}

}  // namespace
}  // namespace whittle::source
