// Who shares a fetch with whom, who leaves it, and how long its bytes are found.
#include "service/fetches.h"

#include <gtest/gtest.h>

#include <atomic>
#include <functional>
#include <sstream>
#include <thread>

#include "base/hash.h"
#include "tests/support/coroutines.h"

namespace whittle::service {
namespace {
using namespace std::chrono_literals;

constexpr auto kTime = 1h;  // that callers have

// Answers once the test opens it, or ends when it is told to stop. "Not modified" to everybody who
// knows "current".
class ScriptedSource final : public source::Source {
 public:
  async::Awaitable<Expected<source::Found>> Fetch(SourceRef ref, source::Validator known,
                                                  source::Wait wait) override {
    auto event = std::make_shared<async::Event>(co_await boost::asio::this_coro::executor);
    bool waits = false;
    {
      const std::lock_guard lock(mutex_);
      waits = !open_;
      if (waits) waiting_.push_back(event);
      ++begun_;
    }
    if (waits && co_await event->Wait(wait.until, wait.stop) != async::Event::Outcome::kSet) {
      ++(wait.stop.stop_requested() ? stopped : late);
      co_return Fail(wait.stop.stop_requested() ? ErrorKind::kCancelled : ErrorKind::kOverloaded);
    }
    if (ref.path == "throws") throw std::runtime_error("a bug in the source");
    if (ref.path == "missing") co_return Fail(ErrorKind::kNotFound);
    if (known.text == "current") co_return source::Found{.what = source::NotModified()};
    const Bytes bytes = Bytes::CopyOf(AsBytes(ref.path));
    co_return source::Found{
        .what = source::Fetched{source::Block::CopyOf(bytes.view()), HashOf(bytes.view())},
        .fresh_for = fresh_for};
  }
  void Open() {
    const std::lock_guard lock(mutex_);
    open_ = true;
    for (const auto& event : waiting_) event->Set();
    waiting_.clear();
  }
  // Those who come from now on wait.
  void Close() {
    const std::lock_guard lock(mutex_);
    open_ = false;
  }
  int begun() const {
    const std::lock_guard lock(mutex_);
    return begun_;
  }
  std::atomic<int> stopped = 0;
  std::atomic<int> late = 0;
  std::optional<std::chrono::nanoseconds> fresh_for;

 private:
  mutable std::mutex mutex_;
  bool open_ = false;
  int begun_ = 0;
  std::vector<std::shared_ptr<async::Event>> waiting_;
};

class FetchesTest : public ::testing::Test {
 protected:
  using Outcome = Expected<Fetches::Answer>;
  struct Caller {
    std::stop_source gone;
    std::future<Outcome> outcome;
  };

  ~FetchesTest() override {
    source_.Open();
    loop_.Join();
  }
  Caller Ask(const SourceRef& ref, const std::string& known = "",
             async::Clock::duration time = kTime) {
    Caller caller;
    caller.outcome =
        loop_.Start(fetches_.Fetch(source_, ref, {known}, {end_ + time, caller.gone.get_token()}));
    return caller;
  }
  Caller Ask(const std::string& path) { return Ask(SourceRef{.path = path}); }
  // One who waits for a fetch of `path` that another began.
  Caller Follow(const std::string& path, async::Clock::duration time = kTime) {
    Caller caller = Ask(SourceRef{.path = path}, "", time);
    Settle();
    return caller;
  }
  // Who begins, once the source has been asked.
  Caller Begin(const std::string& path, async::Clock::duration time = kTime) {
    const int before = source_.begun();
    Caller caller = Ask(SourceRef{.path = path}, "", time);
    WaitForBegun(before + 1);
    return caller;
  }
  void WaitForBegun(int count) const {
    while (source_.begun() < count) std::this_thread::yield();
  }
  // Everything that can happen without the source has happened: each thread has been through its
  // queue.
  void Settle() {
    for (int i = 0; i < 3 * kThreads; ++i) loop_.Run(Nothing());
  }
  static async::Awaitable<int> Nothing() { co_return 0; }
  double Metric(const std::string& name) {
    std::istringstream text(metrics_.Text());
    for (std::string line; std::getline(text, line);) {
      if (line.starts_with(name + " ")) return std::stod(line.substr(name.size()));
    }
    ADD_FAILURE() << "no metric " << name;
    return -1;
  }
  double Shared() { return Metric("whittle_fetches_shared_total"); }

  static constexpr int kThreads = 3;
  std::atomic<Clock::duration> passed_ = Clock::duration::zero();
  const Clock::time_point start_;
  const async::Clock::time_point end_ = async::Clock::now();
  ScriptedSource source_;
  observe::Metrics metrics_{"test", "test"};
  Results results_{0, {1s, 1h}, [this] { return start_ + passed_.load(); }};
  Fetches fetches_{results_, metrics_};
  test::Loop loop_{kThreads};
};

TEST_F(FetchesTest, WhoComesMeanwhileSharesTheFetch) {
  Caller first = Begin("a.jpg");
  passed_ = 100ms;
  std::vector<Caller> others;
  for (int i = 0; i < 20; ++i) others.push_back(Follow("a.jpg"));
  source_.Open();
  const Outcome one = first.outcome.get();
  ASSERT_TRUE(one);
  EXPECT_FALSE(one->joined);
  EXPECT_EQ(std::get<source::Fetched>(one->found->what).bytes.size(), 5U);
  for (Caller& other : others) {
    const Outcome outcome = other.outcome.get();
    ASSERT_TRUE(outcome);
    EXPECT_TRUE(outcome->joined);
    EXPECT_EQ(outcome->found, one->found) << "one block";
    EXPECT_EQ(outcome->asked, start_) << "it is as old as the fetch";
  }
  EXPECT_EQ(source_.begun(), 1);
  EXPECT_EQ(Metric("whittle_reads_total"), 1);
  EXPECT_EQ(Metric("whittle_source_bytes_total"), 5);
  EXPECT_EQ(Shared(), 20);
}

TEST_F(FetchesTest, WhatDiffersInAnythingIsFetchedByItself) {
  std::vector<Caller> callers;
  const auto ask = [&](const SourceRef& ref, const std::string& known) {
    callers.push_back(Ask(ref, known));
    WaitForBegun(static_cast<int>(callers.size()));
  };
  ask({.path = "a"}, "");
  ask({.path = "b"}, "");
  ask({.source = "shop", .path = "a"}, "");
  ask({.path = "a", .version = "2"}, "");
  ask({.path = "a"}, "old");
  ask({.path = "a"}, "older");
  source_.Open();
  for (Caller& caller : callers) EXPECT_FALSE(caller.outcome.get()->joined);
  EXPECT_EQ(Shared(), 0);
}

TEST_F(FetchesTest, NotModifiedIsSharedAndNotKept) {
  std::vector<Caller> callers;
  for (int i = 0; i < 5; ++i) {
    callers.push_back(Ask(SourceRef{.path = "a"}, "current"));
    WaitForBegun(1);
  }
  Settle();
  source_.Open();
  std::vector<Fetches::Answer> answers;
  for (Caller& caller : callers) answers.push_back(*caller.outcome.get());
  EXPECT_TRUE(std::holds_alternative<source::NotModified>(answers.back().found->what));
  EXPECT_EQ(source_.begun(), 1);
  EXPECT_EQ(Metric("whittle_revalidations_total"), 1);
  EXPECT_EQ(Metric("whittle_reads_total"), 0);
  EXPECT_EQ(Shared(), 4);
  EXPECT_FALSE(Ask(SourceRef{.path = "a"}, "current").outcome.get()->joined);
}

TEST_F(FetchesTest, ErrorsAreSharedAndNotKept) {
  Caller first = Begin("missing");
  Caller second = Follow("missing");
  source_.Open();
  EXPECT_EQ(first.outcome.get().error().kind, ErrorKind::kNotFound);
  EXPECT_EQ(second.outcome.get().error().kind, ErrorKind::kNotFound);
  EXPECT_EQ(source_.begun(), 1);
  EXPECT_EQ(Ask("missing").outcome.get().error().kind, ErrorKind::kNotFound);
  EXPECT_EQ(source_.begun(), 2);
}

TEST_F(FetchesTest, TheOneWhoAskedMayLeave) {
  Caller first = Begin("a.jpg");
  Caller second = Follow("a.jpg");
  first.gone.request_stop();
  Settle();
  EXPECT_EQ(source_.stopped, 0);
  Caller third = Follow("a.jpg");
  source_.Open();
  EXPECT_TRUE(second.outcome.get());
  EXPECT_TRUE(third.outcome.get()->joined);
  EXPECT_EQ(source_.begun(), 1);
}

TEST_F(FetchesTest, OneWhoWaitsMayLeave) {
  Caller first = Begin("a.jpg");
  Caller second = Follow("a.jpg");
  second.gone.request_stop();
  EXPECT_EQ(second.outcome.get().error().kind, ErrorKind::kCancelled);
  EXPECT_EQ(source_.stopped, 0);
  source_.Open();
  EXPECT_TRUE(first.outcome.get());
}

TEST_F(FetchesTest, TheSourceStopsWhenTheLastHasLeft) {
  for (const bool in_order : {true, false}) {
    const int before = source_.stopped;
    Caller first = Begin("a.jpg");
    Caller second = Follow("a.jpg");
    (in_order ? first : second).gone.request_stop();
    Settle();
    EXPECT_EQ(source_.stopped, before);
    (in_order ? second : first).gone.request_stop();
    EXPECT_EQ(first.outcome.get().error().kind, ErrorKind::kCancelled);
    EXPECT_EQ(second.outcome.get().error().kind, ErrorKind::kCancelled);
    EXPECT_EQ(source_.stopped, before + 1);
  }
  Caller next = Begin("a.jpg");  // who comes then does not board what ends
  source_.Open();
  EXPECT_FALSE(next.outcome.get()->joined);
}

TEST_F(FetchesTest, WhoHasLeftAlreadyAsksNobody) {
  std::stop_source gone;
  gone.request_stop();
  const Outcome outcome =
      loop_.Run(fetches_.Fetch(source_, {.path = "a"}, {}, {end_ + kTime, gone.get_token()}));
  EXPECT_EQ(outcome.error().kind, ErrorKind::kCancelled);
  EXPECT_EQ(source_.begun(), 0);
}

TEST_F(FetchesTest, WhoHasLessTimeGoesAlone) {
  Caller first = Begin("a.jpg", kTime);
  Caller hurried = Ask(SourceRef{.path = "a.jpg"}, "", kTime - 1ns);
  WaitForBegun(2);
  Caller as_long = Follow("a.jpg", kTime);
  source_.Open();
  EXPECT_FALSE(hurried.outcome.get()->joined);
  EXPECT_TRUE(as_long.outcome.get()->joined);
  EXPECT_EQ(source_.begun(), 2);
}

TEST_F(FetchesTest, WhoHasMoreTimeAsksAgain) {
  // Over already, or nearly: the event looks at its deadline once it waits.
  Caller first = Begin("a.jpg", 200ms);
  Caller second = Follow("a.jpg", kTime);
  EXPECT_EQ(first.outcome.get().error().kind, ErrorKind::kOverloaded);
  WaitForBegun(2);
  source_.Open();
  EXPECT_FALSE(second.outcome.get()->joined);
  EXPECT_EQ(source_.late, 1);
}

TEST_F(FetchesTest, WhoseTimeIsOverTooIsRefusedTogether) {
  Caller first = Begin("a.jpg", 50ms);
  Caller second = Follow("a.jpg", 50ms);
  EXPECT_EQ(first.outcome.get().error().kind, ErrorKind::kOverloaded);
  EXPECT_EQ(second.outcome.get().error().kind, ErrorKind::kOverloaded);
}

TEST_F(FetchesTest, AFetchThatDiesTakesNobodyWithIt) {
  Caller first = Begin("throws");
  Caller second = Follow("throws");
  source_.Open();
  EXPECT_THROW(first.outcome.get(), std::runtime_error);
  EXPECT_THROW(second.outcome.get(), std::runtime_error) << "it asked for itself";
  EXPECT_EQ(source_.begun(), 2);
}

TEST_F(FetchesTest, BytesAreFoundAsLongAsSomebodyHasThem) {
  source_.Open();
  Outcome one = Ask("a.jpg").outcome.get();
  ASSERT_TRUE(one);
  passed_ = 1s - 1ns;
  Outcome two = Ask("a.jpg").outcome.get();
  EXPECT_TRUE(two->joined);
  EXPECT_EQ(two->found, one->found);
  EXPECT_EQ(two->asked, start_);
  one->found.reset();
  EXPECT_TRUE(Ask("a.jpg").outcome.get()->joined);
  two->found.reset();
  EXPECT_FALSE(Ask("a.jpg").outcome.get()->joined);
  EXPECT_EQ(source_.begun(), 2);
}

TEST_F(FetchesTest, BytesAreNotFoundOnceTheyAreNotBelieved) {
  source_.Open();
  const Outcome old = Ask("a.jpg").outcome.get();
  passed_ = 1s;
  source_.Close();
  Caller first = Begin("a.jpg");
  Caller second = Follow("a.jpg");
  source_.Open();
  const Outcome one = first.outcome.get();
  EXPECT_FALSE(one->joined);
  EXPECT_TRUE(second.outcome.get()->joined) << "they share the next fetch";
  EXPECT_EQ(one->asked, start_ + 1s);
  EXPECT_NE(one->found, old->found);
  EXPECT_EQ(source_.begun(), 2);
}

TEST_F(FetchesTest, TheSourceSaysHowLongBytesAreBelieved) {
  source_.Open();
  source_.fresh_for = 10s;
  const Outcome one = Ask("a.jpg").outcome.get();
  passed_ = 10s - 1ns;
  EXPECT_TRUE(Ask("a.jpg").outcome.get()->joined);
  passed_ = 10s;
  EXPECT_FALSE(Ask("a.jpg").outcome.get()->joined);
}

// The old bytes go later than the new ones come: they must not take their place along.
TEST_F(FetchesTest, OldBytesThatGoLeaveTheNewOnes) {
  source_.Open();
  Outcome old = Ask("a.jpg").outcome.get();
  passed_ = 2s;
  const Outcome fresh = Ask("a.jpg").outcome.get();
  EXPECT_FALSE(fresh->joined);
  old->found.reset();
  EXPECT_EQ(Ask("a.jpg").outcome.get()->found, fresh->found);
}

// Only with large bytes, and nobody for his own sake.
TEST_F(FetchesTest, ThoseWhoHaveCompanyGather) {
  const std::string large(512 << 10, 'a');
  const auto before = async::Clock::now();
  {
    Caller first = Begin(large);
    Caller second = Follow(large);
    source_.Open();
    const Outcome one = first.outcome.get();
    const Outcome two = second.outcome.get();
    EXPECT_GE(one->gathers_until, before + std::chrono::nanoseconds(512 << 10));
    EXPECT_EQ(one->gathers_until, two->gathers_until);
    EXPECT_GE(Ask(large).outcome.get()->gathers_until, one->gathers_until) << "or their own";
  }
  const Outcome alone = Ask(large).outcome.get();
  EXPECT_LT(alone->gathers_until, before);
  const Outcome found = Ask(large).outcome.get();
  EXPECT_TRUE(found->joined);
  EXPECT_GE(found->gathers_until, before) << "for those who come after it";
  const std::string small((512 << 10) - 1, 'a');
  const Outcome first = Ask(small).outcome.get();
  EXPECT_LT(Ask(small).outcome.get()->gathers_until, before);
}

TEST_F(FetchesTest, WhoGoesAloneIsNotFound) {
  source_.Open();
  const Outcome one =
      loop_.Run(fetches_.FetchAlone(source_, {.path = "a"}, {}, {end_ + kTime, {}}));
  ASSERT_TRUE(one);
  EXPECT_FALSE(Ask("a").outcome.get()->joined);
  EXPECT_EQ(Metric("whittle_reads_total"), 2);
}

}  // namespace
}  // namespace whittle::service
