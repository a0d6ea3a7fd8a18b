#include "transform/query.h"

#include <gtest/gtest.h>

#include <string>

namespace whittle::transform {
namespace {

std::string Refusal(std::string_view query) {
  Transform::Params params;
  const auto applied = ApplyQuery(query, params);
  if (applied) return "taken";
  EXPECT_EQ(applied.error().kind, ErrorKind::kBadRequest);
  return applied.error().text;
}

Transform::Params Applied(std::string_view query) {
  Transform::Params params;
  const auto applied = ApplyQuery(query, params);
  EXPECT_TRUE(applied) << query << ": " << (applied ? "" : applied.error().text);
  return params;
}

TEST(ApplyQuery, SaysNothingWhenEmpty) {
  for (const char* query : {"", "&", "&&&"}) {
    EXPECT_EQ(Applied(query), Transform::Params()) << query;
  }
}

TEST(ApplyQuery, ReadsPairsInAnyOrder) {
  const auto params = Applied("q=70&fit=cover&&flip&w=30&");
  EXPECT_EQ(params,
            (Transform::Params{.width = 30, .fit = Fit::kCover, .flip = true, .quality = 70}));
  EXPECT_EQ(Applied("w=30&flip=1&fit=cover&q=70"), params);
}

TEST(ApplyQuery, DecodesNamesAndValuesOnceAndEachByItself) {
  EXPECT_EQ(Applied("%66it=%63over").fit, Fit::kCover);
  EXPECT_EQ(Applied("position=right%20top").position, Position::kRightTop);
  EXPECT_EQ(Refusal("position=right+top"), "invalid position");
  EXPECT_EQ(Refusal("fit%3Dcover"), "unknown parameter: fit=cover");
  EXPECT_EQ(Refusal("fit=cover%26flip"), "invalid fit");
  EXPECT_EQ(Refusal("fit=%2563over"), "invalid fit");
  EXPECT_EQ(Refusal("fit=cover;flip"), "invalid fit");
  EXPECT_EQ(Refusal("fit=cover=cover"), "invalid fit");
  EXPECT_EQ(Refusal("q=%38%30%00"), "invalid quality");
  EXPECT_EQ(Refusal("q=%3"), "invalid quality");
}

TEST(ApplyQuery, NamesWhatItDoesNotKnow) {
  EXPECT_EQ(Refusal("v=2"), "unknown parameter: v");
  EXPECT_EQ(Refusal("Width=2"), "unknown parameter: Width");
  EXPECT_EQ(Refusal("q=80&fitt=cover"), "unknown parameter: fitt");
  EXPECT_EQ(Refusal("=2"), "unknown parameter: ");
  EXPECT_EQ(Refusal("%zz=2"), "unknown parameter: %zz");
  EXPECT_EQ(Refusal("a%0d%0aSet-Cookie:x=1"), "unknown parameter: a??Set-Cookie:x");
  EXPECT_EQ(Refusal("gr%C3%BCn\x80\x7F=1"), "unknown parameter: gr??n??");
  EXPECT_EQ(Refusal(std::string(5000, 'a') + "=1"), "unknown parameter: " + std::string(40, 'a'));
}

TEST(ApplyQuery, RefusesAParameterThatIsSaidTwice) {
  EXPECT_EQ(Refusal("q=80&q=80"), "repeated quality");
  EXPECT_EQ(Refusal("flip&fit=cover&%66lip"), "repeated flip");
  EXPECT_EQ(Refusal("w=1&width=2"), "repeated width");
}

TEST(ApplyQuery, IsBounded) {
  std::string query;
  for (std::size_t i = 0; i < 8000; ++i) query += '&';
  EXPECT_EQ(Refusal(query), "taken");
  EXPECT_EQ(Refusal(query + "q=80"), "taken");
  EXPECT_EQ(Refusal("crop=" + std::string(8000, ',')), "invalid crop");
  EXPECT_EQ(Refusal("q=" + std::string(8000, '9')), "invalid quality");
  EXPECT_EQ(Refusal("q=1e" + std::string(8000, '9')), "invalid quality");
}

}  // namespace
}  // namespace whittle::transform
