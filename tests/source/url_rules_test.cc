#include "source/url_rules.h"

#include <gtest/gtest.h>

#include <chrono>
#include <string>

namespace whittle::source {
namespace {

bool Allows(std::string_view list, std::string_view text) {
  const auto rules = UrlRules::Parse(list);
  const auto url = Url::Parse(text);
  EXPECT_TRUE(rules) << list << ": " << rules.error().text;
  EXPECT_TRUE(url) << text << ": " << url.error().text;
  return rules && url && rules->Allows(*url);
}

struct Row {
  std::string_view list;
  std::string_view url;
  bool allowed;
};

constexpr Row kRows[] = {
    {"", "http://a.example/", false},
    {"a.example", "http://a.example/x", true},
    {"a.example", "https://a.example/x", true},
    {"a.example", "https://A.EXAMPLE./x", true},
    {"a.example", "http://a.example:8080/", false},
    {"a.example", "http://b.a.example/", false},
    {"a.example", "http://a.example.evil/", false},
    {"a.example", "http://xa.example/", false},
    {"b.example,a.example", "http://a.example/", true},
    {" b.example \t a.example\n", "http://a.example/", true},
    // globs
    {"*", "http://anything.example/", true},
    {"*", "http://8.8.8.8/", true},
    {"*", "http://a.example:8080/", false},
    {"*:8080", "http://a.example:8080/", true},
    {"*.example", "http://a.example/", true},
    {"*.example", "http://b.a.example/", false},
    {"*.example", "http://example/", false},
    {"*.*.example", "http://b.a.example/", true},
    {"cdn*.example", "http://cdn.example/", true},
    {"cdn*.example", "http://cdn12.example/", true},
    {"cdn*.example", "http://cdn.evil.example/", false},
    {"c*d*e.example", "http://cxdydze.example/", true},
    {"c*d*e.example", "http://cxdydz.example/", false},
    {"*a", "http://ba/", true},
    {"*a", "http://bab/", false},
    // sub-domains
    {".example.com", "http://a.example.com/", true},
    {".example.com", "http://b.a.example.com/", true},
    {".example.com", "http://example.com/", false},
    {".example.com", "http://evilexample.com/", false},
    {".example.com", "http://example.com.evil/", false},
    {".0.0.1", "http://127.0.0.1/", false},
    // scheme and port
    {"https://a.example", "https://a.example/", true},
    {"https://a.example", "http://a.example/", false},
    {"http://a.example", "https://a.example/", false},
    {"a.example:8443", "https://a.example:8443/", true},
    {"a.example:8443", "https://a.example/", false},
    {"https://a.example:443", "https://a.example/", true},
    {"[2606:4700::1]:8080", "http://[2606:4700:0::1]:8080/", true},
    {"[2606:4700::1]", "http://[2606:4700::1]/", true},
    // paths
    {"a.example/media", "http://a.example/media", true},
    {"a.example/media", "http://a.example/media/x.jpg", true},
    {"a.example/media", "http://a.example/media-old/x.jpg", false},
    {"a.example/media/", "http://a.example/media/x.jpg", true},
    {"a.example/media/", "http://a.example/media", false},
    {"a.example/media/", "http://a.example/medi", false},
    {"a.example/media/", "http://a.example/", false},
    {"a.example/media/", "http://a.example/media/../secret", false},
    {"a.example/media/", "http://a.example/media/%2e%2e/secret", false},
    {"a.example/media/", "http://a.example/media/..%2Fsecret", false},
    {"a.example/media/", "http://a.example/media/%5c..%5csecret", false},
    {"a.example/media/", "http://a.example/media/x%2F.", false},
    {"a.example/media/", "http://a.example/media/x%2Fy..%2F.z", true},
    {"a.example/", "http://a.example/x", true},
    // patterns
    {"re:https://cdn[0-9]+\\.example/.*", "https://cdn7.example/a", true},
    {"re:https://cdn[0-9]+\\.example/.*", "https://cdn.example/a", false},
    {"re:https://cdn[0-9]+\\.example/", "https://cdn7.example/a", false},
    {"re:cdn", "https://cdn7.example/a", false},
    {"re:https://[a-z]{1,3}\\.example/.* b.example", "https://abc.example/x", true},
    {"re:https://[a-z]{1,3}\\.example/.* b.example", "http://b.example/x", true},
    {"b.example,re:http://c/,d", "http://c/,d", true},
};

TEST(UrlRules, AllowWhatTheyName) {
  for (const Row& row : kRows) {
    EXPECT_EQ(Allows(row.list, row.url), row.allowed) << row.list << " " << row.url;
  }
}

TEST(UrlRules, SayWhatIsWrongWithAnEntry) {
  constexpr std::pair<std::string_view, std::string_view> kBad[] = {
      {"ftp://a", "'ftp://a': the scheme"},
      {"a b.example:0", "'b.example:0': the port"},
      {"a:99999", "the port"},
      {"https://", "the host is empty"},
      {".", "the host is empty"},
      {"A.example", "lower-case"},
      {"user@a", "lower-case"},
      {"a?b", "lower-case"},
      {"a/media/../x", "the path is written /x here"},
      {"a/%6dedia", "the path is written /media here"},
      {"a/b?c", "the path is written"},
      {"re:[", "missing ]"},
      {"re:(a){1,1000}{1,1000}", "'re:"},
  };
  for (const auto& [list, text] : kBad) {
    const auto rules = UrlRules::Parse(list);
    ASSERT_FALSE(rules) << list;
    EXPECT_TRUE(rules.error().text.contains(text)) << rules.error().text;
  }
}

TEST(UrlRules, AreLimitedInNumberAndLength) {
  std::string list;
  for (std::size_t i = 0; i < UrlRules::kMaxRules; ++i) list += "a" + std::to_string(i) + " ";
  EXPECT_TRUE(UrlRules::Parse(list));
  EXPECT_FALSE(UrlRules::Parse(list + "b"));
  std::string rule(UrlRules::kMaxRuleBytes, 'a');
  EXPECT_TRUE(UrlRules::Parse(rule));
  EXPECT_FALSE(UrlRules::Parse(rule + "a"));
  EXPECT_TRUE(UrlRules::Parse("")->empty());
}

// A pattern and a glob that take a backtracking matcher longer than the world lasts.
TEST(UrlRules, NoPatternIsCatastrophic) {
  const std::string many(4000, 'a');
  const auto began = std::chrono::steady_clock::now();
  EXPECT_FALSE(Allows("re:http://(a+)+/(a+)+(a|aa)*b", "http://a/" + many));
  EXPECT_FALSE(Allows("a*a*a*a*a*a*a*a*a*a*b", "http://" + many.substr(0, 63)));
  EXPECT_LT(std::chrono::steady_clock::now() - began, std::chrono::seconds(10));
}

}  // namespace
}  // namespace whittle::source
