#include "source/times.h"

#include <gtest/gtest.h>

namespace whittle::source {
namespace {

using std::chrono::seconds;

SystemTime At(std::int64_t unix_seconds) { return SystemTime(seconds(unix_seconds)); }
constexpr std::int64_t kMoment = 1440938160;  // 2015-08-30 12:36:00 UTC, by date(1)

TEST(Times, AreWritten) {
  EXPECT_EQ(CompactTime(At(kMoment)), "20150830T123600Z");
  EXPECT_EQ(HttpTime(At(kMoment)), "Sun, 30 Aug 2015 12:36:00 GMT");
  EXPECT_EQ(CompactTime(At(kMoment) + std::chrono::milliseconds(999)), "20150830T123600Z");
}

TEST(Times, AreReadInIsosForm) {
  EXPECT_EQ(ParseIsoTime("2015-08-30T12:36:00Z"), At(kMoment));
  EXPECT_EQ(ParseIsoTime("2015-08-30T12:36:00.123456Z"), At(kMoment));
  EXPECT_EQ(ParseIsoTime("2015-08-30T14:36:00+02:00"), At(kMoment));
  EXPECT_EQ(ParseIsoTime("2015-08-30T08:06:00.5-04:30"), At(kMoment));
  EXPECT_EQ(ParseIsoTime("2016-02-29T23:59:59Z"), At(1456790399));
  for (const char* text :
       {"", "2015-08-30T12:36:00", "2015-08-30 12:36:00Z", "2015-02-29T00:00:00Z",
        "2015-08-30T24:00:00Z", "2015-08-30T12:60:00Z", "2015-08-30T12:36:61Z",
        "2015-08-30T12:36:00.Z", "2015-08-30T12:36:00.5", "2015-08-30T12:36:00z",
        "2015-08-30T12:36:00ZZ", "2015-08-30T12:36:00 02:00", "2015-13-30T12:36:00Z",
        "2015-00-30T12:36:00Z", "15-08-30T12:36:00Z"}) {
    EXPECT_EQ(ParseIsoTime(text), std::nullopt) << text;
  }
}

TEST(Times, AreReadInHttpsForm) {
  EXPECT_EQ(ParseHttpTime("Sun, 30 Aug 2015 12:36:00 GMT"), At(kMoment));
  EXPECT_EQ(ParseHttpTime("Thu, 01 Jan 1970 00:00:01 GMT"), At(1));
  EXPECT_EQ(ParseHttpTime("Mon, 28 Dec 2015 00:00:00 GMT"), At(1451260800));
  for (const char* text : {"", "Sun, 30 Aug 2015 12:36:00", "Sun, 30 Axg 2015 12:36:00 GMT",
                           "Sun, 31 Feb 2015 12:36:00 GMT", "Sunday, 30-Aug-15 12:36:00 GMT"}) {
    EXPECT_EQ(ParseHttpTime(text), std::nullopt) << text;
  }
}

TEST(Times, RetryAfterIsSecondsOrAMoment) {
  const SystemTime now = At(kMoment);
  EXPECT_EQ(ParseRetryAfter("7", now), seconds(7));
  EXPECT_EQ(ParseRetryAfter(" 0 ", now), seconds(0));
  EXPECT_EQ(ParseRetryAfter("3600", now), seconds(3600));
  EXPECT_EQ(ParseRetryAfter("3601", now), seconds(3600));
  EXPECT_EQ(ParseRetryAfter("Sun, 30 Aug 2015 12:37:00 GMT", now), seconds(60));
  EXPECT_EQ(ParseRetryAfter("Sun, 30 Aug 2015 12:35:00 GMT", now), seconds(0));
  EXPECT_EQ(ParseRetryAfter("Sun, 30 Aug 2020 12:35:00 GMT", now), seconds(3600));
  for (const char* text : {"", "-1", "1.5", "soon"}) {
    EXPECT_EQ(ParseRetryAfter(text, now), std::nullopt) << text;
  }
}

}  // namespace
}  // namespace whittle::source
