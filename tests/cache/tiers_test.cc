#include "cache/tiers.h"

#include <gtest/gtest.h>

#include <thread>

#include "tests/support/coroutines.h"
#include "tests/support/entries.h"

namespace whittle::cache {
namespace {

using test::MapTier;
using test::ShareEntry;

// Holds calls of one kind until the test lets them go.
class Held {
 public:
  explicit Held(char kind) : kind_(kind) {}
  auto Before() {
    return [this](char call, Wait wait) -> async::Awaitable<Expected<void>> {
      if (call != kind_) co_return Expected<void>();
      const auto go = std::make_shared<async::Event>(co_await boost::asio::this_coro::executor);
      {
        const std::lock_guard lock(mutex_);
        if (!released_) waiting_.push_back(go);
        if (released_) go->Set();
      }
      if (co_await go->Wait(wait.until, wait.stop) == async::Event::Outcome::kSet) {
        co_return Expected<void>();
      }
      co_return Fail(ErrorKind::kCancelled);
    };
  }
  void Release() {
    const std::lock_guard lock(mutex_);
    released_ = true;
    for (const auto& go : waiting_) go->Set();
  }
  std::size_t waiting() {
    const std::lock_guard lock(mutex_);
    return waiting_.size();
  }

 private:
  const char kind_;
  std::mutex mutex_;
  bool released_ = false;
  std::vector<std::shared_ptr<async::Event>> waiting_;
};

class TiersTest : public ::testing::Test {
 protected:
  void Make(Tiers::Options options = {}) {
    options.guard.find = options.guard.write = std::chrono::minutes(5);
    std::vector<std::unique_ptr<Tier>> tiers;
    tiers.push_back(std::make_unique<MapTier>(upper_));
    tiers.push_back(std::make_unique<MapTier>(lower_));
    tiers_ = std::make_unique<Tiers>(loop_.context(), std::move(tiers), options);
  }
  ~TiersTest() override {
    if (tiers_) tiers_->Stop();
    Drain();
    loop_.Join();
  }
  void Drain() const {
    while (tiers_ && !tiers_->Drained()) std::this_thread::yield();
  }
  template <class F>
  static void Until(F condition) {
    while (!condition()) std::this_thread::yield();
  }
  // The bytes of what is found, or nothing.
  std::string Find(const std::string& key = "k", Wait wait = {}) {
    const auto found = loop_.Run(tiers_->Find(key, std::move(wait)));
    return found ? std::string(AsText(found->entry->bytes->view())) : std::string();
  }
  TierCounts Counts(std::size_t tier) const { return tiers_->stats()[tier].counts; }
  void PutBelow(const std::string& key, std::string_view bytes) {
    lower_->Set(key, std::string(AsText(Serialize(test::MakeEntry(key, bytes))->view())));
  }

  std::shared_ptr<MapTier::State> upper_ = std::make_shared<MapTier::State>();
  std::shared_ptr<MapTier::State> lower_ = std::make_shared<MapTier::State>();
  test::Loop loop_;
  std::unique_ptr<Tiers> tiers_;
};

TEST_F(TiersTest, AreAskedInTheirOrder) {
  Make();
  EXPECT_EQ(Find(), "");
  EXPECT_EQ(upper_->Calls() + lower_->Calls(), "ff");
  tiers_->Put(ShareEntry("k", "a"));
  Drain();
  EXPECT_EQ(upper_->Calls() + lower_->Calls(), "fpfp");
  EXPECT_EQ(Find(), "a");
  EXPECT_EQ(upper_->Calls() + lower_->Calls(), "fpffp") << "the lower one is not asked";
}

TEST_F(TiersTest, TheUpperIsFilledFromTheLower) {
  Make();
  PutBelow("k", "a");
  EXPECT_EQ(Find(), "a");
  Drain();
  EXPECT_EQ(upper_->Get("k"), lower_->Get("k"));
  EXPECT_EQ(lower_->Calls(), "f") << "and not the lower from itself";
  EXPECT_EQ(Find(), "a");
  EXPECT_EQ(lower_->Calls(), "f");
  EXPECT_EQ(Counts(0).hits, 1U);
  EXPECT_EQ(Counts(1).hits, 1U);
}

TEST_F(TiersTest, OneThatFailsIsPassedOver) {
  Make();
  PutBelow("k", "a");
  upper_->before = [](char, Wait) -> async::Awaitable<Expected<void>> {
    co_return Fail(ErrorKind::kUpstream);
  };
  for (int i = 0; i < 5; ++i) EXPECT_EQ(Find(), "a");
  Drain();
  EXPECT_FALSE(tiers_->stats()[0].healthy);
  EXPECT_TRUE(tiers_->stats()[1].healthy);
  EXPECT_EQ(Counts(0).errors + Counts(0).skipped, 5U);
}

TEST_F(TiersTest, WritesAreNotWaitedForAndBoundedInNumber) {
  Held writes('p');
  lower_->before = writes.Before();
  Make({.writers = 2, .pending = 3});
  tiers_->Put(ShareEntry("a"));
  tiers_->Put(ShareEntry("b"));
  Until([&] { return writes.waiting() == 2; });
  for (const std::string key : {"c", "d", "e", "f"}) tiers_->Put(ShareEntry(key));
  EXPECT_EQ(tiers_->stats()[1].pending, 5U);
  EXPECT_EQ(Counts(1).lost, 1U);
  EXPECT_FALSE(tiers_->Drained());
  writes.Release();
  Drain();
  EXPECT_EQ(Counts(1).puts, 5U);
  EXPECT_EQ(Counts(1).lost, 1U);
  EXPECT_EQ(lower_->Get("f"), "");
  EXPECT_NE(lower_->Get("e"), "");
  EXPECT_EQ(writes.waiting(), 2U) << "no more than two at once";
  tiers_->Put(ShareEntry("f"));
  Drain();
  EXPECT_NE(lower_->Get("f"), "") << "there is room again, and a writer";
}

TEST_F(TiersTest, WritesAreBoundedInBytes) {
  Held writes('p');
  lower_->before = writes.Before();
  const std::string large(1000, 'x');
  const std::size_t cost = sizeof(Entry) + 1 + large.size();
  Make({.writers = 1, .pending_bytes = 2 * cost});
  tiers_->Put(ShareEntry("a", large));
  Until([&] { return writes.waiting() == 1; });
  for (const std::string key : {"b", "c", "d"}) tiers_->Put(ShareEntry(key, large));
  EXPECT_EQ(Counts(1).lost, 1U);
  tiers_->Put(ShareEntry("e", std::string(2 * cost, 'x')));
  EXPECT_EQ(Counts(1).lost, 2U);
  writes.Release();
  Drain();
  EXPECT_EQ(Counts(1).puts, 3U);
  Held again('p');
  lower_->before = again.Before();
  tiers_->Put(ShareEntry("a", large));
  Until([&] { return again.waiting() == 1; });
  for (const std::string key : {"b", "c"}) tiers_->Put(ShareEntry(key, large));
  EXPECT_EQ(Counts(1).lost, 2U) << "what was written has given its bytes back";
  again.Release();
  Drain();
}

TEST_F(TiersTest, DroppedIsDroppedEverywhere) {
  Make();
  tiers_->Put(ShareEntry("k"));
  tiers_->Put(ShareEntry("other"));
  Drain();
  EXPECT_TRUE(loop_.Run(tiers_->Drop("k", {})));
  EXPECT_EQ(Find(), "");
  EXPECT_EQ(Find("other"), "picture");
}

TEST_F(TiersTest, DroppedIsAlsoWhatWasYetToBeWritten) {
  Held writes('p');
  lower_->before = writes.Before();
  Make({.writers = 1, .pending = 2});
  tiers_->Put(ShareEntry("k", "being written"));
  Until([&] { return writes.waiting() == 1; });
  tiers_->Put(ShareEntry("k", "waits"));
  tiers_->Put(ShareEntry("other"));
  EXPECT_TRUE(loop_.Run(tiers_->Drop("k", {})));
  EXPECT_EQ(tiers_->stats()[1].pending, 2U);
  tiers_->Put(ShareEntry("new"));
  EXPECT_EQ(Counts(1).lost, 0U) << "its place is free";
  writes.Release();
  Drain();
  EXPECT_EQ(lower_->Get("k"), "");
  EXPECT_NE(lower_->Get("other"), "");
  EXPECT_NE(lower_->Get("new"), "");
}

TEST_F(TiersTest, DroppedGivesItsBytesBack) {
  Held writes('p');
  lower_->before = writes.Before();
  const std::string large(1000, 'x');
  Make({.writers = 1, .pending_bytes = sizeof(Entry) + 1 + large.size()});
  tiers_->Put(ShareEntry("a"));
  Until([&] { return writes.waiting() == 1; });
  tiers_->Put(ShareEntry("k", large));
  EXPECT_TRUE(loop_.Run(tiers_->Drop("k", {})));
  tiers_->Put(ShareEntry("b", large));
  EXPECT_EQ(Counts(1).lost, 0U);
  writes.Release();
  Drain();
}

TEST_F(TiersTest, ADropThatFailsSaysSoAndIsTriedInAll) {
  Make();
  tiers_->Put(ShareEntry("k"));
  Drain();
  upper_->before = [](char call, Wait) -> async::Awaitable<Expected<void>> {
    if (call == 'd') co_return Fail(ErrorKind::kUnreadable, "read-only");
    co_return Expected<void>();
  };
  const auto dropped = loop_.Run(tiers_->Drop("k", {}));
  ASSERT_FALSE(dropped);
  EXPECT_EQ(dropped.error().detail, "read-only");
  EXPECT_EQ(lower_->Get("k"), "");
}

TEST_F(TiersTest, FindsAreBounded) {
  Held finds('f');
  upper_->before = finds.Before();
  Make({.finds = 2});
  PutBelow("k", "a");
  auto first = loop_.Start(tiers_->Find("k", {}));
  auto second = loop_.Start(tiers_->Find("k", {}));
  Until([&] { return finds.waiting() == 2; });
  EXPECT_EQ(Find(), "");
  EXPECT_EQ(Counts(0).skipped, 1U);
  EXPECT_EQ(Counts(1).skipped, 1U);
  finds.Release();
  EXPECT_TRUE(first.get());
  EXPECT_TRUE(second.get());
  EXPECT_EQ(Find(), "a") << "places are given back";
}

TEST_F(TiersTest, StopEndsWhatHangsAndForgetsTheRest) {
  Held writes('p');
  lower_->before = writes.Before();
  Make({.writers = 1});
  tiers_->Put(ShareEntry("a"));
  Until([&] { return writes.waiting() == 1; });
  tiers_->Put(ShareEntry("b"));
  tiers_->Stop();
  Drain();
  EXPECT_EQ(Counts(1).puts, 0U);
  EXPECT_EQ(Counts(1).lost, 2U);
  tiers_->Put(ShareEntry("c"));
  EXPECT_TRUE(tiers_->Drained());
  EXPECT_EQ(Counts(1).lost, 3U);
}

TEST_F(TiersTest, ALookUpEndsWhenItIsToldTo) {
  upper_->before = [](char, Wait wait) { return test::HangUntilStopped(std::move(wait)); };
  Make();
  std::stop_source stop;
  auto waits = loop_.Start(tiers_->Find("k", {async::kNever, stop.get_token()}));
  stop.request_stop();
  EXPECT_FALSE(waits.get());
}

}  // namespace
}  // namespace whittle::cache
