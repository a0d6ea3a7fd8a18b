// Photos of buckets, by the real program with each kind of credential: against stores that check
// them (moto, S3Proxy, Azurite where scripts/services has put them; a fake of Google's), with fakes
// of what gives credentials to programs in a cloud.
//
// A row is a store and a kind. What it serves has to be, byte for byte, what a folder gives.
#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <optional>
#include <ostream>
#include <string>
#include <vector>

#include "source/url_text.h"
#include "tests/e2e/azure_place.h"
#include "tests/e2e/gcs_place.h"
#include "tests/e2e/process.h"
#include "tests/e2e/s3_places.h"

namespace whittle::test {
namespace {

struct Row {
  std::string store;
  std::string kind;
  std::function<std::unique_ptr<Place>(const std::string& kind)> make;
};

template <class T>
std::unique_ptr<Place> Make(const std::string& kind) {
  return std::make_unique<T>(kind);
}

// Else a test's name has the bytes of its row, which are others in each run.
void PrintTo(const Row& row, std::ostream* out) { *out << row.store << ' ' << row.kind; }

std::vector<Row> Rows() {
  std::vector<Row> rows;
  for (const char* kind :
       {"environment", "session", "profile", "role", "web_identity", "container", "instance"}) {
    rows.push_back({"moto", kind, &Make<MotoPlace>});
  }
  for (const char* kind : {"environment", "profile", "container", "instance"}) {
    rows.push_back({"s3proxy", kind, &Make<S3ProxyPlace>});
  }
  for (const char* kind : {"service_account", "metadata", "workload", "anonymous"}) {
    rows.push_back(
        {"gcs", kind, [](const std::string& k) { return std::make_unique<GcsPlace>(k); }});
  }
  for (const char* kind : {"shared_key", "sas", "managed_identity"}) {
    rows.push_back({"azurite", kind, &Make<AzurePlace>});
  }
  return rows;
}

std::string Target(const std::string& name) {
  return "/resize/160/0/" + source::UrlEncode(name, "/");
}

std::string LogOf(Process& server) {
  server.Signal(SIGTERM);
  server.Wait();
  std::string log;
  for (const std::string& line : server.lines()) log += line + '\n';
  return log;
}

class StoresOfAServer : public ::testing::TestWithParam<Row> {};

TEST_P(StoresOfAServer, ServeTheirPhotosToThoseWhoMayReadThem) {
  const auto place = GetParam().make(GetParam().kind);
  if (!place->lacks().empty()) GTEST_SKIP() << place->lacks();
  const auto keeps_secrets = [&](const std::string& log) {
    for (const std::string& secret : place->secrets()) {
      EXPECT_TRUE(secret.empty() || !log.contains(secret)) << secret << '\n' << log;
    }
  };

  int copies = 0;
  Process folder;
  Process server(place->For(false));
  for (const auto& [name, content] : Photos()) {
    const std::string copy = std::to_string(++copies);
    folder.Add(copy, AsBytes(content));
    const HttpResponse expected = folder.Connect().Get("/resize/160/0/" + copy);
    ASSERT_EQ(expected.status, 200) << name;
    const HttpResponse answer = server.Connect().Get(Target(name));
    EXPECT_EQ(answer.status, 200) << name << answer.body;
    EXPECT_TRUE(answer.body == expected.body) << name;
  }
  EXPECT_EQ(server.Connect().Get(Target("no such.jpg")).status, 404);
  keeps_secrets(LogOf(server));

  Process refused(place->For(true));
  EXPECT_EQ(refused.Connect().Get(Target(Photos().front().first)).status, 500);
  const std::string log = LogOf(refused);
  EXPECT_TRUE(log.contains(place->refusal())) << log;
  keeps_secrets(log);
}

INSTANTIATE_TEST_SUITE_P(Each, StoresOfAServer, ::testing::ValuesIn(Rows()),
                         [](const auto& row) { return row.param.store + '_' + row.param.kind; });

// Tokens of a second: each is asked for before the last one ends, and no request comes with one
// that the store has forgotten.
TEST(TokensOfAServer, AreRenewedBeforeTheyEnd) {
  constexpr int kMostRequests = 200'000;
  GcsPlace place("metadata", {.seconds = "1"});
  Environment environment = place.For(false);
  environment.emplace_back("WHITTLE_CACHE_BYTES=0");
  const Process server(environment);
  const auto photos = Photos();
  std::optional<HttpClient> client;
  for (int i = 0; i < kMostRequests && place.gcs().tokens() < 4; ++i) {
    if (i % 500 == 0) client.emplace(server.port());  // the server closes after 1000 requests
    ASSERT_EQ(client->Get(Target(photos.front().first)).status, 200);
  }
  EXPECT_GE(place.gcs().tokens(), 4);
}

// Long before their time is over: all who come with the old one at the same moment are refused, one
// of them asks for another, and nobody's client hears of it.
TEST(TokensOfAServer, ThatAreRevokedAreReplacedOnce) {
  for (const char* kind : {"service_account", "metadata", "workload"}) {
    GcsPlace place(kind);
    Environment environment = place.For(false);
    environment.emplace_back("WHITTLE_CACHE_BYTES=0");
    const Process server(environment);
    const auto photos = Photos();
    ASSERT_EQ(server.Connect().Get(Target(photos.front().first)).status, 200) << kind;
    ASSERT_EQ(place.gcs().tokens(), 1) << kind;
    place.gcs().RevokeTokens();
    std::vector<HttpClient> clients;
    for (std::size_t i = 0; i < 3; ++i) {
      clients.push_back(server.Connect());
      clients.back().Send(HttpClient::Request("GET", Target(photos[i].first)));
    }
    for (HttpClient& client : clients) EXPECT_EQ(client.Read().status, 200) << kind;
    EXPECT_GE(place.gcs().late(), 1) << kind;
    EXPECT_EQ(place.gcs().tokens(), 2) << kind;
    EXPECT_EQ(server.Connect().Get(Target(photos.back().first)).status, 200) << kind;
    EXPECT_EQ(place.gcs().tokens(), 2) << kind;
  }
}

}  // namespace
}  // namespace whittle::test
