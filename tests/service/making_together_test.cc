// Results that a worker makes together: each with its memory, its deadline and its error, as if it
// had been made alone.
#include <gtest/gtest.h>

#include <deque>
#include <string>
#include <vector>

#include "service/making.h"
#include "tests/support/pictures.h"

namespace whittle::service {
namespace {

using std::chrono::hours;
using std::chrono::milliseconds;
using Params = Transform::Params;

class MakingTogetherTest : public ::testing::Test {
 protected:
  struct Each {
    explicit Each(const Params& params) : transform(*Transform::Make(params)) {}
    const Transform transform;
    std::stop_source stop;
    observe::StageTimes stages;
    std::optional<Making> making;
    async::Cost cost;
    bool done = false;
    std::uint64_t held_when_done = 0;  // by all jobs
  };

  Each& Add(const Params& params) {
    Each& each = each_.emplace_back(params);
    each.making.emplace(shop_, limits_, source_, each.transform, each.stop.get_token(),
                        each.stages);
    const auto cost = each.making->Prepare();
    EXPECT_TRUE(cost);
    if (cost) each.cost = *cost;
    return each;
  }
  void Limit(const Watchdog::Limits& limits) { watchdog_.emplace(limits), Shop(); }
  // As the queue does it.
  void RunAll() {
    std::vector<async::Work::Share> shares;
    for (Each& each : each_) {
      ASSERT_TRUE(each.cost.kin);
      ASSERT_EQ(each.cost.kin, each_.front().cost.kin);
      const std::uint64_t shared = shares.empty() ? each.cost.shared_bytes : 0;
      auto memory = budget_.Try(async::Budget::Use::kJob, each.cost.own_bytes + shared);
      ASSERT_TRUE(memory);
      shares.push_back({&*each.making, *std::move(memory)});
    }
    each_.front().making->RunTogether(shares, [this](async::Work& work) {
      for (Each& each : each_) {
        if (&*each.making != &work) continue;
        EXPECT_FALSE(each.done);
        each.done = true;
        each.held_when_done = Used(async::Budget::Use::kJob);
      }
    });
    for (const Each& each : each_) EXPECT_TRUE(each.done);
  }
  std::string Alone(const Params& params) {
    const auto made = Process(source_.view(), *Transform::Make(params), limits_);
    return std::string(AsText(made->bytes.view()));
  }
  static std::string BytesOf(Each& each) {
    EXPECT_TRUE(each.making->result());
    return each.making->result() ? std::string(AsText(each.making->result()->bytes.view())) : "";
  }
  std::uint64_t Used(async::Budget::Use use) const {
    return budget_.stats().used[static_cast<std::size_t>(use)];
  }

 private:
  void Shop() {
    shop_storage_.emplace(Workshop{workspaces_, *watchdog_, rates_, decode_rates_, metrics_});
  }

 protected:
  async::Budget budget_{1ULL << 30};
  Workspaces workspaces_{budget_};
  std::optional<Watchdog> watchdog_{Watchdog::Limits{.cpu = hours(1), .wall = hours(1)}};
  Rates rates_, decode_rates_;
  observe::Metrics metrics_{"test", "test"};
  std::optional<Workshop> shop_storage_;
  const Workshop& shop_ =
      shop_storage_.emplace(Workshop{workspaces_, *watchdog_, rates_, decode_rates_, metrics_});
  const Limits limits_;
  const Bytes file_ = EncodeJpegOf();
  const source::Block source_ = source::Block::CopyOf(file_.view());
  std::deque<Each> each_;

  static Bytes EncodeJpegOf() {
    return test::EncodeJpeg(test::Photo(600, 400), {.h_sampling = 2, .v_sampling = 2});
  }
};

TEST_F(MakingTogetherTest, EachHasItsResultAndTheMemoryForIt) {
  const std::vector<Params> wanted = {{.width = 50}, {.width = 100}, {.width = 200}};
  for (const Params& params : wanted) Add(params);
  RunAll();
  for (std::size_t i = 0; i < wanted.size(); ++i) {
    EXPECT_EQ(BytesOf(each_[i]), Alone(wanted[i]));
    EXPECT_EQ(each_[i].making->memory().bytes(), each_[i].making->result()->bytes.capacity());
    EXPECT_GT(each_[i].stages[observe::Stage::kDecode].count(), 0);
    EXPECT_GT(each_[i].stages[observe::Stage::kEncode].count(), 0);
  }
  EXPECT_EQ(each_[0].held_when_done, each_[1].cost.own_bytes + each_[2].cost.own_bytes)
      << "the decoder's bytes are back, and the first one's";
  EXPECT_EQ(each_[2].held_when_done, 0U);
  EXPECT_EQ(Used(async::Budget::Use::kJob), 0U);
}

TEST_F(MakingTogetherTest, OneThatTakesTooLongEndsAlone) {
  Limit({.cpu = milliseconds(1500), .wall = hours(1)});
  const Params small = {.width = 50, .format = Format::kPng};
  const Params other = {.width = 100, .format = Format::kPng};
  Add(small);
  // 17 megapixels, for which this effort takes many seconds.
  Each& late = Add({.width = 5000, .enlarge = true, .format = Format::kPng, .effort = 10});
  Each& last = Add(other);
  RunAll();
  EXPECT_EQ(BytesOf(each_[0]), Alone(small));
  EXPECT_FALSE(late.making->result());
  EXPECT_TRUE(late.making->too_slow());
  EXPECT_EQ(BytesOf(last), Alone(other)) << "its own time was not up";
  EXPECT_FALSE(last.making->too_slow());
  EXPECT_EQ(Used(async::Budget::Use::kJob), 0U);
}

TEST_F(MakingTogetherTest, OneThatIsStoppedGivesItsMemoryBack) {
  for (std::size_t who = 0; who < 3; ++who) {
    each_.clear();
    for (const std::uint32_t width : {50U, 100U, 200U}) Add({.width = width});
    each_[who].stop.request_stop();
    RunAll();
    for (std::size_t i = 0; i < 3; ++i) {
      if (i == who) {
        EXPECT_EQ(each_[i].making->result().error().kind, ErrorKind::kCancelled);
        EXPECT_FALSE(each_[i].making->too_slow());
        EXPECT_EQ(each_[i].making->memory().bytes(), 0U);
      } else {
        EXPECT_TRUE(each_[i].making->result());
      }
    }
    EXPECT_EQ(Used(async::Budget::Use::kJob), 0U);
  }
}

// Buffers of the first are what the others are decoded with: their bytes are held until the end.
TEST_F(MakingTogetherTest, TheFirstThatFailsKeepsItsBytesForTheOthers) {
  for (const std::uint32_t width : {50U, 100U}) Add({.width = width});
  each_[0].stop.request_stop();
  RunAll();
  EXPECT_EQ(each_[0].held_when_done,
            each_[0].cost.own_bytes + each_[0].cost.shared_bytes + each_[1].cost.own_bytes);
  EXPECT_EQ(each_[1].held_when_done, each_[0].cost.own_bytes);
}

TEST_F(MakingTogetherTest, KinAreThoseOfOneSourceAndOfEqualLimits) {
  const Each& a = Add({.width = 50});
  const Each& b = Add({.width = 100});
  EXPECT_EQ(a.cost.kin, b.cost.kin);
  EXPECT_EQ(a.making->subject(), a.cost.kin.subject);
  EXPECT_LE(a.cost.shared_cpu, a.cost.cpu);
  EXPECT_GT(a.cost.shared_cpu.count(), 0);
  const auto kin_of = [&](const Limits& limits, const source::Block& source) {
    observe::StageTimes stages;
    Making making(shop_, limits, source, a.transform, {}, stages);
    return making.Prepare()->kin;
  };
  EXPECT_EQ(kin_of(limits_, source_), a.cost.kin);
  const Limits others;
  EXPECT_NE(kin_of(others, source_), a.cost.kin);
  const source::Block copy = source::Block::CopyOf(file_.view());
  EXPECT_NE(kin_of(limits_, copy), a.cost.kin);
  const Each& alone = Add({.width = 50, .trim = 5});
  EXPECT_FALSE(alone.cost.kin);
}

}  // namespace
}  // namespace whittle::service
