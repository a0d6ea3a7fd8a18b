// The tiers below memory: what goes down, what comes back, and when it is believed.
#include "service/below.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <memory>
#include <sstream>
#include <thread>

#include "base/hash.h"
#include "service/service.h"
#include "tests/support/coroutines.h"
#include "tests/support/entries.h"
#include "tests/support/metrics.h"
#include "tests/support/pictures.h"
#include "tests/support/sources.h"

namespace whittle::service {
namespace {

// A source that counts, and whose only file the test changes.
class CountingSource final : public source::Source {
 public:
  async::Awaitable<Expected<source::Found>> Fetch(SourceRef, source::Validator known,
                                                  source::Wait) override {
    const source::Validator now = {std::to_string(version)};
    if (known == now) {
      ++checked;
      co_return source::Found{
          .what = source::NotModified(), .fresh_for = fresh_for, .caching = caching};
    }
    ++fetched;
    co_return source::Found{
        .what = source::Fetched{source::Block::CopyOf(file.view()), HashOf(file.view()), 1000,
                                settled ? now : source::Validator()},
        .fresh_for = fresh_for,
        .caching = caching};
  }

  Bytes file = EncodeJpeg(test::Photo(400, 300));
  int version = 1;
  bool settled = true;
  std::optional<std::chrono::nanoseconds> fresh_for;
  std::optional<CacheControl> caching;
  int fetched = 0;
  int checked = 0;
};

class BelowTest : public ::testing::Test {
 protected:
  static constexpr std::chrono::seconds kFresh{10};

  BelowTest() {
    std::vector<std::unique_ptr<cache::Tier>> tiers;
    tiers.push_back(std::make_unique<test::MapTier>(state_));
    cache::Tiers::Options options;
    options.guard.find = options.guard.write = std::chrono::minutes(5);
    tiers_ = std::make_unique<cache::Tiers>(loop_.context(), std::move(tiers), options);
    Restart();
  }
  ~BelowTest() override {
    Drain();
    loop_.Join();
  }
  void Drain() const {
    while (service_ && !service_->Drained()) std::this_thread::yield();
  }
  // Another process: its memory is empty, and the tiers are what they were.
  void Restart() {
    Drain();
    const Service::Options options = {
        .limits = limits_,
        .cache_bytes = cache_bytes_,
        .cache_fresh = kFresh,
        .now = [this] { return now_; },
        .below = {.tiers = tiers_.get(), .space = space_, .now = [this] { return wall_; }}};
    service_ = std::make_unique<Service>(options, loop_.context(), *queue_, memory_, sources_,
                                         metrics_, log_);
  }
  static Request Ask(std::uint32_t side = 100) {
    return {.image = {*Transform::Make({.width = side, .height = side}), {.path = "a.jpg"}}};
  }
  bool AtOnce(Request request) { return service_->AnswerAtOnce(request).has_value(); }
  // As http does it; the writes have ended when it returns.
  Expected<Answer> Get(Request request = Ask()) {
    auto answer = [&]() -> Expected<Answer> {
      if (auto at_once = service_->AnswerAtOnce(request)) return *std::move(at_once);
      return loop_.Run(service_->Answer(std::move(request)));
    }();
    Drain();
    return answer;
  }
  // "fetched/checked/encoded".
  std::string Counts() {
    return fmt::format("{}/{}/{}", source_.fetched, source_.checked,
                       Metric("whittle_encodes_total"));
  }
  double Metric(const std::string& name) {
    service_->UpdateGauges();
    return test::MetricIn(metrics_.Text(), name).value();
  }
  cache::TierCounts TierCounts() const { return tiers_->stats()[0].counts; }

  Clock::time_point now_;
  cache::WallTime wall_{std::chrono::hours(24 * 365 * 50)};
  Limits limits_;
  std::size_t cache_bytes_ = 1 << 20;
  std::string space_ = "here";
  std::ostringstream log_text_;
  std::shared_ptr<test::MapTier::State> state_ = std::make_shared<test::MapTier::State>();
  test::Loop loop_;
  async::Budget memory_{512 << 20};
  async::WorkQueue workers_{{.workers = 1}, memory_};
  async::WorkQueue full_{{.workers = 1, .max_waiting = 0}, memory_};
  async::WorkQueue* queue_ = &workers_;
  CountingSource source_;
  source::Sources sources_ = test::OnlySource(source_);
  observe::Metrics metrics_{"test", "test"};
  observe::Log log_{{.out = &log_text_}};
  std::unique_ptr<cache::Tiers> tiers_;
  std::unique_ptr<Service> service_;
};

TEST_F(BelowTest, FreshResultsOutliveTheProcessWithoutTheirSource) {
  const auto first = Get();
  ASSERT_TRUE(first && first->rendition);
  EXPECT_FALSE(first->kept);
  wall_ += kFresh - std::chrono::milliseconds(1);
  Restart();
  const auto again = Get();
  ASSERT_TRUE(again && again->rendition);
  EXPECT_TRUE(again->kept);
  EXPECT_EQ(Counts(), "1/0/1");
  EXPECT_EQ(again->identity.etag, first->identity.etag);
  EXPECT_EQ(again->identity.modified, first->identity.modified);
  EXPECT_TRUE(again->identity.made);
  EXPECT_EQ(again->rendition->image.mime, "image/jpeg");
  EXPECT_EQ(again->rendition->image.width, first->rendition->image.width);
  EXPECT_EQ(again->rendition->image.height, first->rendition->image.height);
  EXPECT_EQ(AsText(again->rendition->bytes()), AsText(first->rendition->bytes()));
  EXPECT_EQ(Metric("whittle_cache_hits_total"), 1);
  EXPECT_TRUE(AtOnce(Ask())) << "memory has it again";
  now_ += std::chrono::milliseconds(1);
  EXPECT_FALSE(AtOnce(Ask())) << "for as long as it was fresh";
}

TEST_F(BelowTest, OthersAreComparedWithTheirSource) {
  ASSERT_TRUE(Get());
  wall_ += kFresh;
  Restart();
  const auto again = Get();
  ASSERT_TRUE(again && again->rendition);
  EXPECT_TRUE(again->kept);
  EXPECT_EQ(Counts(), "1/1/1");
  EXPECT_TRUE(AtOnce(Ask())) << "and are fresh then";
}

TEST_F(BelowTest, AndMadeAnewWhenItHasChanged) {
  const auto first = Get();
  wall_ += kFresh;
  source_.version = 2;
  source_.file = EncodeJpeg(test::Photo(200, 300));
  Restart();
  const auto second = Get();
  ASSERT_TRUE(first && second);
  EXPECT_NE(second->identity.etag, first->identity.etag);
  EXPECT_EQ(Counts(), "2/0/2");
  Restart();
  EXPECT_EQ(Get()->identity.etag, second->identity.etag) << "in place of the other";
  EXPECT_EQ(Counts(), "2/0/2");
}

// As when another replica's disk has other stamps for the same files.
TEST_F(BelowTest, WhatTheSameBytesGaveIsNotMadeAgain) {
  const auto first = Get();
  wall_ += kFresh;
  source_.version = 2;
  Restart();
  const auto again = Get();
  ASSERT_TRUE(first && again);
  EXPECT_TRUE(again->kept);
  EXPECT_EQ(again->identity.etag, first->identity.etag);
  EXPECT_EQ(AsText(again->rendition->bytes()), AsText(first->rendition->bytes()));
  EXPECT_EQ(Counts(), "2/0/1");
  wall_ += kFresh;
  Restart();
  EXPECT_TRUE(Get()->kept);
  EXPECT_EQ(Counts(), "2/1/1") << "its new validator is kept";
}

TEST_F(BelowTest, WithoutAValidatorOnlyTheBytesTell) {
  source_.settled = false;
  ASSERT_TRUE(Get());
  wall_ += kFresh;
  Restart();
  EXPECT_TRUE(Get()->kept);
  EXPECT_EQ(Counts(), "2/0/1");
}

TEST_F(BelowTest, AreBelievedForWhatTheirSourceSays) {
  source_.fresh_for = std::chrono::hours(1);
  ASSERT_TRUE(Get());
  wall_ += std::chrono::hours(1) - std::chrono::milliseconds(1);
  Restart();
  EXPECT_TRUE(Get()->kept);
  EXPECT_EQ(Counts(), "1/0/1");
  wall_ += std::chrono::milliseconds(1);
  Restart();
  EXPECT_TRUE(Get()->kept);
  EXPECT_EQ(Counts(), "1/1/1");
}

TEST_F(BelowTest, SayOfCachesWhatTheirSourceSaid) {
  source_.caching.emplace().Add("public, max-age=100, immutable");
  source_.fresh_for = std::chrono::seconds(100);
  ASSERT_TRUE(Get());
  EXPECT_TRUE(state_->serials.begin()->second.contains("public, immutable, max-age=100"));
  wall_ += std::chrono::seconds(40);
  Restart();
  const auto again = Get();
  ASSERT_TRUE(again && again->caching);
  EXPECT_EQ(again->caching->ToText(), "public, immutable, max-age=60");
  now_ += std::chrono::seconds(9);
  EXPECT_EQ(Get()->caching->max_age, 51U);
  EXPECT_EQ(Counts(), "1/0/1");
}

TEST_F(BelowTest, AreNotWhatTheirSourceForbids) {
  source_.caching.emplace().Add("private, max-age=100");
  source_.fresh_for = std::chrono::seconds(0);
  ASSERT_TRUE(Get());
  EXPECT_TRUE(state_->serials.empty());
}

// A result that was old when it was written down is not young again.
TEST_F(BelowTest, AgeGoesDownWithThem) {
  Request with_time = Ask();
  source_.fresh_for = kFresh;
  with_time.has_already = [this](const Identity&) {  // called while it is made
    now_ += std::chrono::seconds(9);
    return false;
  };
  ASSERT_TRUE(Get(std::move(with_time)));
  wall_ += std::chrono::seconds(1);
  Restart();
  ASSERT_TRUE(Get());
  EXPECT_EQ(source_.checked, 1);
}

TEST_F(BelowTest, OfTheFutureAreLookedAt) {
  source_.fresh_for = std::chrono::hours(1);
  ASSERT_TRUE(Get());
  wall_ -= std::chrono::milliseconds(1);
  Restart();
  EXPECT_TRUE(Get()->kept);
  EXPECT_EQ(Counts(), "1/1/1");
}

TEST_F(BelowTest, OfOtherLimitsAndOtherSpacesAreOthers) {
  ASSERT_TRUE(Get());
  space_ = "there";
  Restart();
  EXPECT_FALSE(Get()->kept);
  space_ = "here";
  int made = 2;
  const Limits before = limits_;
  for (const auto change : std::initializer_list<void (*)(Limits&)>{
           [](Limits& limits) { --limits.max_frames; },
           [](Limits& limits) { --limits.max_animation_pixels; },
           [](Limits& limits) { --limits.max_icc_bytes; },
           [](Limits& limits) { --limits.max_working_bytes; }}) {
    limits_ = before;
    change(limits_);
    Restart();
    EXPECT_FALSE(Get()->kept);
    EXPECT_EQ(Metric("whittle_encodes_total"), ++made);
  }
  limits_ = before;
  Restart();
  EXPECT_TRUE(Get()->kept);
}

TEST_F(BelowTest, OfTruncatedFilesStaySo) {
  const Bytes whole = EncodeJpeg(test::Photo(400, 300));
  source_.file = Bytes::CopyOf(whole.view().first(whole.size() / 2));
  const auto first = Get();
  ASSERT_TRUE(first && first->identity.truncated);
  Restart();
  const auto again = Get();
  ASSERT_TRUE(again);
  EXPECT_TRUE(again->kept);
  EXPECT_TRUE(again->identity.truncated);
  EXPECT_TRUE(again->rendition->image.truncated);
  EXPECT_EQ(again->identity.etag, first->identity.etag);
  EXPECT_FALSE(again->identity.modified);
}

TEST_F(BelowTest, AnswerConditionsToo) {
  const std::string etag = Get()->identity.etag;
  Restart();
  Request has = Ask();
  has.has_already = [&](const Identity& identity) { return identity.etag == etag; };
  const auto known = Get(std::move(has));
  ASSERT_TRUE(known);
  EXPECT_EQ(known->rendition, nullptr);
  EXPECT_EQ(Counts(), "1/0/1");
}

TEST_F(BelowTest, ServeAlsoWhereMemoryKeepsNothing) {
  cache_bytes_ = 0;
  Restart();
  ASSERT_TRUE(Get());
  EXPECT_TRUE(Get()->kept);
  wall_ += kFresh;
  EXPECT_TRUE(Get()->kept);
  EXPECT_EQ(Counts(), "1/1/1");
}

TEST_F(BelowTest, MemoryIsAskedFirst) {
  ASSERT_TRUE(Get());
  const std::string calls = state_->Calls();
  EXPECT_TRUE(Get()->kept);
  now_ += kFresh;
  EXPECT_TRUE(Get()->kept);
  EXPECT_EQ(state_->Calls(), calls);
}

TEST_F(BelowTest, WhatIsPoisonedIsMadeAgainAndReplaced) {
  const auto first = Get();
  const auto [key, serial] = *state_->serials.begin();
  for (const std::string& poison :
       {serial.substr(0, serial.size() - 1), std::string(serial.size(), 'x'), std::string("W")}) {
    state_->Set(key, poison);
    Restart();
    const auto again = Get();
    ASSERT_TRUE(again && again->rendition);
    EXPECT_FALSE(again->kept);
    EXPECT_EQ(AsText(again->rendition->bytes()), AsText(first->rendition->bytes()));
    EXPECT_EQ(state_->Get(key).size(), serial.size());
  }
  EXPECT_EQ(TierCounts().poisoned, 3U);
}

TEST_F(BelowTest, ATierThatFailsIsNoFailureOfTheRequest) {
  state_->before = [](char, cache::Wait) -> async::Awaitable<Expected<void>> {
    co_return Fail(ErrorKind::kUpstream);
  };
  for (const std::uint32_t side : {100U, 101U, 102U, 103U, 104U}) {
    EXPECT_TRUE(Get(Ask(side)));
  }
  EXPECT_EQ(TierCounts().errors, 3U);
  EXPECT_EQ(TierCounts().skipped, 2U);
  EXPECT_EQ(TierCounts().lost, 5U);
  EXPECT_FALSE(tiers_->stats()[0].healthy);
}

TEST_F(BelowTest, AreSentAlsoWhenNothingCanBeMade) {
  ASSERT_TRUE(Get());
  queue_ = &full_;
  Restart();
  EXPECT_EQ(Get(Ask(101)).error().kind, ErrorKind::kOverloaded);
  const auto kept = Get();
  ASSERT_TRUE(kept);
  EXPECT_TRUE(kept->kept);
}

TEST_F(BelowTest, UploadsAreNeitherLookedForNorKept) {
  const auto upload = std::make_shared<CountingSource>();
  Request request = Ask();
  request.upload = upload;
  ASSERT_TRUE(Get(std::move(request)));
  EXPECT_EQ(upload->fetched, 1);
  EXPECT_EQ(state_->Calls(), "");
}

TEST_F(BelowTest, HoldTheirShareOfTheBudgetUntilTheyAreRead) {
  state_->budget = &memory_;
  ASSERT_TRUE(Get());
  cache_bytes_ = 0;
  Restart();
  const auto used = [this] {
    return memory_.stats().used[static_cast<std::size_t>(async::Budget::Use::kResult)];
  };
  EXPECT_EQ(used(), 0U);
  {
    const auto again = Get();
    ASSERT_TRUE(again && again->rendition);
    EXPECT_EQ(used(), again->rendition->bytes().size());
  }
  EXPECT_EQ(used(), 0U);
}

}  // namespace
}  // namespace whittle::service
