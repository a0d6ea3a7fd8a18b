#include "source/http.h"

#include <gtest/gtest.h>

#include "source/free_url.h"
#include "tests/support/coroutines.h"
#include "tests/support/origin.h"

namespace whittle::source {
namespace {

using test::Origin;

// 127.0.0.2 stands for the Internet, and 127.0.0.1 for the private network.
HttpClient::Options Guarded() {
  HttpClient::Options options;
  options.transfer.may_connect = [](const Address& a) { return a.ToText() == "127.0.0.2"; };
  return options;
}

class HttpSourceTest : public ::testing::Test {
 protected:
  HttpSourceOptions Options() {
    return {.fetch = {.name = "shop",
                      .client = &client_,
                      .guarded = &guarded_,
                      .hosts = &hosts_,
                      .memory = &memory_}};
  }
  std::unique_ptr<Source> Make(const std::string& location) {
    const HttpSourceOptions http = Options();
    auto source = MakeSource({.location = location, .memory = &memory_, .http = &http});
    EXPECT_TRUE(source) << source.error().text;
    return *std::move(source);
  }
  Expected<Found> Fetch(Source& source, const std::string& path, const std::string& known = {}) {
    return loop_.Run(source.Fetch({.path = path}, {known}, {}));
  }
  static std::string Text(const Expected<Found>& found) {
    if (!found) return std::string(Name(found.error().kind));
    const auto* fetched = std::get_if<Fetched>(&found->what);
    return fetched != nullptr ? std::string(AsText(fetched->bytes.view())) : "not modified";
  }

  async::Budget budget_{64ULL << 20, 16ULL << 20};
  Memory memory_{budget_};
  test::Loop loop_;
  HttpClient client_{{}};
  HttpClient guarded_{Guarded()};
  Hosts hosts_{{}};
};

TEST_F(HttpSourceTest, PathsAreBelowThePrefix) {
  std::string target;
  Origin origin([&](const Origin::Request& request, Origin::Connection& c) {
    target = request.target;
    c.Answer("200 OK", "picture");
  });
  for (const char* prefix : {"", "/"}) {
    EXPECT_EQ(Text(Fetch(*Make(origin.Url(prefix)), "a.jpg")), "picture");
    EXPECT_EQ(target, "/a.jpg");
  }
  for (const char* prefix : {"/media%20x", "/media%20x/"}) {
    EXPECT_EQ(Text(Fetch(*Make(origin.Url(prefix)), "a b/\xC3\xBC+%?#.jpg")), "picture");
    EXPECT_EQ(target, "/media%20x/a%20b/%C3%BC+%25%3F%23.jpg");
  }
  EXPECT_EQ(Text(Fetch(*Make(origin.Url("/m")), "http://127.0.0.1/x")), "picture");
  EXPECT_EQ(target, "/m/http://127.0.0.1/x") << "a path is never a host";
}

TEST_F(HttpSourceTest, LocationsThatAreNoneAreRefused) {
  for (const char* location :
       {"http://", "http://u@h/", "http://h/?q", "http://h/#f", "https://h:0/"}) {
    EXPECT_FALSE(MakeHttpSource(location, Options())) << location;
  }
  EXPECT_FALSE(MakeSource({.location = "http://h/"})) << "where nothing is fetched over HTTP";
}

TEST_F(HttpSourceTest, WhatTheOriginSaysOfItsAnswerIsPassedOn) {
  Origin origin([](const Origin::Request& request, Origin::Connection& c) {
    const std::string fresh = "Cache-Control: max-age=60\r\n";
    if (request.Field("if-none-match") == "\"a\"") {
      return void(c.Send("HTTP/1.1 304 Not Modified\r\n" + fresh + "\r\n"));
    }
    c.Answer("200 OK", "picture",
             fresh + "ETag: \"a\"\r\nLast-Modified: Tue, 14 Nov 2023 22:13:20 GMT\r\n");
  });
  const auto source = Make(origin.Url("/"));
  const auto found = Fetch(*source, "a.jpg");
  ASSERT_TRUE(found);
  const auto* fetched = std::get_if<Fetched>(&found->what);
  ASSERT_NE(fetched, nullptr);
  EXPECT_EQ(fetched->hash, HashOf(AsBytes("picture")));
  EXPECT_EQ(fetched->modified, 1'700'000'000);
  EXPECT_EQ(fetched->validator.text, "\"a\"");
  EXPECT_EQ(found->fresh_for, std::chrono::seconds(60));
  EXPECT_EQ(found->caching->max_age, 60U);
  const auto again = Fetch(*source, "a.jpg", fetched->validator.text);
  EXPECT_EQ(Text(again), "not modified");
  EXPECT_EQ(again->fresh_for, std::chrono::seconds(60));
  EXPECT_EQ(Text(Fetch(*source, "a.jpg", "\"b\"")), "picture");
}

TEST_F(HttpSourceTest, TheCapIsTheSources) {
  Origin origin([](const Origin::Request&, Origin::Connection& c) { c.Answer("200 OK", "12345"); });
  const HttpSourceOptions http = Options();
  for (const std::uint64_t most : {4U, 5U}) {
    const auto source = MakeSource(
        {.location = origin.Url("/"), .max_bytes = most, .memory = &memory_, .http = &http});
    EXPECT_EQ(Text(Fetch(**source, "a")), most == 5 ? "12345" : "TooLarge");
  }
}

TEST_F(HttpSourceTest, ASourceIsUnwellWhileItsHostIsLeftAlone) {
  Origin origin([](const Origin::Request&, Origin::Connection& c) { c.Answer("500 X", ""); });
  const auto source = Make(origin.Url("/"));
  EXPECT_TRUE(source->healthy());
  for (int i = 0; i < HostBreaker::kInARow; ++i) EXPECT_EQ(Text(Fetch(*source, "a")), "Upstream");
  EXPECT_FALSE(source->healthy());
  EXPECT_EQ(source->load().slots, Hosts::Options().slots);
  EXPECT_EQ(source->load().in_use, 0);
}

class FreeUrlTest : public HttpSourceTest {
 protected:
  std::unique_ptr<Source> Make(std::optional<std::string> list) {
    std::optional<UrlRules> rules;
    if (list) rules = *UrlRules::Parse(*list);
    auto options = Options().fetch;
    options.client = &guarded_;
    options.fields = {{"Authorization", "of our own origin"}};
    return MakeFreeUrlSource(std::move(rules), std::move(options));
  }
  std::string Port() const { return std::to_string(hidden_.port()); }

  Origin hidden_{
      [](const Origin::Request&, Origin::Connection& c) { c.Answer("200 OK", "secret"); }};
  Origin internet_{[](const Origin::Request& request, Origin::Connection& c) {
                     EXPECT_EQ(request.Field("authorization"), "(none)");
                     c.Answer("200 OK", "public", "ETag: \"a\"\r\n");
                   },
                   nullptr, "127.0.0.2"};
};

TEST_F(FreeUrlTest, OnlyWhatTheRulesAllowIsFetched) {
  const auto source = Make("127.0.0.2:" + std::to_string(internet_.port()) + "/a");
  const auto found = Fetch(*source, internet_.Url("/a/b.jpg", "127.0.0.2"));
  EXPECT_EQ(Text(found), "public");
  EXPECT_EQ(std::get<Fetched>(found->what).validator.text, "\"a\"");
  for (const std::string& url :
       {internet_.Url("/b.jpg", "127.0.0.2"), internet_.Url("/a/%2e%2e/b.jpg", "127.0.0.2"),
        hidden_.Url("/a/b.jpg"), hidden_.Url("/a/b.jpg", "127.0.0.2")}) {
    EXPECT_EQ(Text(Fetch(*source, url)), "Forbidden") << url;
  }
  EXPECT_EQ(Text(Fetch(*source, "a/b.jpg")), "BadRequest");
  EXPECT_EQ(internet_.requests(), 1);
  EXPECT_EQ(hidden_.connections(), 0);
}

TEST_F(FreeUrlTest, RulesDoNotOpenThePrivateNetwork) {
  const auto listed = Make("127.0.0.1:" + Port() + " re:http://.*");
  const auto signed_only = Make(std::nullopt);
  for (Source* source : {listed.get(), signed_only.get()}) {
    for (const char* host :
         {"127.0.0.1", "127.1", "0x7f000001", "localhost", "[::ffff:127.0.0.1]", "[::1]"}) {
      const auto found = Fetch(*source, hidden_.Url("/a.jpg", host));
      ASSERT_EQ(Text(found), "Forbidden") << host;
      EXPECT_EQ(found.error().text, "this URL may not be fetched");
    }
  }
  EXPECT_EQ(hidden_.connections(), 0);
  EXPECT_EQ(Text(Fetch(*signed_only, internet_.Url("/a.jpg", "127.0.0.2"))), "public");
}

TEST_F(FreeUrlTest, NoRuleAllowsNothing) {
  EXPECT_EQ(Text(Fetch(*Make(""), internet_.Url("/a.jpg", "127.0.0.2"))), "Forbidden");
  EXPECT_EQ(internet_.connections(), 0);
}

}  // namespace
}  // namespace whittle::source
