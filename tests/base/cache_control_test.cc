// What caches are told: read, made older, bounded, written.
#include "base/cache_control.h"

#include <gtest/gtest.h>

namespace whittle {
namespace {

CacheControl Read(std::string_view field) {
  CacheControl control;
  control.Add(field);
  return control;
}
std::string Again(std::string_view field) { return Read(field).ToText(); }
bool IsWhole(std::string_view field) { return CacheControl().Add(field); }

TEST(CacheControl, IsPassedOnAsItIsUnderstood) {
  EXPECT_EQ(Again("public, max-age=600, s-maxage=3600, stale-while-revalidate=30, immutable"),
            "public, immutable, max-age=600, s-maxage=3600, stale-while-revalidate=30");
  EXPECT_EQ(Again("must-revalidate,proxy-revalidate,no-transform,stale-if-error=5"),
            "must-revalidate, proxy-revalidate, no-transform, stale-if-error=5");
  EXPECT_EQ(Again("PRIVATE , Max-Age=\"7\""), "private, max-age=7");
  EXPECT_EQ(Again("no-cache=\"a, no-store\", max-age = 8"), "no-cache, max-age=8");
  EXPECT_EQ(Again("private, no-store, max-age=9"), "no-store");
  EXPECT_EQ(Again("community=\"x\", max-age=1\tmax-age=5"), "max-age=0") << "no number";
  EXPECT_EQ(Again("evil\r\nX: y"), "");
  EXPECT_EQ(Again(""), "");
  EXPECT_TRUE(Read("").empty());
  EXPECT_FALSE(Read("public").empty());
}

TEST(CacheControl, OfTwoTimesTakesTheShorter) {
  EXPECT_EQ(Again("max-age=5, max-age=9"), "max-age=5");
  CacheControl two = Read("max-age=9");
  EXPECT_FALSE(two.Add("max-age=5"));
  EXPECT_EQ(two.max_age, 5U);
  EXPECT_EQ(Again("max-age=99999999999999999999"), "max-age=315360000");
  EXPECT_EQ(Again("max-age=315360001"), "max-age=315360000");
  EXPECT_EQ(Again("max-age=-1"), "max-age=0");
  EXPECT_EQ(Again("max-age"), "max-age=0");
}

// What an operator writes has to be meant.
TEST(CacheControl, TellsWhatItDoesNotUnderstand) {
  for (const char* whole : {"public", "max-age=5", "public, max-age=31536000, immutable",
                            "no-cache=\"set-cookie\"", "private=\"x\", max-age=\"5\""}) {
    EXPECT_TRUE(IsWhole(whole)) << whole;
  }
  for (const char* wrong :
       {"", "public,", ",public", "publik", "max_age=5", "max-age", "max-age=", "max-age=5s",
        "max-age=-1", "public=1", "public=", "no-cache=", "public, public", "max-age=5, max-age=5",
        "s-max-age=5", "public max-age=5"}) {
    EXPECT_FALSE(IsWhole(wrong)) << wrong;
  }
}

TEST(CacheControl, SaysHowLongACacheOfManyMayUseIt) {
  EXPECT_EQ(Read("max-age=60").FreshFor(), 60U);
  EXPECT_EQ(Read("max-age=60, s-maxage=5").FreshFor(), 5U);
  EXPECT_EQ(Read("max-age=5, s-maxage=60").FreshFor(), 60U);
  EXPECT_EQ(Read("public").FreshFor(), std::nullopt);
  for (const char* never : {"no-store", "no-cache, max-age=60", "private, s-maxage=60"}) {
    EXPECT_EQ(Read(never).FreshFor(), 0U) << never;
  }
  EXPECT_TRUE(Read("no-cache").MayBeKept());
  EXPECT_FALSE(Read("no-store").MayBeKept());
  EXPECT_FALSE(Read("private").MayBeKept());
}

TEST(CacheControl, GetsOlder) {
  const CacheControl said = Read("max-age=60, s-maxage=600, stale-while-revalidate=30");
  EXPECT_EQ(said.After(0), said);
  EXPECT_EQ(said.After(-5), said) << "no clock makes it younger";
  EXPECT_EQ(said.After(INT64_MIN), said);
  EXPECT_EQ(said.After(INT64_MAX), said.After(601));
  EXPECT_EQ(said.After(59).ToText(), "max-age=1, s-maxage=541, stale-while-revalidate=30");
  EXPECT_EQ(said.After(60).ToText(), "max-age=0, s-maxage=540, stale-while-revalidate=30");
  EXPECT_EQ(said.After(601).ToText(), "max-age=0, s-maxage=0, stale-while-revalidate=30");
  EXPECT_EQ(Read("public").After(5).ToText(), "public");
}

TEST(CacheControl, IsBounded) {
  const auto at_most = [](std::string_view field, int time) {
    return Read(field).AtMost(time).ToText();
  };
  EXPECT_EQ(
      at_most("public, max-age=61, immutable, stale-if-error=9, stale-while-revalidate=9", 60),
      "public, max-age=60");
  EXPECT_EQ(at_most("public, max-age=59", 60), "public, max-age=59");
  EXPECT_EQ(at_most("public", 60), "public, max-age=60") << "it left that open";
  EXPECT_EQ(at_most("max-age=90, s-maxage=61", 60), "max-age=60, s-maxage=60");
  EXPECT_EQ(at_most("private, max-age=90", 60), "private, max-age=60");
  EXPECT_EQ(at_most("no-store", 60), "no-store");
  EXPECT_EQ(at_most("no-cache", 60), "no-cache");
  EXPECT_EQ(at_most("public, max-age=90, s-maxage=90", 0), "no-cache");
  EXPECT_EQ(at_most("private, max-age=90", 0), "private, no-cache");
}

TEST(CacheControl, IsPublicForATime) {
  EXPECT_EQ(CacheControl::Public(1).ToText(), "public, max-age=1");
  EXPECT_EQ(CacheControl::Public(0).ToText(), "no-cache");
  EXPECT_EQ(CacheControl::Public(1LL << 40).ToText(), "public, max-age=315360000");
}

}  // namespace
}  // namespace whittle
