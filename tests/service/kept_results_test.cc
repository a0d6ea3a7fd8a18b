// What the service keeps, what it believes, and when it looks again.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <sstream>
#include <thread>

#include "base/hash.h"
#include "service/service.h"
#include "tests/support/coroutines.h"
#include "tests/support/metrics.h"
#include "tests/support/pictures.h"
#include "tests/support/sources.h"

namespace whittle::service {
namespace {

// A source that counts, and whose only file the test changes between requests.
class ChangingSource final : public source::Source {
 public:
  async::Awaitable<Expected<source::Found>> Fetch(SourceRef, source::Validator known,
                                                  source::Wait) override {
    const source::Validator now = {std::to_string(version)};
    if (!missing && known == now) {
      ++checked;
      if (on_check) on_check();
      co_return source::Found{
          .what = source::NotModified(), .fresh_for = fresh_for, .caching = caching};
    }
    ++fetched;
    if (on_fetch) on_fetch();
    if (failure) co_return Fail(*failure);
    if (missing) co_return Fail(ErrorKind::kNotFound);
    co_return source::Found{
        .what = source::Fetched{source::Block::CopyOf(file.view()), HashOf(file.view()), modified,
                                settled ? now : source::Validator()},
        .fresh_for = fresh_for,
        .caching = caching};
  }
  // As an origin whose own word counts.
  void Say(std::string_view control) {
    caching.emplace().Add(control);
    fresh_for = std::chrono::seconds(*caching->FreshFor());
  }

  Bytes file = EncodeJpeg(test::Photo(400, 300));
  std::uint64_t version = 1;
  std::time_t modified = 1000;
  bool settled = true;
  bool missing = false;
  std::optional<ErrorKind> failure;
  std::optional<std::chrono::nanoseconds> fresh_for;
  std::optional<CacheControl> caching;
  int fetched = 0;
  int checked = 0;
  std::function<void()> on_fetch, on_check;
};

class KeptResultsTest : public ::testing::Test {
 protected:
  static constexpr auto kAlways = std::chrono::hours(1);  // kept results are believed
  static constexpr auto kNever = std::chrono::hours(0);   // until the source was looked at

  ~KeptResultsTest() override {
    WaitUntilDrained();
    loop_.Join();
  }
  void WaitUntilDrained() const {
    while (service_ && !service_->Drained()) std::this_thread::yield();
  }
  void Make(std::chrono::nanoseconds fresh, std::size_t bytes = 1 << 20) {
    WaitUntilDrained();
    const Service::Options options = {.cache_bytes = bytes,
                                      .cache_fresh = fresh,
                                      .truncated_fresh = truncated_fresh_,
                                      .now = [this] { return now_; }};
    service_ = std::make_unique<Service>(options, loop_.context(), workers_, memory_, sources_,
                                         metrics_, log_);
  }
  static Request Ask(std::uint32_t side = 100, std::string path = "a.jpg") {
    return {
        .image = {*Transform::Make({.width = side, .height = side}), {.path = std::move(path)}}};
  }
  static Request Has(const std::string& etag) {
    Request request = Ask();
    request.has_already = [etag](const Identity& identity) { return identity.etag == etag; };
    return request;
  }
  // As "If-None-Match: *" and If-Modified-Since, which name no bytes.
  static Request HasAny() {
    Request request = Ask();
    request.has_already = [](const Identity& identity) { return identity.made; };
    return request;
  }
  void CutSource() {
    const Bytes whole = EncodeJpeg(test::Photo(400, 300));
    source_.file = Bytes::CopyOf(whole.view().first(whole.size() / 2));
  }
  // As http does it.
  Expected<Answer> Get(Request request = Ask()) {
    if (auto answer = service_->AnswerAtOnce(request)) return *std::move(answer);
    return loop_.Run(service_->Answer(std::move(request)));
  }
  bool AtOnce(Request request) { return service_->AnswerAtOnce(request).has_value(); }
  // What caches are told of an answer.
  static std::string Told(const Expected<Answer>& answer) {
    if (!answer) return std::string(Name(answer.error().kind));
    return answer->caching ? answer->caching->ToText() : "(none)";
  }
  // "hits/misses/decodes".
  std::string Counts() {
    return fmt::format("{}/{}/{}", Metric("whittle_cache_hits_total"),
                       Metric("whittle_cache_misses_total"), Metric("whittle_decodes_total"));
  }
  double Metric(const std::string& name) {
    service_->UpdateGauges();
    return test::MetricIn(metrics_.Text(), name).value();
  }

  Clock::time_point now_;  // moved by tests, and by their source
  std::chrono::nanoseconds truncated_fresh_ = kAlways;
  std::ostringstream log_text_;
  test::Loop loop_;
  async::Budget memory_{512 << 20};
  async::WorkQueue workers_{{.workers = 1}, memory_};
  ChangingSource source_;
  source::Sources sources_ = test::OnlySource(source_);
  observe::Metrics metrics_{"test", "test"};
  observe::Log log_{{.out = &log_text_}};
  std::unique_ptr<Service> service_;
};

TEST_F(KeptResultsTest, AreAnsweredAtOnceWhileFresh) {
  Make(kAlways);
  EXPECT_FALSE(AtOnce(Ask()));
  const auto first = Get();
  ASSERT_TRUE(first);
  EXPECT_FALSE(first->kept);
  ++source_.version;
  Request request = Ask();
  const auto again = service_->AnswerAtOnce(request);
  ASSERT_TRUE(again);
  EXPECT_TRUE(again->kept);
  EXPECT_EQ(again->rendition, first->rendition);
  EXPECT_EQ(again->identity.etag, first->identity.etag);
  EXPECT_EQ(again->identity.modified, first->identity.modified);
  EXPECT_EQ(source_.fetched, 1);
  EXPECT_EQ(source_.checked, 0);
  EXPECT_EQ(Counts(), "1/1/1");
}

TEST_F(KeptResultsTest, AreDifferentForEverySourceAndTransform) {
  Make(kAlways);
  ASSERT_TRUE(Get());
  Request other = Ask();
  EXPECT_TRUE(AtOnce(other));
  for (const Transform::Params& params :
       {Transform::Params{.width = 100, .height = 101}, Transform::Params{.width = 100},
        Transform::Params{.width = 100, .height = 100, .quality = 80.01},
        Transform::Params{.width = 100, .height = 100, .preset = Preset::kSmall}}) {
    other.image.transform = *Transform::Make(params);
    EXPECT_FALSE(AtOnce(other)) << other.image.transform.Canonical();
  }
  EXPECT_FALSE(AtOnce(Ask(100, "b.jpg")));
}

TEST_F(KeptResultsTest, AreDifferentForEveryVersionAndLimits) {
  Make(kAlways);
  ASSERT_TRUE(Get());
  const Scope scope = {.name = "x", .limits = {}};
  Request version = Ask();
  version.image.source.version = "x";
  Request limited = Ask();
  limited.scope = &scope;
  EXPECT_FALSE(AtOnce(version));
  ASSERT_TRUE(Get(version));
  EXPECT_TRUE(AtOnce(version));
  EXPECT_FALSE(AtOnce(limited)) << "a version may be called as limits are";
}

TEST_F(KeptResultsTest, AreComparedWithTheirSourceWhenNoLongerFresh) {
  Make(kNever);
  const auto first = Get();
  ASSERT_TRUE(first);
  EXPECT_FALSE(AtOnce(Ask()));
  const auto again = Get();
  ASSERT_TRUE(again);
  EXPECT_TRUE(again->kept);
  EXPECT_EQ(again->rendition, first->rendition);
  EXPECT_EQ(source_.fetched, 1);
  EXPECT_EQ(source_.checked, 1);
  EXPECT_EQ(Counts(), "1/1/1");
}

TEST_F(KeptResultsTest, AreMadeAnewWhenTheSourceHasChanged) {
  Make(kNever);
  const auto first = Get();
  source_.file = EncodeJpeg(test::Photo(200, 300));
  ++source_.version;
  const auto second = Get();
  ASSERT_TRUE(first && second);
  EXPECT_FALSE(second->kept);
  EXPECT_NE(second->identity.etag, first->identity.etag);
  EXPECT_EQ(test::DecodeJpeg(second->rendition->image.bytes.view()).width, 67);
  EXPECT_TRUE(Get()->kept);
  EXPECT_EQ(Counts(), "1/2/2");
}

TEST_F(KeptResultsTest, OutliveANewFileWithTheSameBytes) {
  Make(kNever);
  const auto first = Get();
  ++source_.version;
  source_.modified = 2000;
  const auto second = Get();
  ASSERT_TRUE(first && second);
  EXPECT_TRUE(second->kept);
  EXPECT_EQ(second->rendition, first->rendition);
  EXPECT_EQ(second->identity.modified, 2000);
  EXPECT_EQ(source_.fetched, 2);
  EXPECT_TRUE(Get()->kept);
  EXPECT_EQ(source_.fetched, 2) << "its new stamp is known";
  EXPECT_EQ(Counts(), "2/1/1");
}

// Without a stamp only the bytes can tell, and here they change under the same stamp.
TEST_F(KeptResultsTest, AreReadAgainWhileTheSourceIsTooNewForItsStamp) {
  Make(kNever);
  source_.settled = false;
  const auto first = Get();
  EXPECT_TRUE(Get()->kept);
  source_.file = EncodeJpeg(test::Photo(200, 300));
  const auto second = Get();
  ASSERT_TRUE(first && second);
  EXPECT_NE(second->identity.etag, first->identity.etag);
  EXPECT_EQ(source_.fetched, 3);
  EXPECT_EQ(source_.checked, 0) << "that would tell nothing";
  source_.settled = true;
  EXPECT_TRUE(Get()->kept);
  EXPECT_TRUE(Get()->kept);
  EXPECT_EQ(source_.fetched, 4);
  EXPECT_EQ(source_.checked, 1);
  EXPECT_EQ(Counts(), "3/2/2");
}

TEST_F(KeptResultsTest, GoWithTheirSource) {
  Make(kNever);
  ASSERT_TRUE(Get());
  source_.missing = true;
  const auto gone = Get();
  ASSERT_FALSE(gone);
  EXPECT_EQ(gone.error().kind, ErrorKind::kNotFound);
  EXPECT_EQ(Metric("whittle_cache_bytes"), 0);
  source_.missing = false;
  EXPECT_TRUE(Get());
}

// A source that is unwell says nothing of its pictures: once it is well again, what was kept of
// them still holds.
TEST_F(KeptResultsTest, OutliveASourceThatIsUnwell) {
  for (const ErrorKind kind : {ErrorKind::kUpstream, ErrorKind::kUpstreamTimeout,
                               ErrorKind::kOverloaded, ErrorKind::kCancelled}) {
    Make(kNever);
    const int fetched = source_.fetched;
    ASSERT_TRUE(Get());
    source_.failure = kind;
    ++source_.version;
    EXPECT_EQ(Get().error().kind, kind);
    EXPECT_NE(Metric("whittle_cache_bytes"), 0) << Name(kind);
    source_.failure.reset();
    --source_.version;
    EXPECT_TRUE(Get()->kept) << Name(kind);
    EXPECT_EQ(source_.fetched, fetched + 2);
  }
}

TEST_F(KeptResultsTest, AreBelievedForAsLongAsTheirSourceSays) {
  Make(std::chrono::seconds(10));
  source_.fresh_for = std::chrono::seconds(100);
  ASSERT_TRUE(Get());
  now_ += std::chrono::seconds(100) - std::chrono::nanoseconds(1);
  EXPECT_TRUE(AtOnce(Ask()));
  now_ += std::chrono::nanoseconds(1);
  EXPECT_FALSE(AtOnce(Ask()));
  source_.fresh_for = std::chrono::seconds(1);  // it says so with its 304
  ASSERT_TRUE(Get()->kept);
  now_ += std::chrono::seconds(1) - std::chrono::nanoseconds(1);
  EXPECT_TRUE(AtOnce(Ask()));
  now_ += std::chrono::nanoseconds(1);
  EXPECT_FALSE(AtOnce(Ask()));
  source_.fresh_for.reset();
  ASSERT_TRUE(Get()->kept);
  now_ += std::chrono::seconds(10) - std::chrono::nanoseconds(1);
  EXPECT_TRUE(AtOnce(Ask())) << "it says nothing any more";
}

// A cache in front that were told the whole time again would keep a picture twice as long as its
// origin has said.
TEST_F(KeptResultsTest, AreOfferedToCachesForWhatIsLeftOfTheirTime) {
  Make(kNever);
  source_.Say("public, max-age=100, s-maxage=200, stale-while-revalidate=9");
  EXPECT_EQ(Told(Get()), "public, max-age=100, s-maxage=200, stale-while-revalidate=9");
  now_ += std::chrono::seconds(31) - std::chrono::nanoseconds(1);
  EXPECT_EQ(Told(Get()), "public, max-age=70, s-maxage=170, stale-while-revalidate=9");
  now_ += std::chrono::nanoseconds(1);
  const auto again = Get();
  EXPECT_EQ(Told(again), "public, max-age=69, s-maxage=169, stale-while-revalidate=9");
  EXPECT_EQ(Told(Get(Has(again->identity.etag))), Told(again)) << "a 304 says the same";
  now_ += std::chrono::seconds(169) - std::chrono::nanoseconds(1);
  EXPECT_EQ(Told(Get()), "public, max-age=0, s-maxage=1, stale-while-revalidate=9");
  EXPECT_EQ(source_.checked, 0);
  now_ += std::chrono::nanoseconds(1);
  EXPECT_EQ(Told(Get()), "public, max-age=100, s-maxage=200, stale-while-revalidate=9");
  EXPECT_EQ(source_.checked, 1);
  EXPECT_EQ(Counts(), "5/1/1");
}

// The time that a fetch and the work took has passed, too.
TEST_F(KeptResultsTest, AreOlderByTheTimeTheyTookToMake) {
  Make(kAlways);
  source_.Say("max-age=100");
  source_.on_fetch = [this] { now_ += std::chrono::seconds(7); };
  EXPECT_EQ(Told(Get()), "max-age=93");
}

TEST_F(KeptResultsTest, AreForCachesWhatTheirSourceSaidLast) {
  Make(kNever);
  source_.Say("max-age=100");
  ASSERT_EQ(Told(Get()), "max-age=100");
  now_ += std::chrono::seconds(100);
  source_.caching.reset();  // S3's 304 has no Cache-Control
  source_.fresh_for = std::chrono::seconds(3);
  EXPECT_EQ(Told(Get()), "max-age=100") << "what was said before holds, from now on";
  now_ += std::chrono::seconds(99);
  EXPECT_TRUE(AtOnce(Ask())) << "and so does its time";
  now_ += std::chrono::seconds(1);
  source_.Say("no-cache");
  EXPECT_EQ(Told(Get()), "no-cache");
  EXPECT_FALSE(AtOnce(Ask()));
  EXPECT_EQ(source_.checked, 2);
  EXPECT_EQ(Told(Get()), "no-cache") << "kept, and looked at each time";
  EXPECT_EQ(Counts(), "4/1/1");
}

TEST_F(KeptResultsTest, AreNoneWhereTheSourceForbidsIt) {
  for (const char* said : {"no-store, max-age=100", "private, max-age=100"}) {
    Make(kAlways);
    source_.Say(said);
    const int fetched = source_.fetched;
    ASSERT_EQ(Told(Get()), said[0] == 'n' ? "no-store" : said);
    EXPECT_FALSE(AtOnce(Ask()));
    EXPECT_EQ(Metric("whittle_cache_bytes"), 0);
    const auto again = Get();
    ASSERT_TRUE(again);
    EXPECT_FALSE(again->kept);
    EXPECT_EQ(Told(Get(Has(again->identity.etag))), Told(again));
    EXPECT_EQ(source_.fetched, fetched + 3);
    EXPECT_EQ(source_.checked, 0) << "nothing is known";
  }
}

TEST_F(KeptResultsTest, GoWhenTheSourceForbidsThemLater) {
  Make(kNever);
  source_.Say("max-age=0");
  ASSERT_TRUE(Get());
  source_.Say("no-store");
  const auto last = Get();
  EXPECT_EQ(Told(last), "no-store");
  EXPECT_TRUE(last->kept) << "it had not been forbidden";
  EXPECT_EQ(Metric("whittle_cache_bytes"), 0);
  source_.Say("max-age=0");
  ASSERT_TRUE(Get());
  EXPECT_NE(Metric("whittle_cache_bytes"), 0);
  ++source_.version;
  source_.Say("private");
  EXPECT_EQ(Told(Get()), "private");
  EXPECT_EQ(Metric("whittle_cache_bytes"), 0) << "nor is the one before kept";
}

// Half a picture is not believed for the day that its origin gives whole ones.
TEST_F(KeptResultsTest, OfTruncatedFilesAreBelievedForAShortTimeOnly) {
  truncated_fresh_ = std::chrono::seconds(60);
  for (const bool by_source : {true, false}) {
    Make(by_source ? kNever : kAlways);
    if (by_source) source_.Say("max-age=86400");
    if (!by_source) source_.fresh_for.reset();
    CutSource();
    ASSERT_TRUE(Get()->identity.truncated);
    now_ += std::chrono::seconds(60) - std::chrono::nanoseconds(1);
    EXPECT_TRUE(AtOnce(Ask()));
    now_ += std::chrono::nanoseconds(1);
    EXPECT_FALSE(AtOnce(Ask()));
    ASSERT_TRUE(Get()->kept) << "and again, when it has been looked at";
    now_ += std::chrono::seconds(60);
    EXPECT_FALSE(AtOnce(Ask()));
    source_.fresh_for = std::chrono::seconds(1);
    ASSERT_TRUE(Get()->kept);
    source_.caching.reset();
    ++source_.version;
  }
}

TEST_F(KeptResultsTest, AreNeverErrors) {
  Make(kAlways);
  source_.missing = true;
  EXPECT_FALSE(Get());
  EXPECT_FALSE(Get());
  EXPECT_EQ(source_.fetched, 2);
  source_.missing = false;
  source_.file = Bytes::CopyOf(AsBytes("not a picture"));
  EXPECT_EQ(Get().error().kind, ErrorKind::kUnsupported);
  EXPECT_EQ(Get().error().kind, ErrorKind::kUnsupported);
  EXPECT_EQ(source_.fetched, 4);
  EXPECT_EQ(Metric("whittle_cache_hits_total"), 0);
}

TEST_F(KeptResultsTest, NamesAloneAreEnoughForWhoHasTheRest) {
  Make(kAlways);
  const std::string etag = Get()->identity.etag;
  Make(kAlways);  // as after a restart
  const auto known = Get(Has(etag));
  ASSERT_TRUE(known);
  EXPECT_EQ(known->rendition, nullptr);
  EXPECT_EQ(source_.fetched, 2);
  EXPECT_TRUE(AtOnce(Has(etag)));
  EXPECT_FALSE(AtOnce(Has("\"another\"")));
  EXPECT_FALSE(AtOnce(Ask())) << "the picture was not made";
  EXPECT_TRUE(Get(Has("\"another\""))->rendition);
  EXPECT_TRUE(AtOnce(Ask()));
  EXPECT_EQ(Metric("whittle_decodes_total"), 2);
}

TEST_F(KeptResultsTest, AnswerConditionsWithoutReading) {
  for (const auto fresh : {std::chrono::nanoseconds(kAlways), std::chrono::nanoseconds(kNever)}) {
    Make(fresh);
    const std::string etag = Get()->identity.etag;
    const int fetched = source_.fetched;
    EXPECT_EQ(Get(Has(etag))->rendition, nullptr);
    EXPECT_TRUE(Get(Has("\"another\""))->rendition);
    EXPECT_EQ(source_.fetched, fetched);
  }
}

TEST_F(KeptResultsTest, SatisfyConditionsThatNameNoBytesOnceTheyAreThere) {
  Make(kAlways);
  const auto first = Get(HasAny());
  ASSERT_TRUE(first);
  EXPECT_EQ(first->rendition, nullptr);
  EXPECT_TRUE(first->identity.made);
  EXPECT_EQ(Metric("whittle_encodes_total"), 1) << "there is one: it was made";
  EXPECT_TRUE(AtOnce(Ask())) << "and kept";
  Request conditional = HasAny();
  EXPECT_EQ(service_->AnswerAtOnce(conditional)->rendition, nullptr);
  source_.file = Bytes::CopyOf(AsBytes("not a picture"));
  Make(kAlways);
  EXPECT_EQ(Get(HasAny()).error().kind, ErrorKind::kUnsupported);
  EXPECT_FALSE(AtOnce(HasAny())) << "that its name is known says nothing";
}

TEST_F(KeptResultsTest, OfTruncatedFilesKeepTheirName) {
  Make(kNever);
  const std::string whole = Get()->identity.etag;
  CutSource();
  ++source_.version;
  const auto first = Get();
  ASSERT_TRUE(first);
  EXPECT_TRUE(first->rendition->image.truncated);
  EXPECT_TRUE(first->identity.truncated);
  EXPECT_NE(first->identity.etag, whole);
  EXPECT_TRUE(first->identity.etag.ends_with("-t\"")) << first->identity.etag;
  EXPECT_EQ(Metric("whittle_truncated_total"), 1);
  EXPECT_NE(log_text_.str().find("ends too early"), std::string::npos) << log_text_.str();

  const auto kept = Get();
  ASSERT_TRUE(kept);
  EXPECT_TRUE(kept->kept);
  EXPECT_TRUE(kept->identity.truncated);
  ++source_.version;  // touched
  const auto touched = Get();
  ASSERT_TRUE(touched);
  EXPECT_TRUE(touched->kept);
  EXPECT_EQ(touched->identity.etag, first->identity.etag);
  const auto known = Get(Has(first->identity.etag));
  ASSERT_TRUE(known);
  EXPECT_EQ(known->rendition, nullptr);
  EXPECT_TRUE(known->identity.truncated);
  EXPECT_EQ(Metric("whittle_truncated_total"), 1) << "it was made once";
}

// After a restart, or on another replica, nobody knows yet that the file is cut; the client's ETag
// does.
TEST_F(KeptResultsTest, OfTruncatedFilesAreKnownByNameBeforeTheyAreMade) {
  CutSource();
  Make(kAlways);
  const std::string etag = Get()->identity.etag;
  for (const auto fresh : {std::chrono::nanoseconds(kAlways), std::chrono::nanoseconds(kNever)}) {
    Make(fresh);
    for (int again = 0; again < 2; ++again) {  // by the flight; then by the name that is kept
      const auto known = Get(Has(etag));
      ASSERT_TRUE(known);
      EXPECT_EQ(known->rendition, nullptr);
      EXPECT_TRUE(known->identity.truncated);
      EXPECT_EQ(known->identity.etag, etag);
    }
  }
  EXPECT_EQ(Metric("whittle_decodes_total"), 1);
}

// rsync and cp -p give a file its old time when all of it is there. A client that asks by date was
// then told that half a picture, of which it has the later date, is the whole.
TEST_F(KeptResultsTest, OfTruncatedFilesHaveNoDate) {
  for (const auto fresh : {std::chrono::nanoseconds(kAlways), std::chrono::nanoseconds(kNever)}) {
    Make(fresh);
    source_.file = EncodeJpeg(test::Photo(400, 300));
    ++source_.version;
    source_.modified = 1000;
    const auto whole = Get();
    ASSERT_TRUE(whole);
    EXPECT_EQ(whole->identity.modified, 1000);
    Make(fresh);
    CutSource();
    ++source_.version;
    source_.modified = 900;  // in place of the whole one, and no younger than a client's date
    Request since = Ask();
    since.has_already = [](const Identity& identity) {
      return identity.made && identity.modified && *identity.modified <= 1000;
    };
    for (int again = 0; again < 2; ++again) {  // by the flight; then what is kept
      const auto half = Get(since);
      ASSERT_TRUE(half);
      EXPECT_TRUE(half->identity.truncated);
      EXPECT_EQ(half->identity.modified, std::nullopt);
      EXPECT_TRUE(half->rendition) << "a date spares no client what is truncated";
    }
    ++source_.version;  // touched: what was made of the same bytes is found again
    EXPECT_EQ(Get(since)->identity.modified, std::nullopt);
  }
}

TEST_F(KeptResultsTest, AreBelievedForAsLongAsTheyAreFresh) {
  Make(std::chrono::seconds(10));
  ASSERT_TRUE(Get());
  now_ += std::chrono::seconds(10) - std::chrono::nanoseconds(1);
  EXPECT_TRUE(AtOnce(Ask()));
  now_ += std::chrono::nanoseconds(1);
  EXPECT_FALSE(AtOnce(Ask()));
  EXPECT_EQ(source_.checked, 0);
  ASSERT_TRUE(Get()->kept);
  EXPECT_EQ(source_.checked, 1);
  EXPECT_TRUE(AtOnce(Ask())) << "looked at again, so believed again";
  now_ += std::chrono::seconds(10);
  EXPECT_FALSE(AtOnce(Ask()));
}

// The file may have changed while it was read, or right after it was looked at.
TEST_F(KeptResultsTest, AreAsOldAsTheBeginningOfTheLookAtTheirSource) {
  Make(std::chrono::seconds(10));
  source_.on_fetch = [this] { now_ += std::chrono::seconds(10); };
  ASSERT_TRUE(Get());
  EXPECT_FALSE(AtOnce(Ask()));
  source_.on_check = [this] { now_ += std::chrono::seconds(10); };
  ASSERT_TRUE(Get()->kept);
  EXPECT_EQ(source_.checked, 1);
  EXPECT_FALSE(AtOnce(Ask()));
}

TEST_F(KeptResultsTest, TakeNoMoreThanTheirShareOfMemory) {
  Make(kAlways, 20'000);
  for (std::uint32_t side = 100; side < 140; ++side) ASSERT_TRUE(Get(Ask(side)));
  const double bytes = Metric("whittle_cache_bytes");
  EXPECT_LE(bytes, 20'000);
  EXPECT_GT(bytes, 5'000);
  EXPECT_FALSE(AtOnce(Ask(100)));
  Request request = Ask(139);
  const auto last = service_->AnswerAtOnce(request);
  ASSERT_TRUE(last);
  const Bytes& held = last->rendition->image.bytes;
  EXPECT_LE(held.capacity(), held.size() * 9 / 8) << "no room left over from encoding";
}

TEST_F(KeptResultsTest, AreNoneWithoutMemory) {
  Make(kAlways, 0);
  ASSERT_TRUE(Get());
  EXPECT_FALSE(AtOnce(Ask()));
  EXPECT_FALSE(Get()->kept);
  EXPECT_EQ(source_.fetched, 2);
  EXPECT_EQ(Counts(), "0/2/2");
}

}  // namespace
}  // namespace whittle::service
