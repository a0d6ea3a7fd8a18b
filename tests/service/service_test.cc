// The service without any protocol in front: coalescing, gates, deadlines, conditions.
#include "service/service.h"

#include <gtest/gtest.h>

#include <atomic>
#include <sstream>

#include "async/event.h"
#include "base/hash.h"
#include "pipeline/run.h"
#include "tests/support/coroutines.h"
#include "tests/support/metrics.h"
#include "tests/support/pictures.h"
#include "tests/support/sources.h"

namespace whittle::service {
namespace {

// A source whose reads wait until the test lets them go, or until nobody wants them.
class HeldSource final : public source::Source {
 public:
  explicit HeldSource(Bytes file) : file_(std::move(file)) {}

  async::Awaitable<Expected<source::Found>> Fetch(SourceRef ref, source::Validator,
                                                  source::Wait terms) override {
    const std::string& path = ref.path;
    ++begun;
    if (path == "throws") throw std::runtime_error("a bug in the source");
    if (path == "missing") co_return Fail(ErrorKind::kNotFound);
    auto event = std::make_shared<async::Event>(co_await asio::this_coro::executor);
    bool wait = false;
    {
      const std::lock_guard lock(mutex_);
      wait = !open_;
      if (wait) waiting_.push_back(event);
    }
    if (wait && co_await event->Wait(async::kNever, terms.stop) != async::Event::Outcome::kSet) {
      co_return Fail(ErrorKind::kCancelled);
    }
    co_return source::Found{
        .what = source::Fetched{source::Block::CopyOf(file_.view()), HashOf(file_.view())}};
  }
  void Open() {
    const std::lock_guard lock(mutex_);
    open_ = true;
    for (auto& event : waiting_) event->Set();
  }
  /// Gives `file` instead, from the next read on.
  void Serve(Bytes file) { file_ = std::move(file); }
  std::atomic<int> begun = 0;

 private:
  Bytes file_;
  std::mutex mutex_;
  bool open_ = false;
  std::vector<std::shared_ptr<async::Event>> waiting_;
};

class ServiceTest : public ::testing::Test {
 protected:
  explicit ServiceTest(int io_threads = 3) : loop_(io_threads) {}
  ~ServiceTest() override {
    source_.Open();
    while (service_ && !service_->Drained()) std::this_thread::yield();
    loop_.Join();
  }

  Service& Make(Service::Options options = {}) {
    service_ = std::make_unique<Service>(options, loop_.context(), workers_, memory_, sources_,
                                         metrics_, log_);
    return *service_;
  }
  static Request Ask(std::uint32_t side, std::string path = "a.jpg") {
    return {
        .image = {*Transform::Make({.width = side, .height = side}), {.path = std::move(path)}}};
  }
  std::future<Expected<Answer>> Start(Request request) {
    return loop_.Start(service_->Answer(std::move(request)));
  }
  double Metric(const std::string& name) {
    service_->UpdateGauges();
    return test::MetricIn(metrics_.Text(), name).value();
  }
  static void WaitUntil(const auto& condition) {
    while (!condition()) std::this_thread::yield();
  }

  std::ostringstream log_text_;
  test::Loop loop_;
  async::Budget memory_{512 << 20};
  async::WorkQueue workers_{{.workers = 1}, memory_};
  HeldSource source_{EncodeJpeg(test::Photo(400, 300))};
  source::Sources sources_ = test::OnlySource(source_);
  observe::Metrics metrics_{"test", "test"};
  observe::Log log_{{.out = &log_text_}};
  std::unique_ptr<Service> service_;
};

TEST_F(ServiceTest, EqualRequestsCostOneReadOneDecodeOneEncode) {
  Make();
  std::vector<std::future<Expected<Answer>>> asked;
  for (int i = 0; i < 300; ++i) asked.push_back(Start(Ask(100)));
  WaitUntil([&] { return service_->Waiting() == 300; });
  source_.Open();
  std::shared_ptr<const Rendition> first;
  for (auto& one : asked) {
    const auto answer = one.get();
    ASSERT_TRUE(answer);
    if (!first) first = answer->rendition;
    EXPECT_EQ(answer->rendition, first);
  }
  EXPECT_EQ(test::DecodeJpeg(first->image.bytes.view()).width, 100);
  EXPECT_EQ(Metric("whittle_reads_total"), 1);
  EXPECT_EQ(Metric("whittle_decodes_total"), 1);
  EXPECT_EQ(Metric("whittle_encodes_total"), 1);
  EXPECT_EQ(Metric("whittle_coalesced_followers_total"), 299);
}

TEST_F(ServiceTest, TellsNowAndThenThatGainMapsAreLeftOut) {
  Make();
  const std::string xmp = "<x:xmpmeta xmlns:hdrgm=\"http://ns.adobe.com/hdr-gain-map/1.0/\"/>";
  const std::string segment = std::string("\xFF\xE1\0", 3) + static_cast<char>(31 + xmp.size()) +
                              std::string("http://ns.adobe.com/xap/1.0/\0", 29) + xmp;
  const Bytes plain = EncodeJpeg(test::Photo(40, 30));
  std::string file(AsText(plain.view()));
  file.insert(2, segment);
  source_.Serve(Bytes::CopyOf(AsBytes(file)));
  source_.Open();
  ASSERT_TRUE(Start(Ask(10, "phone.jpg")).get());
  ASSERT_TRUE(Start(Ask(11, "again.jpg")).get());
  const std::string log = log_text_.str();
  EXPECT_NE(log.find("an HDR gain map was left out"), std::string::npos) << log;
  EXPECT_NE(log.find("phone.jpg"), std::string::npos) << log;
  EXPECT_EQ(log.find("again.jpg"), std::string::npos) << log;
}

TEST_F(ServiceTest, NamesResultsByTheirContent) {
  Make();
  source_.Open();
  const auto etag = [&](std::uint32_t side, const char* path) {
    return Start(Ask(side, path)).get()->identity.etag;
  };
  EXPECT_EQ(etag(100, "a.jpg"), etag(100, "elsewhere/b.jpg"));
  EXPECT_NE(etag(100, "a.jpg"), etag(99, "a.jpg"));
  EXPECT_TRUE(etag(100, "a.jpg").starts_with('"'));
}

// Else copies made by another version, or under other limits, would be told "not modified".
TEST_F(ServiceTest, NamesResultsByAllThatDecidesTheirBytes) {
  Make();
  source_.Open();
  const Bytes file = EncodeJpeg(test::Photo(400, 300));
  const Request request = Ask(100);
  const std::string name = ToHex(HashOf(file.view())) + request.image.transform.Canonical() +
                           std::string(pipeline::Revision()) +
                           pipeline::ChoosingLimits(file.view(), Limits{});
  EXPECT_EQ(Start(request).get()->identity.etag, '"' + ToHex(HashOf(AsBytes(name))) + '"');
}

TEST_F(ServiceTest, NamesResultsByTheLimitsThatChooseThem) {
  source_.Open();
  const auto etag = [&](const Limits& limits) {
    while (service_ && !service_->Drained()) std::this_thread::yield();
    Make({.limits = limits});
    return Start(Ask(100)).get()->identity.etag;
  };
  const std::string usual = etag({});
  EXPECT_NE(etag({.max_frames = 499}), usual);
  EXPECT_NE(etag({.max_animation_pixels = 499'999'999}), usual);
  EXPECT_NE(etag({.max_icc_bytes = (1U << 20) - 1}), usual);
  // These only refuse, so replicas of different sizes have the same names.
  EXPECT_EQ(etag({.max_source_bytes = 10 << 20,
                  .max_source_pixels = 1'000'000,
                  .max_scans = 10,
                  .max_scan_pixels = 10'000'000,
                  .max_working_bytes = 100 << 20}),
            usual);
}

TEST_F(ServiceTest, WhoHasItAlreadyCausesNoDecode) {
  Make();
  source_.Open();
  const std::string etag = Start(Ask(100)).get()->identity.etag;
  Request request = Ask(100);
  request.has_already = [&](const Identity& identity) { return identity.etag == etag; };
  const auto answer = Start(std::move(request)).get();
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->rendition, nullptr);
  EXPECT_EQ(answer->identity.etag, etag);
  EXPECT_EQ(Metric("whittle_decodes_total"), 1);
}

TEST_F(ServiceTest, AFollowerWhoHasItAlreadyIsCountedToo) {
  Make();
  std::vector<std::future<Expected<Answer>>> asked;
  for (int i = 0; i < 3; ++i) {
    Request request = Ask(100);
    request.has_already = [](const Identity&) { return true; };
    asked.push_back(Start(std::move(request)));
  }
  WaitUntil([&] { return service_->Waiting() == 3; });
  source_.Open();
  for (auto& one : asked) EXPECT_EQ(one.get()->rendition, nullptr);
  EXPECT_EQ(Metric("whittle_coalesced_followers_total"), 2);
  EXPECT_EQ(Metric("whittle_decodes_total"), 0);
}

TEST_F(ServiceTest, WorkStopsWhenAllHaveGoneAndNothingLeaks) {
  Make();
  std::stop_source clients[3];
  std::vector<std::future<Expected<Answer>>> asked;
  for (auto& client : clients) {
    Request request = Ask(100);
    request.gone = client.get_token();
    asked.push_back(Start(std::move(request)));
  }
  WaitUntil([&] { return service_->Waiting() == 3 && source_.begun == 1; });
  clients[0].request_stop();
  clients[1].request_stop();
  EXPECT_FALSE(asked[0].get());
  EXPECT_FALSE(asked[1].get());
  EXPECT_FALSE(service_->Drained()) << "one client is still waiting";
  clients[2].request_stop();
  const auto last = asked[2].get();
  ASSERT_FALSE(last);
  EXPECT_EQ(last.error().kind, ErrorKind::kCancelled);
  WaitUntil([&] { return service_->Drained(); });
  EXPECT_EQ(Metric("whittle_decodes_total"), 0);
  EXPECT_EQ(Metric("whittle_gate_in_use{gate=\"fetch\"}"), 0);
  EXPECT_EQ(Metric("whittle_gate_in_use{gate=\"cpu\"}"), 0);
}

// A flight was begun for each of thousands, only to be refused.
TEST_F(ServiceTest, RefusesAtOnceWhatNobodyMakesYet) {
  sources_ = test::OnlySource(source_, 1);
  Make({.queue_wait = std::chrono::nanoseconds(0)});
  Request first = Ask(100);
  EXPECT_FALSE(service_->RefuseAtOnce(first)) << "nothing waits";
  auto held = Start(Ask(100));
  WaitUntil([&] { return source_.begun == 1; });
  Request other = Ask(99);
  const auto refused = service_->RefuseAtOnce(other);
  ASSERT_TRUE(refused);
  EXPECT_EQ(refused->kind, ErrorKind::kOverloaded);
  Request same = Ask(100);
  EXPECT_FALSE(service_->RefuseAtOnce(same)) << "it would share the flight";
  source_.Open();
  EXPECT_TRUE(held.get());
}

TEST_F(ServiceTest, RefusesAtOnceWhatItCouldNotServeInTime) {
  sources_ = test::OnlySource(source_, 1);
  Make({.queue_wait = std::chrono::nanoseconds(0)});
  auto held = Start(Ask(100));
  WaitUntil([&] { return source_.begun == 1; });
  const auto refused = Start(Ask(99)).get();
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().kind, ErrorKind::kOverloaded);
  EXPECT_EQ(source_.begun, 1) << "the gate stands before the read";
  source_.Open();
  EXPECT_TRUE(held.get());
}

TEST_F(ServiceTest, ALeaderThatDiesIsReplacedTwiceAndThenGivenUp) {
  Make();
  const auto answer = Start(Ask(100, "throws")).get();
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().kind, ErrorKind::kFlightFailed);
  EXPECT_EQ(answer.error().text, "request coalescing failed repeatedly");
  EXPECT_EQ(source_.begun, 3);
  EXPECT_NE(log_text_.str().find("a bug in the source"), std::string::npos);
  EXPECT_EQ(Metric("whittle_gate_in_use{gate=\"fetch\"}"), 0);
}

// Slow in the encoder, which is the request's wish and not the picture's fault.
Request AskMuch() {
  return {.image = {*Transform::Make({.width = 3000,
                                      .height = 3000,
                                      .enlarge = true,
                                      .format = Format::kPng,
                                      .effort = 10}),
                    {.path = "a.jpg"}}};
}

TEST_F(ServiceTest, WhatTookTooLongForTheRequestsSakeIs503AndRemembered) {
  Make({.job = {.cpu = std::chrono::milliseconds(50), .wall = std::chrono::hours(1)}});
  source_.Open();
  for (int i = 0; i < 3; ++i) {
    const auto answer = Start(AskMuch()).get();
    ASSERT_FALSE(answer);
    EXPECT_EQ(answer.error().kind, ErrorKind::kOverloaded);
    EXPECT_EQ(answer.error().text, "this takes too long to make");
  }
  EXPECT_EQ(source_.begun, 1) << "nobody pays for it again";
  EXPECT_EQ(Metric("whittle_gate_in_use{gate=\"cpu\"}"), 0);
  EXPECT_EQ(memory_.stats().used[1], 0U) << "nor is its memory lost";
}

// A job that had 0.9 s of CPU on a busy machine was 422, as if its file were bad.
TEST_F(ServiceTest, WhoDidNotGetTheCpuIs503AndMayTryAgain) {
  Make({.job = {.cpu = std::chrono::hours(1), .wall = std::chrono::milliseconds(1)}});
  source_.Open();
  for (int i = 0; i < 2; ++i) {
    const auto answer = Start(AskMuch()).get();
    ASSERT_FALSE(answer);
    EXPECT_EQ(answer.error().kind, ErrorKind::kOverloaded);
    EXPECT_EQ(answer.error().detail, "the job did not get enough CPU time");
  }
  EXPECT_EQ(source_.begun, 2);
}

TEST_F(ServiceTest, AResultHoldsItsMemoryUntilItsLastReaderHasGone) {
  Make();
  source_.Open();
  auto answer = Start(Ask(100)).get();
  ASSERT_TRUE(answer);
  WaitUntil([&] { return service_->Drained(); });
  const auto held = memory_.stats().used[2];
  EXPECT_GE(held, answer->rendition->image.bytes.size());
  EXPECT_LE(held, 2 * answer->rendition->image.bytes.size());
  answer->rendition.reset();
  EXPECT_EQ(memory_.stats().used[2], 0U);
}

TEST_F(ServiceTest, AKeptResultGivesWayToAJob) {
  Make({.cache_bytes = 1 << 20});
  source_.Open();
  ASSERT_TRUE(Start(Ask(100)).get());
  WaitUntil([&] { return service_->Drained(); });
  EXPECT_GT(memory_.stats().used[2], 0U);
  EXPECT_TRUE(memory_.Try(async::Budget::Use::kJob, memory_.capacity()));
  EXPECT_EQ(memory_.stats().used[2], 0U);
  EXPECT_EQ(Metric("whittle_cache_bytes"), 0);
}

TEST_F(ServiceTest, AJobThatNeverFitsIsTooLarge) {
  async::Budget small(1 << 20);
  async::WorkQueue workers({.workers = 1}, small);
  Service service({}, loop_.context(), workers, small, sources_, metrics_, log_);
  source_.Open();
  const auto answer = loop_.Run(service.Answer(AskMuch()));
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().kind, ErrorKind::kTooLarge);
  WaitUntil([&] { return service.Drained(); });
}

// One buffer, just used, is kept; one unused for long enough goes; none is idle while it works.
TEST_F(ServiceTest, IsQuietOnceItsBuffersAreGone) {
  Make();
  EXPECT_TRUE(service_->TrimIdleBuffers(std::chrono::hours(1))) << "nothing has been asked for";
  auto answer = Start(Ask(20));
  WaitUntil([&] { return source_.begun == 1; });
  EXPECT_FALSE(service_->TrimIdleBuffers({})) << "a source is being read";
  source_.Open();
  ASSERT_TRUE(answer.get());
  WaitUntil([&] { return service_->Drained(); });
  EXPECT_FALSE(service_->TrimIdleBuffers(std::chrono::hours(1)));
  EXPECT_TRUE(service_->TrimIdleBuffers({}));
}

TEST_F(ServiceTest, SharesErrors) {
  Make();
  const auto answer = Start(Ask(100, "missing")).get();
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().kind, ErrorKind::kNotFound);
}

TEST_F(ServiceTest, TimesEachStage) {
  Make();
  source_.Open();
  const auto answer = Start(Ask(100)).get();
  ASSERT_TRUE(answer);
  for (const auto stage : {observe::Stage::kQueue, observe::Stage::kRead, observe::Stage::kDecode,
                           observe::Stage::kResize, observe::Stage::kEncode}) {
    EXPECT_GT(answer->rendition->stages[stage].count(), 0);
  }
}

TEST(Workspaces, LendsTheOneUsedLastAndTrimsTheRest) {
  async::Budget memory(1 << 20);
  Workspaces workspaces(memory);
  pipeline::Workspace* first = nullptr;
  {
    auto a = workspaces.Get();
    auto b = workspaces.Get();
    first = &*a;
    EXPECT_NE(&*a, &*b);
  }  // b goes back first, then a
  EXPECT_EQ(&*workspaces.Get(), first);
  workspaces.TrimIdle(Workspaces::Clock::time_point::min());
  EXPECT_EQ(workspaces.idle(), 2U);
  workspaces.TrimIdle(Workspaces::Clock::time_point::max());
  EXPECT_EQ(workspaces.idle(), 0U);
}

TEST(Workspaces, WhatIsIdleIsPaidForAndGivesWay) {
  async::Budget memory(1 << 20);
  Workspaces workspaces(memory);
  {
    auto loan = workspaces.Get();
    (*loan).decoded.Shape(1000, 100, pixel::PixelFormat::kRgb8);
  }
  EXPECT_GE(memory.stats().used[3], 300'000U);
  EXPECT_TRUE(memory.Try(async::Budget::Use::kJob, 1 << 20));
  EXPECT_EQ(workspaces.idle(), 0U);
  const auto all = memory.Try(async::Budget::Use::kJob, 1 << 20);
  {
    auto loan = workspaces.Get();
    (*loan).decoded.Shape(1000, 100, pixel::PixelFormat::kRgb8);
  }
  EXPECT_EQ(workspaces.idle(), 0U) << "there is nothing left to keep it by";
}

}  // namespace
}  // namespace whittle::service
