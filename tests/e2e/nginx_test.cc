// Pictures of a real web server: nginx before the real program, over real sockets.
#include "tests/real/nginx.h"

#include <gtest/gtest.h>

#include <future>
#include <set>
#include <string>
#include <vector>

#include "tests/e2e/process.h"
#include "tests/support/pictures.h"
#include "tests/support/server.h"

namespace whittle::test {
namespace {

class NginxOfAServer : public ::testing::Test {
 protected:
  using Environment = std::vector<std::string>;

  // Deadlines that only a hang would meet, and nothing is believed for longer than it is asked.
  static Environment At(const std::string& location, const Environment& more = {}) {
    Environment environment = {
        "WHITTLE_SOURCE=" + location,   "WHITTLE_FETCH_CONNECT_TIMEOUT=1m",
        "WHITTLE_FETCH_TLS_TIMEOUT=1m", "WHITTLE_FETCH_FIRST_BYTE_TIMEOUT=1m",
        "WHITTLE_FETCH_TIMEOUT=1m",     "WHITTLE_FETCH_MIN_RATE=0",
        "WHITTLE_QUEUE_WAIT=1m",        "WHITTLE_CACHE_FRESH=0s",
        "WHITTLE_DECODE_DEADLINE=1m"};
    environment.insert(environment.end(), more.begin(), more.end());
    return environment;
  }
  std::string File(const std::string& name, const std::string& text) const {
    WriteFile(files_.path() / name, AsBytes(text));
    return (files_.path() / name).string();
  }
  static HttpResponse Get(const Process& server, const std::string& name) {
    return server.Connect().Get("/resize/300/0/" + name);
  }
  // What a server of the same picture in a folder answers.
  std::string Expected() const {
    TestServer local;
    local.Add("a.jpg", picture_.view());
    return local.Get("/resize/300/0/a.jpg").body;
  }
  // All that the program says until it has ended.
  static std::string LogOf(Process& server) {
    server.Signal(SIGTERM);
    server.Wait();
    std::string log;
    for (const std::string& line : server.lines()) log += line + '\n';
    return log;
  }

  const Bytes picture_ = EncodeJpeg(Photo(900, 600));
  const TempDir files_;
};

TEST_F(NginxOfAServer, ServesAsAFolderDoesOverOneConnection) {
  WHITTLE_NGINX_OR_SKIP(nginx, {.server = "gzip on; gzip_types *; gzip_min_length 1;"});
  nginx.Add("media/a b+c.jpg", picture_.view());
  const Process server(At(nginx.Url("/media")));
  const HttpResponse answer = Get(server, "a%20b+c.jpg");
  ASSERT_EQ(answer.status, 200) << answer.body;
  EXPECT_EQ(answer.body, Expected());
  EXPECT_EQ(Get(server, "b.jpg").status, 404);
  // nginx's validator, and its word that it still holds: no body, and nothing to decode again.
  EXPECT_EQ(Get(server, "a%20b+c.jpg").body, answer.body);
  const auto requests = nginx.Requests(3);
  EXPECT_EQ(requests[0].protocol, "HTTP/1.1");
  EXPECT_EQ(requests[0].path, "/media/a%20b+c.jpg");
  EXPECT_EQ(requests[0].condition, "-.");
  EXPECT_EQ(requests[1].status, "404");
  EXPECT_EQ(requests[2].status, "304");
  EXPECT_NE(requests[2].condition, "-.");
  for (const auto& request : requests) EXPECT_EQ(request.connection, requests[0].connection);
  EXPECT_EQ(MetricIn(server.Connect().Get("/metrics").body, "whittle_decodes_total"), 1);
}

TEST_F(NginxOfAServer, IsFollowedWhereItSendsUs) {
  WHITTLE_NGINX_OR_SKIP(nginx,
                        {.server = "location /old { rewrite ^/old/(.*)$ /new/$1 redirect; }\n"
                                   "location /loop { return 301 /loop; }"});
  nginx.Add("new/a.jpg", picture_.view());
  const Process server(At(nginx.Url("/")));
  EXPECT_EQ(Get(server, "old/a.jpg").body, Expected());
  EXPECT_EQ(Get(server, "loop").status, 502);
  const auto requests = nginx.Requests(6);
  EXPECT_EQ(requests[1].path, "/new/a.jpg");
  EXPECT_EQ(requests[5].path, "/loop") << "three redirects are followed, and not a fourth";
}

// A client's range is of the result, not of the source.
TEST_F(NginxOfAServer, IsAskedForAllWhateverRangeAClientWants) {
  WHITTLE_NGINX_OR_SKIP(nginx, {});
  nginx.Add("a.jpg", picture_.view());
  const Process server(At(nginx.Url("/")));
  const HttpResponse answer = server.Connect().Get("/resize/300/0/a.jpg", "Range: bytes=0-99\r\n");
  EXPECT_EQ(answer.status, 200) << "ranges of results are not served";
  EXPECT_EQ(answer.body, Expected());
  EXPECT_EQ(nginx.Requests(1)[0].status, "200");
}

TEST_F(NginxOfAServer, MayBeSlowButNotForEver) {
  const std::string rate = std::to_string(picture_.size() / 2);  // some seconds for all of it
  WHITTLE_NGINX_OR_SKIP(nginx, {.server = "limit_rate " + rate + ";"});
  nginx.Add("a.jpg", picture_.view());
  Process patient(At(nginx.Url("/")));
  EXPECT_EQ(Get(patient, "a.jpg").body, Expected());
  Process hasty(At(nginx.Url("/"), {"WHITTLE_FETCH_TIMEOUT=300ms"}));
  EXPECT_EQ(Get(hasty, "a.jpg").status, 504);
  EXPECT_TRUE(LogOf(hasty).contains(": body: its time is up"));
}

TEST_F(NginxOfAServer, IsBelievedByItsCertificateAlone) {
  const TestAuthority ours;
  const TestAuthority other("another authority");
  const std::string trust = "WHITTLE_FETCH_CA_FILE=" + File("ours.pem", ours.certificate());
  struct Row {
    const char* what;
    TestCertificate certificate;
    bool trusts;
    int status;
    const char* said;
  };
  const std::vector<Row> rows = {
      {"ours", ours.Issue(), true, 200, ""},
      {"another host's", ours.Issue({.names = "DNS:images.example.com,IP:127.0.0.2"}), true, 502,
       "no alternative certificate subject name matches"},
      {"expired", ours.Issue({.begins = -7200, .ends = -3600}), true, 502,
       "certificate has expired"},
      {"not valid yet", ours.Issue({.begins = 3600, .ends = 7200}), true, 502,
       "certificate is not yet valid"},
      {"an unknown authority's", other.Issue(), true, 502,
       "unable to get local issuer certificate"},
      {"ours, which the system does not know", ours.Issue(), false, 502, "certificate"}};
  for (const Row& row : rows) {
    WHITTLE_NGINX_OR_SKIP(nginx, {.certificate = row.certificate});
    nginx.Add("a.jpg", picture_.view());
    Process server(At(nginx.Url("/"), row.trusts ? Environment{trust} : Environment{}));
    const HttpResponse answer = Get(server, "a.jpg");
    EXPECT_EQ(answer.status, row.status) << row.what;
    EXPECT_FALSE(row.status != 200 && answer.body.contains("certificate")) << answer.body;
    if (row.status == 200) {
      EXPECT_EQ(answer.body, Expected());
      EXPECT_EQ(nginx.Requests(1)[0].protocol, "HTTP/1.1") << "unless HTTP/2 is asked for";
      continue;
    }
    const std::string log = LogOf(server);
    EXPECT_TRUE(log.contains(row.said)) << row.what << '\n' << log;
    EXPECT_TRUE(log.contains(nginx.Url("/a.jpg"))) << "which picture\n" << log;
  }
}

TEST_F(NginxOfAServer, MayBeAskedInHttp2OverOneConnection) {
  constexpr int kPictures = 12;
  const TestAuthority ours;
  WHITTLE_NGINX_OR_SKIP(nginx, {.certificate = ours.Issue(), .http2 = true});
  for (int i = 0; i < kPictures; ++i) nginx.Add(std::to_string(i) + ".jpg", picture_.view());
  Process server(
      At(nginx.Url("/"), {"WHITTLE_FETCH_CA_FILE=" + File("ours.pem", ours.certificate()),
                          "WHITTLE_FETCH_HTTP2=on", "WHITTLE_FETCH_SLOTS=32"}));
  std::vector<std::future<std::string>> bodies;
  for (int i = 0; i < kPictures; ++i) {
    bodies.push_back(std::async(
        std::launch::async, [&server, i] { return Get(server, std::to_string(i) + ".jpg").body; }));
  }
  const std::string expected = Expected();
  for (auto& body : bodies) EXPECT_EQ(body.get(), expected);
  EXPECT_EQ(Get(server, "0.jpg").body, expected);  // conditionally
  std::set<std::string> connections;
  const auto requests = nginx.Requests(kPictures + 1);
  for (const auto& request : requests) {
    EXPECT_EQ(request.protocol, "HTTP/2.0");
    connections.insert(request.connection);
  }
  EXPECT_EQ(connections.size(), 1U);
  EXPECT_EQ(requests.back().status, "304");
}

// Who is given up on a shared connection takes nobody along.
TEST_F(NginxOfAServer, MayHangInOneStreamOfHttp2) {
  const TestAuthority ours;
  WHITTLE_NGINX_OR_SKIP(
      nginx,
      {.server = "location /slow/ { limit_rate 1k; }", .certificate = ours.Issue(), .http2 = true});
  nginx.Add("slow/a.jpg", picture_.view());
  for (int i = 0; i < 20; ++i) nginx.Add(std::to_string(i) + ".jpg", picture_.view());
  Process server(
      At(nginx.Url("/"), {"WHITTLE_FETCH_CA_FILE=" + File("ours.pem", ours.certificate()),
                          "WHITTLE_FETCH_HTTP2=on", "WHITTLE_FETCH_MIN_RATE=2KiB"}));
  auto slow = std::async(std::launch::async, [&] { return Get(server, "slow/a.jpg").status; });
  const std::string expected = Expected();
  for (int i = 0; i < 19; ++i) EXPECT_EQ(Get(server, std::to_string(i) + ".jpg").body, expected);
  EXPECT_EQ(slow.get(), 504) << "by the floor";
  EXPECT_EQ(Get(server, "19.jpg").body, expected);
}

}  // namespace
}  // namespace whittle::test
