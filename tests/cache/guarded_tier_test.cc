#include "cache/guarded_tier.h"

#include <gtest/gtest.h>

#include <stdexcept>

#include "tests/support/coroutines.h"
#include "tests/support/entries.h"

namespace whittle::cache {
namespace {

using test::MapTier;

class GuardedTierTest : public ::testing::Test {
 protected:
  static constexpr auto kShort = std::chrono::milliseconds(1);  // until a tier is given up
  static constexpr int kFailures = 3;
  static constexpr auto kRest = std::chrono::seconds(1);

  void Make(async::Clock::duration find, async::Clock::duration write) {
    guarded_ = std::make_unique<GuardedTier>(
        std::make_unique<MapTier>(state_),
        GuardedTier::Options{.find = find, .write = write, .now = [this] { return now_; }});
  }
  void SetUp() override { Make(std::chrono::minutes(1), std::chrono::minutes(1)); }

  void FailWith(ErrorKind kind) {
    state_->before = [kind](char, Wait) -> async::Awaitable<Expected<void>> {
      co_return Fail(kind);
    };
  }
  // "hit", "miss" or "error".
  std::string Find(const std::string& key = "k", Wait wait = {}) {
    const auto found = loop_.Run(guarded_->Find(key, std::move(wait)));
    return !found ? "error" : *found ? "hit" : "miss";
  }
  Expected<void> Put(Wait wait = {}) {
    return loop_.Run(guarded_->Put(test::ShareEntry("k"), std::move(wait)));
  }
  // "hits/misses/errors/poisoned/skipped, puts/lost".
  std::string Counts() {
    const TierCounts counts = guarded_->counts();
    std::string text;
    for (const auto count :
         {counts.hits, counts.misses, counts.errors, counts.poisoned, counts.skipped}) {
      text += std::to_string(count) + '/';
    }
    text.back() = ',';
    return text + ' ' + std::to_string(counts.puts) + '/' + std::to_string(counts.lost);
  }

  async::Clock::time_point now_ = async::Clock::now();
  std::shared_ptr<MapTier::State> state_ = std::make_shared<MapTier::State>();
  std::unique_ptr<GuardedTier> guarded_;
  test::Loop loop_;
};

TEST_F(GuardedTierTest, CountsWhatItFinds) {
  EXPECT_EQ(Find(), "miss");
  EXPECT_TRUE(Put());
  EXPECT_EQ(Find(), "hit");
  EXPECT_EQ(Find("other"), "miss");
  EXPECT_TRUE(loop_.Run(guarded_->Drop("k", {})));
  EXPECT_EQ(Find(), "miss");
  EXPECT_EQ(Counts(), "1/3/0/0/0, 1/0");
  EXPECT_TRUE(guarded_->healthy());
  EXPECT_EQ(guarded_->name(), "map");
}

TEST_F(GuardedTierTest, APoisonedEntryIsAMissAndDropped) {
  ASSERT_TRUE(Put());
  std::string cut = state_->Get("k");
  cut.pop_back();
  state_->Set("k", cut);
  EXPECT_EQ(Find(), "miss");
  EXPECT_EQ(state_->Get("k"), "");
  EXPECT_EQ(Counts(), "0/0/0/1/0, 1/0");
  for (int i = 0; i < 2 * kFailures; ++i) {
    state_->Set("k", cut);
    EXPECT_EQ(Find(), "miss");
  }
  EXPECT_TRUE(guarded_->healthy()) << "it answers";
}

// As in a fleet that is being upgraded: each would drop what the others have just put.
TEST_F(GuardedTierTest, AnEntryOfAnotherVersionIsAMissAndStays) {
  ASSERT_TRUE(Put());
  std::string newer = state_->Get("k");
  ++newer[4];
  state_->Set("k", newer);
  for (int i = 0; i < 2 * kFailures; ++i) EXPECT_EQ(Find(), "miss");
  EXPECT_EQ(state_->Get("k"), newer);
  EXPECT_TRUE(guarded_->healthy());
}

// A tier that does not look at keys.
class Mistaken final : public Tier {
 public:
  std::string_view name() const override { return "mistaken"; }
  async::Awaitable<Expected<std::optional<Found>>> Find(std::string, Wait) override {
    co_return Found{test::ShareEntry("another"), {}};
  }
  async::Awaitable<Expected<void>> Put(EntryPtr, Wait) override { throw std::runtime_error("bug"); }
  async::Awaitable<Expected<void>> Drop(std::string, Wait) override { co_return Expected<void>(); }
};

TEST_F(GuardedTierTest, AnothersEntryIsNeverGiven) {
  guarded_ = std::make_unique<GuardedTier>(std::make_unique<Mistaken>(), GuardedTier::Options());
  EXPECT_EQ(Find(), "miss");
  EXPECT_EQ(Counts(), "0/0/0/1/0, 0/0");
}

TEST_F(GuardedTierTest, WhatATierThrowsIsAFailure) {
  guarded_ = std::make_unique<GuardedTier>(std::make_unique<Mistaken>(), GuardedTier::Options());
  for (int i = 0; i < kFailures; ++i) EXPECT_EQ(Put().error().kind, ErrorKind::kInternal);
  EXPECT_FALSE(guarded_->healthy());
  EXPECT_EQ(Put().error().kind, ErrorKind::kUpstreamTimeout);
  EXPECT_EQ(Counts(), "0/0/0/0/0, 0/4");
}

TEST_F(GuardedTierTest, OneThatFailsIsLeftAloneAndAskedAgain) {
  ASSERT_TRUE(Put());
  FailWith(ErrorKind::kUpstream);
  for (int i = 0; i < kFailures; ++i) EXPECT_EQ(Find(), "miss");
  EXPECT_EQ(state_->Calls(), "pfff");
  EXPECT_FALSE(guarded_->healthy());
  state_->before = nullptr;
  EXPECT_EQ(Find(), "miss");
  EXPECT_EQ(state_->Calls(), "pfff") << "nobody asks";
  EXPECT_TRUE(Put()) << "writes are another matter";
  now_ += kRest;
  EXPECT_EQ(Find(), "hit");
  EXPECT_EQ(Find(), "hit");
  EXPECT_TRUE(guarded_->healthy());
  EXPECT_EQ(Counts(), "2/0/3/0/1, 2/0");
}

TEST_F(GuardedTierTest, ADiskThatCannotBeWrittenIsStillRead) {
  ASSERT_TRUE(Put());
  FailWith(ErrorKind::kUnreadable);
  for (int i = 0; i < kFailures; ++i) EXPECT_FALSE(Put());
  EXPECT_FALSE(guarded_->healthy());
  state_->before = nullptr;
  EXPECT_FALSE(Put());
  EXPECT_EQ(Find(), "hit");
  EXPECT_EQ(Counts(), "1/0/0/0/0, 1/4");
  EXPECT_TRUE(loop_.Run(guarded_->Drop("k", {}))) << "is asked all the same";
  EXPECT_EQ(Find(), "miss");
  EXPECT_TRUE(Put()) << "and that it did it shows that it can be written";
}

TEST_F(GuardedTierTest, HavingNoRoomSaysNothingOfIt) {
  FailWith(ErrorKind::kOverloaded);
  for (int i = 0; i < 2 * kFailures; ++i) {
    EXPECT_EQ(Find(), "miss");
    EXPECT_FALSE(Put());
  }
  EXPECT_TRUE(guarded_->healthy());
  EXPECT_EQ(Counts(), "0/0/6/0/0, 0/6");
}

TEST_F(GuardedTierTest, OneThatHangsIsGivenUpAtItsDeadline) {
  state_->before = [](char, Wait wait) { return test::HangUntilStopped(std::move(wait)); };
  Make(kShort, std::chrono::hours(1));
  for (int i = 0; i < kFailures; ++i) EXPECT_EQ(Find(), "miss");
  EXPECT_FALSE(guarded_->healthy());
  EXPECT_EQ(Find(), "miss");
  EXPECT_EQ(Counts(), "0/0/3/0/1, 0/0");
  Make(std::chrono::hours(1), kShort);
  for (int i = 0; i < kFailures; ++i) EXPECT_EQ(Put().error().kind, ErrorKind::kUpstreamTimeout);
  EXPECT_FALSE(guarded_->healthy());
  EXPECT_EQ(Counts(), "0/0/0/0/0, 0/3");
  EXPECT_EQ(loop_.Run(guarded_->Drop("k", {})).error().kind, ErrorKind::kUpstreamTimeout);
}

TEST_F(GuardedTierTest, WhoHasLessTimeLearnsNothingOfIt) {
  state_->before = [](char, Wait wait) { return test::HangUntilStopped(std::move(wait)); };
  std::stop_source stop;
  stop.request_stop();
  for (int i = 0; i < kFailures; ++i) {
    EXPECT_EQ(Find("k", {.stop = stop.get_token()}), "miss");
    EXPECT_EQ(Find("k", {.until = async::Clock::now()}), "miss");
    EXPECT_EQ(Put({.stop = stop.get_token()}).error().kind, ErrorKind::kCancelled);
  }
  EXPECT_TRUE(guarded_->healthy());
  EXPECT_EQ(Counts(), "0/0/0/0/0, 0/3");
}

}  // namespace
}  // namespace whittle::cache
