#include "source/renewed.h"

#include <gtest/gtest.h>

#include <atomic>
#include <deque>
#include <future>
#include <memory>
#include <mutex>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

#include "async/event.h"
#include "tests/support/coroutines.h"

namespace whittle::source {
namespace {

using namespace std::chrono_literals;
using Value = std::string;

class RenewedTest : public ::testing::Test {
 protected:
  using Got = Expected<Dated<Value>>;

  // The next fetch gives this; one that has nothing to give fails.
  void Gives(Value value, std::optional<SystemTime::duration> good_for = {}) {
    const std::lock_guard lock(mutex_);
    gives_.emplace_back(Dated<Value>{
        std::move(value), good_for ? std::optional(now_.load() + *good_for) : std::nullopt});
  }
  std::string Get(Wait wait = {}) {
    const auto value = loop_.Run(renewed_->Get(std::move(wait)));
    Settle();
    return value ? **value : "error: " + value.error().detail;
  }
  // A fetch for the next one may run behind what Get has answered.
  void Settle() { loop_.Run(Nothing()); }
  static async::Awaitable<void> Nothing() { co_return; }

  async::Awaitable<Got> Fetch(Wait wait) {
    ++begun_;
    EXPECT_LE(wait.until, async::Clock::now() + Renewed<Value>::kFetchLimit);
    if (throws_) throw std::runtime_error("a bug");
    if (gate_) {
      const async::Strand strand = co_await asio::this_coro::executor;
      const auto event = std::make_shared<async::Event>(strand);
      gate_->set_value(event);
      if (co_await event->Wait(wait.until, wait.stop) == async::Event::Outcome::kStopped) {
        stopped_ = true;
        co_return Fail(ErrorKind::kCancelled);
      }
    }
    const std::lock_guard lock(mutex_);
    if (gives_.empty()) co_return Fail(ErrorKind::kUnreadable, "nothing " + std::to_string(begun_));
    Got got = gives_.front();
    gives_.pop_front();
    co_return got;
  }

  std::mutex mutex_;
  std::deque<Got> gives_;
  std::atomic<int> begun_ = 0;
  std::atomic<bool> stopped_ = false;
  bool throws_ = false;
  std::optional<std::promise<std::shared_ptr<async::Event>>> gate_;  // fetches tell how to open it
  std::atomic<SystemTime> now_ = SystemTime(1'000'000h);
  test::Loop loop_{1};  // one thread, so that what began first has landed first
  std::unique_ptr<Renewed<Value>> renewed_ = std::make_unique<Renewed<Value>>(
      [this](Wait wait) { return Fetch(std::move(wait)); }, [this] { return now_.load(); });

  void Pass(SystemTime::duration time) { now_ = now_.load() + time; }
};

TEST_F(RenewedTest, WhatStaysGoodIsFetchedOnce) {
  Gives("a");
  EXPECT_EQ(renewed_->Last(), nullptr);
  EXPECT_EQ(Get(), "a");
  Pass(24h * 365);
  EXPECT_EQ(Get(), "a");
  EXPECT_EQ(*renewed_->Last(), "a");
  EXPECT_EQ(begun_, 1);
}

TEST_F(RenewedTest, TheNextOneIsFetchedBeforeTheEnd) {
  Gives("a", 1h);
  Gives("b", 1h);
  EXPECT_EQ(Get(), "a");
  Pass(55min - 1ns);
  EXPECT_EQ(Get(), "a");
  EXPECT_EQ(begun_, 1);
  Pass(1ns);
  EXPECT_EQ(Get(), "a") << "nobody waits for the next one";
  EXPECT_EQ(begun_, 2);
  EXPECT_EQ(Get(), "b");
  EXPECT_EQ(begun_, 2);
}

// A metadata server hands out tokens that it has kept, with a few minutes left.
TEST_F(RenewedTest, WhatEndsSoonIsFetchedAnewInItsLastQuarter) {
  Gives("a", 4min);
  Gives("b", 1h);
  EXPECT_EQ(Get(), "a");
  Pass(3min - 1ns);
  EXPECT_EQ(Get(), "a");
  EXPECT_EQ(begun_, 1);
  Pass(1ns);
  EXPECT_EQ(Get(), "a");
  EXPECT_EQ(begun_, 2);
}

TEST_F(RenewedTest, AFailingFetchHarmsNobodyUntilTheEnd) {
  Gives("a", 1h);
  EXPECT_EQ(Get(), "a");
  Pass(1h - 1ns);
  EXPECT_EQ(Get(), "a");
  EXPECT_EQ(begun_, 2);
  Pass(1ns);
  EXPECT_EQ(Get(), "error: nothing 2") << "it rests, and says why";
  EXPECT_EQ(begun_, 2);
  EXPECT_EQ(*renewed_->Last(), "a");
  Pass(1s);
  Gives("b", 1h);
  EXPECT_EQ(Get(), "b");
}

TEST_F(RenewedTest, FetchesThatFailComeLessAndLessOften) {
  SystemTime::duration rest = 1s;
  EXPECT_EQ(Get(), "error: nothing 1");
  for (int failures = 1; failures <= 9; ++failures) {
    Pass(rest - 1ns);
    Get();
    EXPECT_EQ(begun_, failures);
    Pass(1ns);
    Get();
    EXPECT_EQ(begun_, failures + 1);
    rest = std::min<SystemTime::duration>(rest * 2, 60s);
  }
  Pass(60s);
  Gives("a", 1s);
  EXPECT_EQ(Get(), "a");
  Pass(1s);
  EXPECT_EQ(Get(), "error: nothing 12");
  Gives("b");
  Pass(1s);
  EXPECT_EQ(Get(), "b") << "after a success the rests are short again";
}

// Until the clock had caught up, nobody would have fetched anything.
TEST_F(RenewedTest, AClockThatIsSetBackEndsTheRest) {
  EXPECT_EQ(Get(), "error: nothing 1");
  Pass(-24h);
  Gives("a");
  EXPECT_EQ(Get(), "a");
}

TEST_F(RenewedTest, WhatHadEndedWhenItCameIsAnError) {
  Gives("a", -1s);
  EXPECT_TRUE(Get().contains("is the clock right?"));
  Pass(1s);
  Gives("a", 0s);
  EXPECT_TRUE(Get().contains("is the clock right?"));
  Pass(2s);
  Gives("a", 1ns);
  EXPECT_EQ(Get(), "a");
}

TEST_F(RenewedTest, WhatIsThrownIsAnError) {
  throws_ = true;
  EXPECT_EQ(Get(), "error: a bug");
}

TEST_F(RenewedTest, AllWaitForOneFetch) {
  gate_.emplace();
  Gives("a");
  std::vector<std::future<Expected<std::shared_ptr<const Value>>>> waiting;
  test::Loop many;
  for (int i = 0; i < 20; ++i) waiting.push_back(many.Start(renewed_->Get({})));
  gate_->get_future().get()->Set();
  for (auto& one : waiting) EXPECT_EQ(**one.get(), "a");
  EXPECT_EQ(begun_, 1);
}

TEST_F(RenewedTest, WhoLeavesLeavesTheOthersTheirFetch) {
  gate_.emplace();
  Gives("a");
  std::stop_source stop;
  auto first = loop_.Start(renewed_->Get({.stop = stop.get_token()}));
  const auto open = gate_->get_future().get();
  auto second = loop_.Start(renewed_->Get({}));
  stop.request_stop();
  EXPECT_EQ(first.get().error().kind, ErrorKind::kCancelled);
  const auto third = loop_.Run(renewed_->Get({.until = async::Clock::now()}));
  EXPECT_EQ(third.error().kind, ErrorKind::kUpstreamTimeout);
  open->Set();
  EXPECT_EQ(**second.get(), "a");
}

TEST_F(RenewedTest, AFetchUnderWayIsStoppedAtTheEnd) {
  gate_.emplace();
  auto waits = loop_.Start(renewed_->Get({.until = async::Clock::now() + 60s}));
  const auto open = gate_->get_future().get();
  renewed_ = nullptr;
  EXPECT_EQ(waits.get().error().kind, ErrorKind::kCancelled);
  EXPECT_TRUE(stopped_);
}

// However young it is: a token that was revoked a second after it came was used for ten.
TEST_F(RenewedTest, WhatIsRefusedIsFetchedAnew) {
  Gives("a", 1h);
  Gives("b", 1h);
  Gives("c", 1h);
  EXPECT_EQ(Get(), "a");
  const auto is_a = [](const Value& value) { return value == "a"; };
  const auto is_b = [](const Value& value) { return value == "b"; };
  EXPECT_TRUE(renewed_->Drop(is_a));
  EXPECT_TRUE(renewed_->Drop(is_a)) << "somebody else has dropped it";
  EXPECT_EQ(Get(), "b");
  EXPECT_TRUE(renewed_->Drop(is_a)) << "a request that was on its way with the old one";
  EXPECT_FALSE(renewed_->Drop(is_b)) << "it has come this moment, and is no better";
  Pass(Renewed<Value>::kDropEvery - 1ns);
  EXPECT_FALSE(renewed_->Drop(is_b));
  EXPECT_EQ(Get(), "b");
  EXPECT_EQ(begun_, 2);
  Pass(1ns);
  EXPECT_TRUE(renewed_->Drop(is_b));
  EXPECT_EQ(Get(), "c");
  EXPECT_FALSE(renewed_->Drop([](const Value&) { return true; })) << "counted from the last one";
}

TEST_F(RenewedTest, WhatIsRefusedIsFetchedAnewAlsoDuringARest) {
  Gives("a", 1h);
  EXPECT_EQ(Get(), "a");
  Pass(59min);
  EXPECT_EQ(Get(), "a");
  EXPECT_EQ(begun_, 2) << "which failed";
  Gives("b");
  EXPECT_TRUE(renewed_->Drop([](const Value&) { return true; }));
  EXPECT_EQ(Get(), "b");
}

}  // namespace
}  // namespace whittle::source
