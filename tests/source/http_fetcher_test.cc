#include "source/http_fetcher.h"

#include <gtest/gtest.h>

#include <atomic>
#include <future>
#include <mutex>
#include <thread>
#include <vector>

#include "source/store_parts.h"
#include "source/url_rules.h"
#include "tests/support/coroutines.h"
#include "tests/support/corpus.h"
#include "tests/support/origin.h"

namespace whittle::source {
namespace {

using std::chrono::milliseconds;
using test::Origin;

constexpr HttpDeadlines kLong = {.connect = std::chrono::minutes(5),
                                 .tls = std::chrono::minutes(5),
                                 .first_byte = std::chrono::minutes(5),
                                 .whole = std::chrono::minutes(5),
                                 .floor = 0,
                                 .room = std::chrono::minutes(5)};

// 127.0.0.2 stands for the Internet, and 127.0.0.1 for the private network.
bool IsInternet(const Address& address) { return address.ToText() == "127.0.0.2"; }

HttpClient::Options Guarded() {
  HttpClient::Options options;
  options.transfer.may_connect = &IsInternet;
  options.resolver.lookup = [](const std::string& name) -> Expected<Addresses> {
    return Addresses{*Address::Parse(name == "public.example" ? "127.0.0.2" : "127.0.0.1")};
  };
  return options;
}

class HttpFetcherTest : public ::testing::Test {
 protected:
  /// For an origin of the operator's.
  HttpFetcher::Options Fixed() {
    return {.name = "shop",
            .client = &client_,
            .guarded = &guarded_,
            .hosts = &hosts_,
            .memory = &memory_,
            .deadlines = kLong,
            .retry_pause = milliseconds(1),
            .absent_for = milliseconds(0),
            .on_fetch = [this](const FetchReport& report) {
              const std::lock_guard lock(mutex_);  // fetches may end on several threads
              reports_.push_back(report);
              outcomes_ += std::string(report.outcome) + " ";
            }};
  }
  /// For strangers' URLs.
  HttpFetcher::Options Free() {
    HttpFetcher::Options options = Fixed();
    options.client = &guarded_;
    options.may_fetch = [](const Url&) { return true; };
    return options;
  }

  Expected<HttpAnswer> Fetch(HttpFetcher& fetcher, const std::string& url,
                             HttpFields conditions = {}) {
    return loop_.Run(fetcher.Fetch(*Url::Parse(url), std::move(conditions), {}));
  }
  static std::string Text(const Expected<HttpAnswer>& answer) {
    if (!answer) return std::string(Name(answer.error().kind));
    return std::to_string(answer->status) + " " + std::string(AsText(answer->body.view()));
  }

  async::Budget budget_{64ULL << 20, 16ULL << 20};
  Memory memory_{budget_};
  test::Loop loop_;
  HttpClient client_{{}};
  HttpClient guarded_{Guarded()};
  Hosts hosts_{{.slots = 64, .per_host = 32}};
  std::mutex mutex_;
  std::vector<FetchReport> reports_;
  std::string outcomes_;
};

TEST_F(HttpFetcherTest, StatusesMeanWhatTheyDo) {
  Origin origin(
      [](const Origin::Request& request, Origin::Connection& c) {
        c.Answer(request.target.substr(1) + " X", "text", "Retry-After: 7\r\n");
      },
      nullptr, "127.0.0.2");
  HttpFetcher fixed(Fixed());
  HttpFetcher free(Free());
  struct Row {
    int status;
    const char* fixed;
    const char* free;
  };
  constexpr Row kRows[] = {
      {200, "200 text", "200 text"},     {201, "Upstream", "Upstream"},
      {206, "Upstream", "Upstream"},     {300, "Upstream", "Upstream"},
      {400, "BadRequest", "BadRequest"}, {401, "Unreadable", "Forbidden"},
      {402, "Upstream", "Upstream"},     {403, "Unreadable", "Forbidden"},
      {404, "NotFound", "NotFound"},     {405, "Upstream", "Upstream"},
      {410, "NotFound", "NotFound"},     {414, "BadRequest", "BadRequest"},
      {416, "Upstream", "Upstream"},     {429, "Overloaded", "Overloaded"},
      {451, "Upstream", "Upstream"},     {500, "Upstream", "Upstream"},
      {501, "Upstream", "Upstream"},     {503, "Overloaded", "Overloaded"},
      {599, "Upstream", "Upstream"},
  };
  for (const Row& row : kRows) {
    const std::string url = origin.Url("/" + std::to_string(row.status), "127.0.0.2");
    const auto answer = Fetch(fixed, url);
    EXPECT_EQ(Text(answer), row.fixed) << row.status;
    EXPECT_EQ(Text(Fetch(free, url)), row.free) << row.status;
    if (answer) continue;
    EXPECT_EQ(answer.error().retry_after, row.status == 429 || row.status == 503 ? 7U : 0U);
    EXPECT_TRUE(answer.error().detail.starts_with("shop: http://127.0.0.2:"))
        << answer.error().detail;
    EXPECT_TRUE(answer.error().detail.contains("status " + std::to_string(row.status)));
  }
}

TEST_F(HttpFetcherTest, NothingHasChangedOnlyForThoseWhoAsked) {
  Origin origin([](const Origin::Request& request, Origin::Connection& c) {
    EXPECT_EQ(request.Field("x-key"), "1");
    const bool same = request.Field("if-none-match") == "\"a\"" || request.target == "/unasked";
    if (!same) return void(c.Answer("200 OK", "new"));
    c.Send("HTTP/1.1 304 Not Modified\r\n\r\n");
  });
  auto options = Fixed();
  options.fields = {{"X-Key", "1"}};
  HttpFetcher fetcher(options);
  EXPECT_EQ(Text(Fetch(fetcher, origin.Url("/"), {{"If-None-Match", "\"a\""}})), "304 ");
  EXPECT_EQ(Text(Fetch(fetcher, origin.Url("/"), {{"If-None-Match", "\"b\""}})), "200 new");
  EXPECT_EQ(Text(Fetch(fetcher, origin.Url("/unasked"))), "Upstream");
  EXPECT_EQ(outcomes_, "not_modified ok error ");
}

// ---- Tries --------------------------------------------------------------------------------------

TEST_F(HttpFetcherTest, AConnectionThatFailedBeforeAByteIsTriedOnceMore) {
  std::atomic<int> asked = 0;
  Origin origin([&](const Origin::Request& request, Origin::Connection& c) {
    if (request.target == "/always" || ++asked == 1) return c.Reset();
    c.Answer("200 OK", "x");
  });
  HttpFetcher fetcher(Fixed());
  EXPECT_EQ(Text(Fetch(fetcher, origin.Url("/once"))), "200 x");
  EXPECT_EQ(origin.requests(), 2);
  EXPECT_EQ(Text(Fetch(fetcher, origin.Url("/always"))), "Upstream");
  EXPECT_EQ(reports_.at(0).retries, 1);
  EXPECT_EQ(reports_.at(1).retries, 1);
}

TEST_F(HttpFetcherTest, WhatHasBegunIsNotTriedAgain) {
  Origin origin([](const Origin::Request& request, Origin::Connection& c) {
    if (request.target == "/short") c.Send("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nabc");
    if (request.target == "/head") c.Send("HTTP/1.1 200");
    if (request.target == "/500") c.Answer("500 X", "");
    if (request.target == "/503") c.Answer("503 X", "");
    c.Close();
  });
  HttpFetcher fetcher(Fixed());
  for (const char* path : {"/short", "/500", "/503"}) {
    EXPECT_FALSE(Fetch(fetcher, origin.Url(path)));
  }
  EXPECT_EQ(origin.requests(), 3);
  EXPECT_EQ(outcomes_, "error error busy ");
}

TEST_F(HttpFetcherTest, ADeadlineIsNotTriedAgain) {
  Origin origin([](const Origin::Request&, Origin::Connection& c) { c.Hang(); });
  auto options = Fixed();
  options.deadlines.first_byte = milliseconds(30);
  HttpFetcher fetcher(options);
  EXPECT_EQ(Text(Fetch(fetcher, origin.Url("/"))), "UpstreamTimeout");
  EXPECT_EQ(origin.requests(), 1);
  EXPECT_EQ(outcomes_, "timeout ");
}

TEST_F(HttpFetcherTest, AllTriesAndRedirectsHaveOneEnd) {
  Origin origin([](const Origin::Request& request, Origin::Connection& c) {
    if (request.target == "/") return void(c.Answer("302 X", "", "Location: /2\r\n"));
    c.Hang();
  });
  auto options = Fixed();
  options.deadlines.whole = milliseconds(50);
  HttpFetcher fetcher(options);
  EXPECT_EQ(Text(Fetch(fetcher, origin.Url("/"))), "UpstreamTimeout");
  EXPECT_EQ(origin.requests(), 2);
}

// ---- Redirects ----------------------------------------------------------------------------------

TEST_F(HttpFetcherTest, ThreeRedirectsAreFollowed) {
  Origin origin([](const Origin::Request& request, Origin::Connection& c) {
    const int left = std::stoi(request.target.substr(request.target.rfind('/') + 1));
    if (left == 0) return void(c.Answer("200 OK", "there"));
    static constexpr const char* kStatuses[] = {"301 X", "302 X", "303 X", "307 X", "308 X"};
    c.Answer(kStatuses[left % 5], "", "Location: " + std::to_string(left - 1) + "\r\n");
  });
  HttpFetcher fetcher(Fixed());
  EXPECT_EQ(Text(Fetch(fetcher, origin.Url("/a/3"))), "200 there");
  EXPECT_EQ(reports_.at(0).redirects, 3);
  EXPECT_EQ(origin.requests(), 4);
  EXPECT_EQ(Text(Fetch(fetcher, origin.Url("/a/4"))), "Upstream");
  EXPECT_EQ(origin.requests(), 8) << "a loop, too, ends after four";
}

TEST_F(HttpFetcherTest, RedirectsToNowhereFail) {
  Origin origin([](const Origin::Request& request, Origin::Connection& c) {
    const std::string where = request.target == "/file"   ? "Location: file:///etc/passwd\r\n"
                              : request.target == "/user" ? "Location: http://a@127.0.0.2/\r\n"
                              : request.target == "/gopher"
                                  ? "Location: gopher://127.0.0.1:6379/_x\r\n"
                                  : "";
    c.Answer("302 X", "", where);
  });
  HttpFetcher fetcher(Fixed());
  for (const char* path : {"/file", "/user", "/gopher", "/none"}) {
    EXPECT_EQ(Text(Fetch(fetcher, origin.Url(path))), "Upstream") << path;
  }
}

TEST_F(HttpFetcherTest, OtherHostsGetNoCredentialsAndAreAskedAsStrangers) {
  Origin::Request asked;
  Origin other(
      [&](const Origin::Request& request, Origin::Connection& c) {
        asked = request;
        c.Answer("200 OK", "elsewhere");
      },
      nullptr, "127.0.0.2");
  Origin hidden(
      [](const Origin::Request&, Origin::Connection& c) { c.Answer("200 OK", "secret"); });
  Origin origin([&](const Origin::Request& request, Origin::Connection& c) {
    EXPECT_EQ(request.Field("authorization"), "secret");
    c.Answer("302 X", "",
             "Location: " +
                 (request.target == "/other" ? other.Url("/x", "127.0.0.2") : hidden.Url("/")) +
                 "\r\n");
  });
  auto options = Fixed();
  options.fields = {{"Authorization", "secret"}, {"X-Key", "1"}};
  HttpFetcher fetcher(options);
  EXPECT_EQ(Text(Fetch(fetcher, origin.Url("/other"), {{"If-None-Match", "\"a\""}})),
            "200 elsewhere");
  EXPECT_EQ(asked.Field("authorization"), "(none)");
  EXPECT_EQ(asked.Field("x-key"), "(none)");
  EXPECT_EQ(asked.Field("if-none-match"), "\"a\"");
  EXPECT_EQ(Text(Fetch(fetcher, origin.Url("/hidden"))), "Forbidden");
  EXPECT_EQ(hidden.connections(), 0);
  options.guarded = nullptr;
  HttpFetcher alone(options);
  EXPECT_EQ(Text(Fetch(alone, origin.Url("/other"))), "Upstream");
}

TEST_F(HttpFetcherTest, FromHttpsToHttpNobodyGoes) {
  const auto certificate = test::TestCertificate::Make();
  Origin plain([](const Origin::Request&, Origin::Connection& c) { c.Answer("200 OK", "x"); });
  Origin origin(
      [&](const Origin::Request&, Origin::Connection& c) {
        c.Answer("302 X", "", "Location: " + plain.Url("/") + "\r\n");
      },
      &certificate);
  const test::TempDir dir;
  test::WriteFile(dir.path() / "ca.pem", AsBytes(certificate.certificate));
  HttpClient::Options with_ca;
  with_ca.transfer.ca_file = dir.path() / "ca.pem";
  HttpClient client(with_ca);
  auto options = Fixed();
  options.client = &client;
  options.guarded = &client;
  HttpFetcher fetcher(options);
  EXPECT_EQ(Text(Fetch(fetcher, origin.Url("/"))), "Upstream");
  EXPECT_EQ(origin.requests(), 1);
  EXPECT_EQ(plain.connections(), 0);
}

TEST_F(HttpFetcherTest, StrangersUrlsAreJudgedAtEachHop) {
  Origin hidden(
      [](const Origin::Request&, Origin::Connection& c) { c.Answer("200 OK", "secret"); });
  Origin origin(
      [&](const Origin::Request& request, Origin::Connection& c) {
        if (request.target == "/ok/a") return void(c.Answer("200 OK", "public"));
        const std::string to = request.target == "/ok/hidden"     ? hidden.Url("/ok/x")
                               : request.target == "/ok/metadata" ? "http://169.254.169.254/ok/x"
                               : request.target == "/ok/name"
                                   ? hidden.Url("/ok/x", "rebound.example")
                               : request.target == "/ok/back" ? "/ok/a"
                                                              : "/secret";
        c.Answer("302 X", "", "Location: " + to + "\r\n");
      },
      nullptr, "127.0.0.2");
  auto options = Free();
  options.may_fetch = [](const Url& url) { return url.path.starts_with("/ok/"); };
  HttpFetcher fetcher(options);
  EXPECT_EQ(Text(Fetch(fetcher, origin.Url("/ok/back", "public.example"))), "200 public");
  EXPECT_EQ(origin.requests(), 2);
  for (const char* path : {"/ok/hidden", "/ok/metadata", "/ok/name", "/ok/secret"}) {
    const auto answer = Fetch(fetcher, origin.Url(path, "public.example"));
    ASSERT_EQ(Text(answer), "Forbidden") << path;
    EXPECT_EQ(answer.error().text, "this URL may not be fetched");
  }
  EXPECT_EQ(origin.requests(), 6) << "none of them at /secret";
  EXPECT_EQ(Text(Fetch(fetcher, origin.Url("/other", "public.example"))), "Forbidden");
  EXPECT_EQ(Text(Fetch(fetcher, hidden.Url("/ok/x"))), "Forbidden");
  EXPECT_EQ(origin.requests(), 6);
  EXPECT_EQ(hidden.connections(), 0);
}

// ---- Credentials --------------------------------------------------------------------------------

class TestAuthorizer final : public Authorizer {
 public:
  async::Awaitable<Expected<void>> Authorize(HttpRequest& request, Wait) override {
    if (fails) co_return Fail(ErrorKind::kUpstreamTimeout, "no token");
    request.fields.emplace_back("Authorization", "token " + std::to_string(token));
    ++asked;
    co_return Expected<void>();
  }
  bool Refused(const HttpRequest& request, const HttpResponse& answer) override {
    EXPECT_EQ(request.fields.back().second, "token " + std::to_string(token));
    refused += std::to_string(answer.status) + " " + answer.body + "; ";
    if (!renews) return false;
    ++token;
    return true;
  }
  bool fails = false;
  bool renews = true;
  int token = 1;
  int asked = 0;
  std::string refused;
};

TEST_F(HttpFetcherTest, CredentialsThatEndedAreRenewedOnce) {
  Origin origin([](const Origin::Request& request, Origin::Connection& c) {
    const bool good = request.Field("authorization") == "token 2" && request.target != "/never";
    c.Answer(good ? "200 OK" : "403 X", good ? "x" : "expired");
  });
  const auto authorizer = std::make_shared<TestAuthorizer>();
  auto options = Fixed();
  options.authorizer = authorizer;
  HttpFetcher fetcher(options);
  EXPECT_EQ(Text(Fetch(fetcher, origin.Url("/a"))), "200 x");
  EXPECT_EQ(authorizer->refused, "403 expired; ");
  EXPECT_EQ(origin.requests(), 2);
  EXPECT_EQ(Text(Fetch(fetcher, origin.Url("/never"))), "Unreadable");
  EXPECT_EQ(origin.requests(), 4) << "one more try, not more";
  authorizer->renews = false;
  EXPECT_EQ(Text(Fetch(fetcher, origin.Url("/never"))), "Unreadable");
  EXPECT_EQ(origin.requests(), 5);
  authorizer->fails = true;
  for (int i = 0; i < 2 * HostBreaker::kInARow; ++i) {
    EXPECT_EQ(Text(Fetch(fetcher, origin.Url("/a"))), "UpstreamTimeout");
  }
  EXPECT_EQ(origin.requests(), 5);
  EXPECT_TRUE(fetcher.healthy(*Url::Parse(origin.Url("/")))) << "it is not the store that fails";
}

TEST_F(HttpFetcherTest, AStoreThatIsBusyIsAskedOnceMore) {
  std::atomic<int> asked = 0;
  Origin origin([&](const Origin::Request& request, Origin::Connection& c) {
    if (request.target == "/broken") return void(c.Answer(++asked == 3 ? "500 X" : "200 OK", "x"));
    if (request.target == "/unable") return void(c.Answer("501 X", ""));
    if (request.target == "/later") return void(c.Answer("503 X", "", "Retry-After: 60\r\n"));
    if (request.target == "/never" || ++asked == 1) {
      return void(c.Answer("503 SlowDown", "", "Retry-After: 0\r\n"));
    }
    c.Answer("200 OK", "x");
  });
  auto options = Fixed();
  options.authorizer = std::make_shared<TestAuthorizer>();
  options.refusal_of = [](const HttpResponse& answer) {
    return RefusalOf(answer, {}, {}, "the store", std::chrono::system_clock::now());
  };
  HttpFetcher fetcher(options);
  EXPECT_EQ(Text(Fetch(fetcher, origin.Url("/once"))), "200 x");
  EXPECT_EQ(origin.requests(), 2);
  EXPECT_EQ(Text(Fetch(fetcher, origin.Url("/never"))), "Overloaded");
  EXPECT_EQ(origin.requests(), 4);
  const auto later = Fetch(fetcher, origin.Url("/later"));
  EXPECT_EQ(Text(later), "Overloaded");
  EXPECT_EQ(later.error().retry_after, 60U);
  EXPECT_EQ(origin.requests(), 5) << "nobody waits for a minute";
  EXPECT_EQ(Text(Fetch(fetcher, origin.Url("/broken"))), "200 x");
  EXPECT_EQ(origin.requests(), 7);
  EXPECT_EQ(Text(Fetch(fetcher, origin.Url("/unable"))), "Upstream");
  EXPECT_EQ(origin.requests(), 8) << "it will not pass";
}

// ---- Hosts --------------------------------------------------------------------------------------

TEST_F(HttpFetcherTest, AHostThatFailsIsLeftAlone) {
  Origin bad([](const Origin::Request&, Origin::Connection& c) { c.Answer("500 X", ""); });
  Origin good([](const Origin::Request&, Origin::Connection& c) { c.Answer("200 OK", "x"); });
  HttpFetcher fetcher(Fixed());
  const auto url = *Url::Parse(bad.Url("/"));
  for (int i = 0; i < 8; ++i) {
    EXPECT_EQ(fetcher.healthy(url), i < HostBreaker::kInARow);
    EXPECT_EQ(Text(Fetch(fetcher, bad.Url("/"))), "Upstream");
  }
  EXPECT_EQ(bad.requests(), HostBreaker::kInARow);
  EXPECT_EQ(Text(Fetch(fetcher, good.Url("/"))), "200 x");
}

TEST_F(HttpFetcherTest, WhatIsMissingOrBusyIsNoFailure) {
  Origin origin([](const Origin::Request& request, Origin::Connection& c) {
    c.Answer(request.target.substr(1) + " X", "");
  });
  HttpFetcher fetcher(Fixed());
  for (int i = 0; i < 30; ++i) {
    EXPECT_FALSE(Fetch(fetcher, origin.Url(i % 3 == 0 ? "/404" : i % 3 == 1 ? "/503" : "/403")));
  }
  EXPECT_EQ(origin.requests(), 30);
}

TEST_F(HttpFetcherTest, AHungHostHoldsItsOwnSlotsOnly) {
  Origin hung([](const Origin::Request&, Origin::Connection& c) { c.Hang(); });
  Origin quick([](const Origin::Request&, Origin::Connection& c) { c.Answer("200 OK", "x"); });
  Hosts hosts({.slots = 3, .per_host = 2});
  auto options = Fixed();
  options.hosts = &hosts;
  HttpFetcher fetcher(options);
  std::stop_source stop;
  std::vector<std::future<Expected<HttpAnswer>>> held;
  for (int i = 0; i < 20; ++i) {
    held.push_back(loop_.Start(
        fetcher.Fetch(*Url::Parse(hung.Url("/")), {}, {async::kNever, stop.get_token()})));
  }
  while (hosts.stats().waiting != 18) std::this_thread::yield();
  for (int i = 0; i < 5; ++i) EXPECT_EQ(Text(Fetch(fetcher, quick.Url("/"))), "200 x");
  const auto late =
      loop_.Run(fetcher.Fetch(*Url::Parse(hung.Url("/")), {}, {async::Clock::now(), {}}));
  EXPECT_EQ(Text(late), "Overloaded");
  stop.request_stop();
  for (auto& one : held) EXPECT_EQ(Text(one.get()), "Cancelled");
  EXPECT_TRUE(hung.BecomesIdle());
  EXPECT_EQ(hosts.stats().in_use, 0);
  EXPECT_EQ(hosts.stats().open, 0) << "who left has seen nothing";
}

TEST_F(HttpFetcherTest, WhatIsNotThereIsNotAskedForAtOnce) {
  Origin origin([](const Origin::Request& request, Origin::Connection& c) {
    c.Answer(request.target == "/404" ? "404 X" : "403 X", "");
  });
  auto options = Fixed();
  options.absent_for = std::chrono::hours(1);
  HttpFetcher fetcher(options);
  for (int i = 0; i < 3; ++i) EXPECT_EQ(Text(Fetch(fetcher, origin.Url("/404"))), "NotFound");
  EXPECT_EQ(origin.requests(), 1);
  for (int i = 0; i < 3; ++i) EXPECT_EQ(Text(Fetch(fetcher, origin.Url("/403"))), "Unreadable");
  EXPECT_EQ(origin.requests(), 4);
  options.absent_for = milliseconds(0);
  HttpFetcher eager(options);
  for (int i = 0; i < 3; ++i) EXPECT_EQ(Text(Fetch(eager, origin.Url("/404"))), "NotFound");
  EXPECT_EQ(origin.requests(), 7);
}

TEST_F(HttpFetcherTest, ReportsSayWhatAFetchCost) {
  Origin origin([](const Origin::Request&, Origin::Connection& c) {
    c.Answer("200 OK", std::string(1000, 'x'));
  });
  HttpFetcher fetcher(Fixed());
  ASSERT_TRUE(Fetch(fetcher, origin.Url("/")));
  FetchReport report = reports_.at(0);
  EXPECT_EQ(report.source, "shop");
  EXPECT_EQ(report.retries, 0);
  EXPECT_EQ(report.redirects, 0);
  EXPECT_EQ(report.bytes, 1000U);
  EXPECT_GT(report.times[HttpPhase::kConnect].count(), 0);
  EXPECT_EQ(report.times[HttpPhase::kTls].count(), 0);
}

}  // namespace
}  // namespace whittle::source
