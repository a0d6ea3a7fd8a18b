#include "source/freshness.h"

#include <gtest/gtest.h>

namespace whittle::source {
namespace {

using std::chrono::seconds;

constexpr std::time_t kNow = 1'700'000'000;  // Tue, 14 Nov 2023 22:13:20 GMT

HttpAnswer With(HttpFields fields) { return {.status = 200, .fields = std::move(fields)}; }

std::optional<seconds> Fresh(HttpFields fields) {
  const auto caching = CachingOf(With(std::move(fields)), kNow);
  const auto fresh = caching ? caching->FreshFor() : std::nullopt;
  return fresh ? std::optional(seconds(*fresh)) : std::nullopt;
}

TEST(CachingOf, IsWhatTheOriginSays) {
  EXPECT_EQ(Fresh({}), std::nullopt);
  EXPECT_EQ(Fresh({{"cache-control", "public"}}), std::nullopt);
  EXPECT_EQ(Fresh({{"cache-control", "max-age=60"}}), seconds(60));
  EXPECT_EQ(Fresh({{"cache-control", "public, Max-Age=\"60\" "}}), seconds(60));
  EXPECT_EQ(Fresh({{"cache-control", "max-age=60, s-maxage=5"}}), seconds(5));
  EXPECT_EQ(Fresh({{"cache-control", "s-maxage=5"}, {"cache-control", "max-age=60"}}), seconds(5));
  EXPECT_EQ(Fresh({{"cache-control", "max-age=60, no-store"}}), seconds(0));
  EXPECT_EQ(Fresh({{"cache-control", "NO-CACHE"}}), seconds(0));
  EXPECT_EQ(Fresh({{"cache-control", "private, max-age=60"}}), seconds(0));
  EXPECT_EQ(Fresh({{"cache-control", "x=\"no-store, max-age=1\", max-age=60"}}), seconds(60));
  EXPECT_EQ(Fresh({{"cache-control", "xno-store,max-age=60"}}), seconds(60));
  EXPECT_EQ(Fresh({{"cache-control", "max-age=60"}, {"age", "20"}}), seconds(40));
  EXPECT_EQ(Fresh({{"cache-control", "max-age=60"}, {"age", "61"}}), seconds(0));
}

TEST(CachingOf, DatesCountWhereNoNumberDoes) {
  const std::string date = "Tue, 14 Nov 2023 22:13:20 GMT";
  const std::string later = "Tue, 14 Nov 2023 22:14:20 GMT";
  EXPECT_EQ(Fresh({{"date", date}, {"expires", later}}), seconds(60));
  EXPECT_EQ(Fresh({{"expires", later}}), seconds(60)) << "from now";
  EXPECT_EQ(Fresh({{"date", later}, {"expires", date}}), seconds(0));
  EXPECT_EQ(Fresh({{"date", date}, {"expires", "0"}}), seconds(0));
  EXPECT_EQ(Fresh({{"date", date}, {"expires", later}, {"age", "10"}}), seconds(50));
  EXPECT_EQ(Fresh({{"cache-control", "max-age=5"}, {"date", date}, {"expires", later}}),
            seconds(5));
}

TEST(CachingOf, NonsenseIsNotFresh) {
  for (const char* text :
       {"max-age", "max-age=", "max-age=-1", "max-age=1x", "max-age=\"1", "max-age=1.5"}) {
    EXPECT_EQ(Fresh({{"cache-control", text}}), seconds(0)) << text;
  }
  EXPECT_EQ(Fresh({{"cache-control", "max-age=99999999999999999999999"}}), seconds(315360000));
  EXPECT_EQ(Fresh({{"cache-control", ",,=,\""}}), std::nullopt);
}

TEST(CachingOf, IsWhatIsLeftOfIt) {
  const auto text = [](HttpFields fields) {
    const auto caching = CachingOf(With(std::move(fields)), kNow);
    return caching ? caching->ToText() : "(none)";
  };
  EXPECT_EQ(text({{"etag", "\"a\""}, {"age", "5"}, {"cache-control", "unheard-of"}}), "(none)");
  EXPECT_EQ(text({{"cache-control", "public"}, {"cache-control", "max-age=60, immutable"}}),
            "public, immutable, max-age=60");
  EXPECT_EQ(text({{"cache-control", "max-age=60, s-maxage=5"}, {"age", "4"}}),
            "max-age=56, s-maxage=1");
  EXPECT_EQ(text({{"expires", "Tue, 14 Nov 2023 22:14:20 GMT"}, {"age", "x"}}), "max-age=60");
  EXPECT_EQ(
      text({{"cache-control", "public, s-maxage=5"}, {"expires", "Tue, 14 Nov 2023 22:14:20 GMT"}}),
      "public, s-maxage=5");
}

TEST(ValidatorOf, IsTheTagOrASettledDate) {
  const std::string date = "Tue, 14 Nov 2023 22:13:20 GMT";
  const auto of = [](HttpFields fields) { return ValidatorOf(With(std::move(fields)), kNow); };
  EXPECT_EQ(of({}), "");
  EXPECT_EQ(of({{"etag", "\"abc\""}, {"last-modified", date}}), "\"abc\"");
  EXPECT_EQ(of({{"etag", "W/\"abc\""}}), "W/\"abc\"");
  EXPECT_EQ(of({{"etag", "abc"}}), "");
  EXPECT_EQ(of({{"etag", "\""}}), "");
  EXPECT_EQ(of({{"etag", "\"a b\""}}), "");
  EXPECT_EQ(of({{"etag", "\"\xC3\xBC\""}}), "");
  EXPECT_EQ(of({{"etag", "\"" + std::string(1022, 'a') + "\""}}).size(), 1024U);
  EXPECT_EQ(of({{"etag", "\"" + std::string(1023, 'a') + "\""}}), "");
  EXPECT_EQ(of({{"last-modified", "Tue, 14 Nov 2023 22:13:18 GMT"}}),
            "Tue, 14 Nov 2023 22:13:18 GMT");
  EXPECT_EQ(of({{"last-modified", "Tue, 14 Nov 2023 22:13:19 GMT"}}), "") << "it may change again";
  EXPECT_EQ(of({{"last-modified", date}, {"date", "Tue, 14 Nov 2023 22:13:22 GMT"}}), date);
  EXPECT_EQ(of({{"last-modified", "yesterday"}}), "");
}

TEST(ConditionsOf, AskWithWhatWasGiven) {
  EXPECT_TRUE(ConditionsOf("").empty());
  EXPECT_EQ(ConditionsOf("W/\"a\""), (HttpFields{{"If-None-Match", "W/\"a\""}}));
  const std::string date = "Tue, 14 Nov 2023 22:13:20 GMT";
  EXPECT_EQ(ConditionsOf(date), (HttpFields{{"If-Modified-Since", date}}));
}

}  // namespace
}  // namespace whittle::source
