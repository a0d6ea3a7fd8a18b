#include "http/conditional.h"

#include <gtest/gtest.h>

#include <limits>

namespace whittle::http {
namespace {

TEST(MatchesAny, FindsTheTagInAList) {
  for (const char* list : {"\"a\"", "W/\"a\"", "*", "\"b\", \"a\"", "\"b\",\"a\",\"c\"",
                           "  \"b\" ,\tW/\"a\"  ", "\"x,y\", \"a\""}) {
    EXPECT_TRUE(MatchesAny(list, "\"a\"")) << list;
  }
}

// RFC 9110, 5.6.1.2: they mean nothing.
TEST(MatchesAny, AnEmptyElementEndedTheList) {
  for (const char* list : {"\"b\",, \"a\"", ",\"a\"", " , ,\"a\",", "\"b\", ,W/\"a\""}) {
    EXPECT_TRUE(MatchesAny(list, "\"a\"")) << list;
  }
}

// RFC 9110, 13.1.2: either "*" or a list of tags.
TEST(MatchesAny, AStarStandsAlone) {
  EXPECT_TRUE(MatchesAny(" * ", "\"a\""));
  for (const char* list : {"\"b\", *", "*, \"b\"", "**", "*a"}) {
    EXPECT_FALSE(MatchesAny(list, "\"a\"")) << list;
  }
  EXPECT_FALSE(Names("*", "\"a\"")) << "it names nothing";
  EXPECT_TRUE(Names("\"b\", W/\"a\"", "\"a\""));
}

TEST(MatchesAny, RefusesOtherTagsAndNonsense) {
  for (const char* list : {"", " ", ",", "a", "\"b\"", "\"aa\"", "\"A\"", "\"a", "a\"", "w/\"a\"",
                           "\"x\"a\"", "b, \"a\"", "\"x,\"a\"", "'a'", "W/", "\"*\""}) {
    EXPECT_FALSE(MatchesAny(list, "\"a\"")) << list;
  }
}

TEST(HttpDate, IsWrittenAsTheStandardWants) {
  EXPECT_EQ(FormatHttpDate(784111777), "Sun, 06 Nov 1994 08:49:37 GMT");
  EXPECT_EQ(FormatHttpDate(0), "Thu, 01 Jan 1970 00:00:00 GMT");
  EXPECT_EQ(FormatHttpDate(1709210096), "Thu, 29 Feb 2024 12:34:56 GMT");
  EXPECT_EQ(FormatHttpDate(-1), "Wed, 31 Dec 1969 23:59:59 GMT");
  using Limits = std::numeric_limits<std::time_t>;
  EXPECT_EQ(FormatHttpDate(Limits::max()), "Fri, 31 Dec 9999 23:59:59 GMT");
  EXPECT_EQ(FormatHttpDate(Limits::min()), "Sat, 01 Jan 0000 00:00:00 GMT");
}

TEST(HttpDate, IsReadInAllThreeForms) {
  for (const char* text : {"Sun, 06 Nov 1994 08:49:37 GMT", "Sunday, 06-Nov-94 08:49:37 GMT",
                           "Sun Nov  6 08:49:37 1994"}) {
    EXPECT_EQ(ParseHttpDate(text), 784111777) << text;
  }
  for (const char* text : {"", "now", "Sun, 06 Nov 1994", "Sun, 06 Nov 1994 08:49:37 CET",
                           "Sun, 06 Nov 1994 08:49:37 GMT!", "Sun, 36 Nov 1994 08:49:37 GMT"}) {
    EXPECT_EQ(ParseHttpDate(text), std::nullopt) << text;
  }
}

TEST(HttpDate, WhatIsWrittenIsRead) {
  for (std::time_t time = 0; time < 4'000'000'000; time += 86'399'123) {
    EXPECT_EQ(ParseHttpDate(FormatHttpDate(time)), time);
  }
}

TEST(Conditions, AreSatisfiedByTagOrElseByTime) {
  const std::string tag = "\"a\"";
  const std::string date = FormatHttpDate(1000);
  EXPECT_TRUE(Conditions().empty());
  EXPECT_FALSE(Conditions().Satisfied(tag, 1000));
  EXPECT_TRUE(Conditions({.if_none_match = tag}).Satisfied(tag, std::nullopt));
  EXPECT_TRUE(Conditions({.if_modified_since = date}).Satisfied(tag, 1000));
  EXPECT_TRUE(Conditions({.if_modified_since = date}).Satisfied(tag, 999));
  EXPECT_FALSE(Conditions({.if_modified_since = date}).Satisfied(tag, 1001));
  EXPECT_FALSE(Conditions({.if_modified_since = date}).Satisfied(tag, std::nullopt));
  EXPECT_FALSE(Conditions({.if_modified_since = "yesterday"}).Satisfied(tag, 0));
  // The tag knows better than the time.
  EXPECT_FALSE(Conditions({"\"b\"", date}).Satisfied(tag, 1000));
  EXPECT_TRUE(Conditions({tag, FormatHttpDate(0)}).Satisfied(tag, 1000));
}

// What has not been made, and may never be, can only be known by its name.
TEST(Conditions, AreSatisfiedBeforehandByTagOnly) {
  const std::string tag = "\"a\"";
  const std::string date = FormatHttpDate(1000);
  EXPECT_TRUE(Conditions({.if_none_match = tag}).SatisfiedByName(tag));
  EXPECT_TRUE(Conditions({"\"b\", \"a\"", date}).SatisfiedByName(tag));
  EXPECT_FALSE(Conditions({.if_none_match = "\"b\""}).SatisfiedByName(tag));
  EXPECT_FALSE(Conditions({.if_none_match = "*"}).SatisfiedByName(tag));
  EXPECT_FALSE(Conditions({.if_modified_since = date}).SatisfiedByName(tag));
  EXPECT_FALSE(Conditions().SatisfiedByName(tag));
}

}  // namespace
}  // namespace whittle::http
