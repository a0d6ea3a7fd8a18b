// Pictures of web servers: what a client gets of an origin that serves, fails, hangs or says no.
#include <gtest/gtest.h>

#include <atomic>
#include <latch>
#include <string>
#include <vector>

#include "http/signature.h"
#include "tests/support/origin.h"
#include "tests/support/pictures.h"
#include "tests/support/server.h"

namespace whittle::test {
namespace {

class OriginsOfAServer : public ::testing::Test {
 protected:
  using Request = Origin::Request;
  using Connection = Origin::Connection;

  OriginsOfAServer() { settings_.service.cache_fresh = std::chrono::milliseconds(0); }
  void Start() { server_.emplace(settings_); }
  void StartAt(std::string location) {
    settings_.source.source = std::move(location);
    Start();
  }
  HttpResponse Get(const std::string& path) { return server_->Get("/resize/30/0/" + path); }
  static int HeightOf(const HttpResponse& response) {
    return DecodeJpeg(AsBytes(response.body)).height;
  }

  const std::string photo_ = PhotoBody(60, 20);
  app::Settings settings_ = PatientFetching();
  std::optional<TestServer> server_;
};

TEST_F(OriginsOfAServer, GiveThePicturesBelowTheirPrefix) {
  std::string target;
  Origin origin([&](const Request& request, Connection& c) {
    target = request.target + " " + request.Field("user-agent");
    c.Answer("200 OK", photo_);
  });
  settings_.source.user_agent = "shop/1.0";
  StartAt(origin.Url("/media"));
  const HttpResponse answer = Get("a%20b/c%2Bd.jpg");
  ASSERT_EQ(answer.status, 200) << answer.body;
  EXPECT_EQ(HeightOf(answer), 10);
  EXPECT_EQ(target, "/media/a%20b/c+d.jpg shop/1.0") << "a plus needs no encoding in a path";
  EXPECT_EQ(server_->Metric(R"(whittle_fetches_total{outcome="ok",source="source"})"), 1);
  EXPECT_EQ(server_->Metric(R"(whittle_fetch_bytes_total{source="source"})"), photo_.size());
  EXPECT_EQ(server_->Metric(R"(whittle_fetch_phase_seconds_count{phase="first_byte"})"), 1);
  EXPECT_EQ(server_->Metric("whittle_sources_left_alone"), 0);
  EXPECT_EQ(server_->Metric(R"(whittle_gate_capacity{gate="fetch"})"), 8) << "four per worker";
}

TEST_F(OriginsOfAServer, HaveTheirStatusesToldInOurs) {
  std::string status;
  Origin origin([&](const Request&, Connection& c) {
    c.Answer(status, "no", status.starts_with("503") ? "Retry-After: 77\r\n" : "");
  });
  StartAt(origin.Url("/"));
  const std::vector<std::pair<std::string, int>> ours = {
      {"404 Not Found", 404}, {"410 Gone", 404},   {"400 Bad Request", 400},
      {"403 Forbidden", 500}, {"500 Broken", 502}, {"503 Busy", 503}};
  for (const auto& [theirs, own] : ours) {
    status = theirs;
    const HttpResponse answer = Get("a.jpg");
    EXPECT_EQ(answer.status, own) << theirs;
    if (own == 503) EXPECT_EQ(answer.Field("Retry-After"), "77");
  }
  EXPECT_EQ(server_->Metric(R"(whittle_fetches_total{outcome="busy",source="source"})"), 1);
}

TEST_F(OriginsOfAServer, ThatHangAreGivenUp) {
  Origin origin([](const Request&, Connection& c) { c.Hang(); });
  settings_.source.fetch_first_byte_timeout = std::chrono::milliseconds(20);
  StartAt(origin.Url("/"));
  EXPECT_EQ(Get("a.jpg").status, 504);
  EXPECT_EQ(server_->Metric(R"(whittle_fetches_total{outcome="timeout",source="source"})"), 1);
}

TEST_F(OriginsOfAServer, AreAskedOnceForAllSizesOfAPicture) {
  std::latch all_wait(1);
  Origin origin([&](const Request&, Connection& c) {
    all_wait.wait();
    c.Answer("200 OK", photo_);
  });
  StartAt(origin.Url("/"));
  std::vector<HttpClient> clients;
  for (const char* width : {"10", "20", "30", "40", "50"}) {
    clients.push_back(server_->Connect());
    clients.back().Send(HttpClient::Request("GET", std::string("/resize/") + width + "/0/a.jpg"));
  }
  EXPECT_TRUE(server_->Becomes("whittle_flights", 5));
  clients.front().Reset();  // whose request, perhaps, the fetch is
  EXPECT_TRUE(server_->Becomes("whittle_flights", 4));
  all_wait.count_down();
  for (std::size_t i = 1; i < clients.size(); ++i) EXPECT_EQ(clients[i].Read().status, 200);
  EXPECT_EQ(origin.requests(), 1);
  EXPECT_EQ(server_->Metric("whittle_reads_total"), 1);
}

TEST_F(OriginsOfAServer, AreLeftWhenAllWhoShareAFetchHaveLeft) {
  Origin origin([](const Request&, Connection& c) { c.Hang(); });
  StartAt(origin.Url("/"));
  std::vector<HttpClient> clients;
  for (const char* width : {"10", "20", "30"}) {
    clients.push_back(server_->Connect());
    clients.back().Send(HttpClient::Request("GET", std::string("/resize/") + width + "/0/a.jpg"));
  }
  EXPECT_TRUE(server_->Becomes("whittle_flights", 3));
  clients.clear();
  EXPECT_TRUE(server_->BecomesIdle());
  EXPECT_TRUE(origin.BecomesIdle());
}

TEST_F(OriginsOfAServer, MaySendNoMoreThanASourceMayHave) {
  Origin origin([&](const Request&, Connection& c) { c.Answer("200 OK", photo_); });
  settings_.source.max_source_bytes = photo_.size();
  StartAt(origin.Url("/"));
  EXPECT_EQ(Get("a.jpg").status, 200);
  server_.reset();
  --settings_.source.max_source_bytes;
  Start();
  EXPECT_EQ(Get("a.jpg").status, 413);
}

TEST_F(OriginsOfAServer, AreAskedWhetherAPictureIsStillTheSame) {
  Origin origin([&](const Request& request, Connection& c) {
    if (request.Field("if-none-match") == "\"7\"") {
      c.Send("HTTP/1.1 304 Not Modified\r\nETag: \"7\"\r\n\r\n");
    } else {
      c.Answer("200 OK", photo_, "ETag: \"7\"\r\n");
    }
  });
  StartAt(origin.Url("/"));
  const HttpResponse first = Get("a.jpg");
  const HttpResponse again = Get("a.jpg");
  ASSERT_EQ(first.status, 200);
  EXPECT_EQ(again.body, first.body);
  EXPECT_EQ(origin.requests(), 2);
  EXPECT_EQ(server_->Metric("whittle_decodes_total"), 1);
  EXPECT_EQ(server_->Metric("whittle_revalidations_total"), 1);
  EXPECT_EQ(server_->Metric(R"(whittle_fetches_total{outcome="not_modified",source="source"})"), 1);
}

TEST_F(OriginsOfAServer, AreNamedSourcesOfMounts) {
  Origin origin([&](const Request&, Connection& c) { c.Answer("200 OK", photo_); });
  settings_.sources.push_back(
      {.name = "shop",
       .location = origin.Url("/"),
       .own = Own({{"max_source_bytes", std::to_string(photo_.size() - 1)}})});
  settings_.sources.push_back({.name = "news", .location = origin.Url("/news/")});
  settings_.mounts = {
      {}, {.prefix = "/shop", .source = "shop"}, {.prefix = "/news", .source = "news"}};
  Start();
  server_->Add("a.jpg", EncodeJpeg(Photo(40, 40)).view());
  EXPECT_EQ(HeightOf(Get("a.jpg")), 30) << "the folder";
  EXPECT_EQ(server_->Get("/shop/resize/30/0/a.jpg").status, 413) << "its own limit";
  EXPECT_EQ(HeightOf(server_->Get("/news/resize/30/0/a.jpg")), 10);
  EXPECT_EQ(server_->Metric(R"(whittle_fetches_total{outcome="too_large",source="shop"})"), 1);
  EXPECT_EQ(server_->Metric(R"(whittle_fetches_total{outcome="ok",source="news"})"), 1);
  // Both share the slots of hosts; the folder has its own.
  EXPECT_EQ(server_->Metric(R"(whittle_gate_capacity{gate="fetch"})"), 8 + 4);
}

TEST_F(OriginsOfAServer, GetTheHeaderLinesOfTheirTable) {
  std::string seen;
  Origin origin([&](const Request& request, Connection& c) {
    seen = request.Field("authorization") + " " + request.Field("x-shop");
    c.Answer("200 OK", photo_);
  });
  settings_.sources.push_back({.name = "shop",
                               .location = origin.Url("/"),
                               .headers = {{"Authorization", "Basic YTpi"}, {"X-Shop", "7"}}});
  settings_.mounts = {{.source = "shop"}};
  Start();
  EXPECT_EQ(Get("a.jpg").status, 200);
  EXPECT_EQ(seen, "Basic YTpi 7");
}

// A store's names and refusals; signatures are its room's to test.
TEST_F(OriginsOfAServer, MayBeBuckets) {
  std::string target;
  std::string refusal;
  Origin origin([&](const Request& request, Connection& c) {
    target = request.target;
    if (refusal.empty()) {
      c.Answer("200 OK", photo_);
    } else {
      c.Answer(refusal, "<Error><Code>" + refusal.substr(4) + "</Code></Error>",
               refusal.starts_with("503") ? "Retry-After: 33\r\n" : "");
    }
  });
  settings_.sources.push_back({.name = "shop",
                               .location = "s3://shop-media/photos",
                               .endpoint = origin.Url(""),
                               .region = "eu-west-1",
                               .path_style = true,
                               .anonymous = true});
  settings_.mounts = {{.source = "shop"}};
  Start();
  EXPECT_EQ(HeightOf(Get("a%20b.jpg")), 10);
  EXPECT_EQ(target, "/shop-media/photos/a%20b.jpg");
  const std::vector<std::pair<std::string, int>> ours = {{"404 NoSuchKey", 404},
                                                         {"404 NoSuchBucket", 500},
                                                         {"403 AccessDenied", 500},
                                                         {"503 SlowDown", 503}};
  for (const auto& [theirs, own] : ours) {
    refusal = theirs;
    const HttpResponse answer = Get("c.jpg");
    EXPECT_EQ(answer.status, own) << theirs;
    EXPECT_EQ(answer.Field("Retry-After"), own == 503 ? "33" : "(none)") << theirs;
  }
}

TEST_F(OriginsOfAServer, ThatFailTooOftenAreLeftAlone) {
  Origin origin([](const Request&, Connection& c) { c.Answer("500 Broken", ""); });
  StartAt(origin.Url("/"));
  for (int i = 0; i < 5; ++i) EXPECT_EQ(Get(std::to_string(i) + ".jpg").status, 502);
  EXPECT_EQ(server_->Metric("whittle_sources_left_alone"), 1);
  EXPECT_EQ(server_->Get("/ready").status, 503);
}

TEST_F(OriginsOfAServer, AreJudgedAtStart) {
  for (const char* wrong : {"http://a/b?c", "http://user@a/", "ftp://a/", "s3://", "/nowhere"}) {
    try {
      StartAt(wrong);
      ADD_FAILURE() << "it starts with " << wrong;
    } catch (const std::runtime_error& error) {
      EXPECT_TRUE(std::string(error.what()).contains("WHITTLE_SOURCE")) << error.what();
    }
  }
}

// ---- URLs in requests ---------------------------------------------------------------------------

class UrlsOfStrangers : public OriginsOfAServer {
 protected:
  std::string Plain() { return "plain/" + origin_.Url("/a.jpg"); }
  Origin origin_{[this](const Request&, Connection& c) { c.Answer("200 OK", photo_); }};
};

TEST_F(UrlsOfStrangers, AreFilesUnlessTheOperatorAllowsThem) {
  Start();
  EXPECT_EQ(Get("plain/http:%2F%2Fexample.com%2Fa.jpg").status, 400);  // no path of a file
  server_->Add("plain/http:/a.jpg", EncodeJpeg(Photo(40, 40)).view());
  EXPECT_EQ(Get("plain/http:/a.jpg").status, 200);
  EXPECT_EQ(origin_.connections(), 0);
}

TEST_F(UrlsOfStrangers, AreRefusedWhereNoRuleAllowsThem) {
  settings_.source.allow_urls = "images.example.com";
  Start();
  const HttpResponse answer = Get(Plain());
  EXPECT_EQ(answer.status, 403);
  EXPECT_EQ(answer.body, "this URL may not be fetched");
  EXPECT_EQ(server_->Metric(R"(whittle_fetches_total{outcome="rejected",source="urls"})"), 1);
}

TEST_F(UrlsOfStrangers, NeverLeadToAnAddressThatIsNotPublic) {
  settings_.source.allow_urls = "*";
  Start();
  for (const std::string& path : {Plain(), "plain/" + origin_.Url("/a.jpg", "localhost")}) {
    const HttpResponse answer = Get(path);
    EXPECT_EQ(answer.status, 403) << path;
    EXPECT_EQ(answer.body, "this URL may not be fetched");
  }
  EXPECT_EQ(origin_.connections(), 0);
}

TEST_F(UrlsOfStrangers, AreTakenWhereTheyAreSigned) {
  const http::SigningKey key(16, 5);
  settings_.mounts = {{}, {.prefix = "/signed"}};
  settings_.mounts.back().secrets = {key};
  Start();
  const std::string rest = "/resize/30/0/plain/" + origin_.Url("/a.jpg");
  EXPECT_EQ(server_->Get("/signed" + rest).body, "signature required");
  const auto answer = server_->Get("/signed/" + http::Sign(key, "/signed" + rest) + rest);
  EXPECT_EQ(answer.status, 403);
  EXPECT_EQ(answer.body, "this URL may not be fetched") << "its address, not the signature";
  EXPECT_EQ(server_->Get(rest).status, 400) << "another mount has no keys: no path of a file";
  EXPECT_EQ(origin_.connections(), 0);
}

// What a redirect of our own origin leads to is a stranger's, too.
TEST_F(UrlsOfStrangers, AreWhereOurOriginsSendUs) {
  Origin inside([](const Request&, Connection& c) { c.Answer("200 OK", "secret"); });
  Origin ours([&](const Request&, Connection& c) {
    c.Answer("302 Found", "", "Location: " + inside.Url("/a.jpg") + "\r\n");
  });
  StartAt(ours.Url("/"));
  EXPECT_EQ(Get("a.jpg").status, 403);
  EXPECT_EQ(inside.connections(), 0);
}

}  // namespace
}  // namespace whittle::test
