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

// Some say so of credentials that do not end: it was undefined, and a moment long past.
TEST(Times, BeyondWhatCanBeCountedAreAsFarAsThat) {
  EXPECT_EQ(ParseIsoTime("2262-01-01T00:00:00Z"), At(9214646400));
  for (const char* text : {"9999-12-31T23:59:59Z", "9999-12-31T23:59:59-23:00",
                           "2262-04-12T00:00:00Z", "2262-04-11T23:47:16Z"}) {
    EXPECT_EQ(ParseIsoTime(text), At(9223372036)) << text;
  }
  EXPECT_EQ(ParseIsoTime("2262-04-11T23:47:15Z"), At(9223372035));
  EXPECT_EQ(ParseIsoTime("0001-01-01T00:00:00+23:00"), At(-9223372036));
}

TEST(Times, AreReadInEachOfHttpsForms) {
  for (const char* text : {"Sun, 30 Aug 2015 12:36:00 GMT", "Sunday, 30-Aug-15 12:36:00 GMT",
                           "Sun Aug 30 12:36:00 2015"}) {
    EXPECT_EQ(ReadHttpDate(text), kMoment) << text;
  }
  EXPECT_EQ(ReadHttpDate("Thu, 01 Jan 1970 00:00:01 GMT"), 1);
  for (const char* text : {"", "0", "soon", "Sun, 30 Axg 2015 12:36:00 GMT"}) {
    EXPECT_EQ(ReadHttpDate(text), std::nullopt) << text;
  }
}

TEST(Times, RetryAfterIsSecondsOrADateAndNeverLong) {
  const SystemTime now = At(kMoment);
  EXPECT_EQ(ReadRetryAfter("7", now), seconds(7));
  EXPECT_EQ(ReadRetryAfter(" 0 ", now), seconds(0));
  EXPECT_EQ(ReadRetryAfter("3599", now), seconds(3599));
  EXPECT_EQ(ReadRetryAfter("3600", now), seconds(3600));
  EXPECT_EQ(ReadRetryAfter("3601", now), seconds(3600));
  EXPECT_EQ(ReadRetryAfter("20301231", now), seconds(3600)) << "no date";
  EXPECT_EQ(ReadRetryAfter("99999999999999999999999", now), seconds(3600));
  EXPECT_EQ(ReadRetryAfter("Sun, 30 Aug 2015 12:37:00 GMT", now), seconds(60));
  EXPECT_EQ(ReadRetryAfter("Sunday, 30-Aug-15 12:37:00 GMT", now), seconds(60));
  EXPECT_EQ(ReadRetryAfter("Sun, 30 Aug 2015 12:36:01 GMT", now + std::chrono::milliseconds(1)),
            seconds(1))
      << "not before it";
  EXPECT_EQ(ReadRetryAfter("Sun, 30 Aug 2015 12:35:00 GMT", now), seconds(0));
  EXPECT_EQ(ReadRetryAfter("Sun, 30 Aug 2020 12:35:00 GMT", now), seconds(3600));
  EXPECT_EQ(ReadRetryAfter("Fri, 31 Dec 9999 23:59:59 GMT", now), seconds(3600));
  for (const char* text : {"", "-1", "1.5", "soon"}) {
    EXPECT_EQ(ReadRetryAfter(text, now), std::nullopt) << text;
  }
}

}  // namespace
}  // namespace whittle::source
