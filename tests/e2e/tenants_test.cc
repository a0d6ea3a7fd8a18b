// Several tenants in one server: which of them a request is for, what it may do, and what caches in
// front are told of its pictures.
#include <gtest/gtest.h>

#include <atomic>
#include <future>
#include <string>

#include "http/signature.h"
#include "tests/support/origin.h"
#include "tests/support/pictures.h"
#include "tests/support/server.h"

namespace whittle::test {
namespace {

class TenantsOfAServer : public ::testing::Test {
 protected:
  using Request = Origin::Request;
  using Connection = Origin::Connection;

  app::SourceTable& Add(std::string name, std::string location) {
    settings_.sources.push_back({.name = std::move(name), .location = std::move(location)});
    return settings_.sources.back();
  }
  void Start() { server_.emplace(settings_); }
  HttpResponse Get(const std::string& path, const std::string& fields = {}) {
    return server_->Get(path, fields);
  }
  HttpResponse GetOf(const std::string& host, const std::string& path) {
    HttpClient client = server_->Connect();
    client.Send("GET " + path + " HTTP/1.1\r\nHost: " + host + "\r\n\r\n");
    return client.Read();
  }
  static int HeightOf(const HttpResponse& response) {
    return DecodeJpeg(AsBytes(response.body)).height;
  }
  // The time in what is told, of which a slow machine may have used some.
  static void ExpectAge(const std::string& told, std::string_view before, int most) {
    ASSERT_TRUE(told.starts_with(before)) << told;
    const int age = std::stoi(told.substr(before.size()));
    EXPECT_LE(age, most);
    EXPECT_GT(age, most - 1000);
  }
  static std::string Told(const HttpResponse& response) { return response.Field("Cache-Control"); }

  const std::string photo_ = PhotoBody(60, 20);
  std::string fields_;  // of the origin's answers, of all statuses
  std::atomic<int> whole_ = 0;
  std::atomic<int> not_modified_ = 0;
  std::string target_;
  Origin origin_{[this](const Request& request, Connection& c) {
    target_ = request.target;
    if (request.Field("if-none-match") == "\"7\"") {
      ++not_modified_;
      c.Send("HTTP/1.1 304 Not Modified\r\nETag: \"7\"\r\n" + fields_ + "\r\n");
    } else {
      ++whole_;
      c.Answer("200 OK", photo_, "ETag: \"7\"\r\n" + fields_);
    }
  }};
  app::Settings settings_ = PatientFetching();
  std::optional<TestServer> server_;
};

// ---- Which tenant -------------------------------------------------------------------------------

TEST_F(TenantsOfAServer, AreNamedByTheFirstPartOfThePathWithoutAnyMount) {
  Add("shop", origin_.Url("/media"));
  Start();
  server_->Add("photo.jpg", EncodeJpeg(Photo(40, 40)).view());
  server_->Add("shopping/photo.jpg", EncodeJpeg(Photo(40, 40)).view());
  server_->Add("shop/photo.jpg", EncodeJpeg(Photo(40, 40)).view());
  EXPECT_EQ(HeightOf(Get("/resize/30/0/shop/a/b.jpg")), 10);
  EXPECT_EQ(target_, "/media/a/b.jpg");
  EXPECT_EQ(HeightOf(Get("/shop/resize/30/0/c.jpg?q=50")), 10);
  EXPECT_EQ(target_, "/media/c.jpg");
  EXPECT_EQ(HeightOf(Get("/resize/30/0/shop/photo.jpg")), 10) << "before a folder of that name";
  EXPECT_EQ(HeightOf(Get("/resize/30/0/photo.jpg")), 30) << "the rest is the unnamed one's";
  EXPECT_EQ(HeightOf(Get("/resize/30/0/shopping/photo.jpg")), 30);
  EXPECT_EQ(Get("/shopping/resize/30/0/photo.jpg").status, 404);
  // Both ways lead to one result.
  const double decodes = server_->Metric("whittle_decodes_total");
  EXPECT_EQ(Get("/shop/resize/30/0/a/b.jpg").status, 200);
  EXPECT_EQ(server_->Metric("whittle_decodes_total"), decodes);
}

TEST_F(TenantsOfAServer, AreChosenByTheHostOfTheRequest) {
  Add("shop", origin_.Url("/")).host = "shop.example.org";
  Start();
  server_->Add("photo.jpg", EncodeJpeg(Photo(40, 40)).view());
  EXPECT_EQ(HeightOf(GetOf("shop.example.org", "/resize/30/0/photo.jpg")), 10);
  EXPECT_EQ(HeightOf(GetOf("SHOP.example.org:8081", "/resize/30/0/photo.jpg")), 10);
  EXPECT_EQ(HeightOf(GetOf("example.org", "/resize/30/0/photo.jpg")), 30);
  EXPECT_EQ(GetOf("example.org", "/resize/30/0/shop/photo.jpg").status, 404)
      << "a path does not name what a host does";
  EXPECT_EQ(GetOf("example.org", "/shop/resize/30/0/photo.jpg").status, 404);
}

TEST_F(TenantsOfAServer, AreNotNamedBelowMountsThatDoNotSaySo) {
  Add("shop", origin_.Url("/"));
  settings_.mounts = {{}, {.prefix = "/any", .by_name = true}};
  Start();
  EXPECT_EQ(Get("/resize/30/0/shop/a.jpg").status, 404);
  EXPECT_EQ(Get("/shop/resize/30/0/a.jpg").status, 404);
  EXPECT_EQ(origin_.requests(), 0);
  EXPECT_EQ(Get("/any/resize/30/0/shop/a.jpg").status, 200);
  EXPECT_EQ(Get("/any/shop/resize/30/0/a.jpg").status, 200);
}

// ---- Signatures ---------------------------------------------------------------------------------

TEST_F(TenantsOfAServer, WithKeysAreReachedByASignatureAlone) {
  const http::SigningKey key(16, 5);
  const http::SigningKey mounts_key(16, 6);
  Add("shop", origin_.Url("/")).secrets = {key};
  const std::string rest = "/resize/30/0/shop/a.jpg";
  const auto check = [&](const std::string& prefix, const std::string& path) {
    EXPECT_EQ(Get(prefix + path).body, "signature required") << prefix;
    const std::string by_mount = http::Sign(mounts_key, prefix + path);
    EXPECT_EQ(Get(prefix + '/' + by_mount + path).body, "invalid signature") << prefix;
    EXPECT_EQ(origin_.requests(), 0);
    EXPECT_EQ(Get(prefix + '/' + http::Sign(key, prefix + path) + path).status, 200) << prefix;
    EXPECT_EQ(origin_.requests(), 1);
  };
  Start();
  check("", rest);
}

TEST_F(TenantsOfAServer, KeepTheirKeysBelowAMountThatHasOthers) {
  const http::SigningKey key(16, 5);
  const http::SigningKey mounts_key(16, 6);
  Add("shop", origin_.Url("/shop")).secrets = {key};
  Add("news", origin_.Url("/news"));
  settings_.mounts = {{.by_name = true}, {.prefix = "/m", .source = "shop"}};
  settings_.mounts[0].secrets = {mounts_key};
  Start();
  const auto get = [&](const http::SigningKey& with, const std::string& prefix,
                       const std::string& rest) {
    const HttpResponse answer = Get(prefix + '/' + http::Sign(with, prefix + rest) + rest);
    return answer.status == 200 ? "ok" : answer.body;
  };
  EXPECT_EQ(get(key, "", "/resize/30/0/shop/a.jpg"), "ok");
  EXPECT_EQ(get(mounts_key, "", "/resize/30/0/shop/b.jpg"), "invalid signature");
  EXPECT_EQ(get(mounts_key, "", "/resize/30/0/news/a.jpg"), "ok");
  EXPECT_EQ(get(key, "", "/resize/30/0/news/b.jpg"), "invalid signature");
  EXPECT_EQ(get(key, "/m", "/resize/30/0/c.jpg"), "ok") << "the mount itself has none";
  EXPECT_EQ(Get("/m/resize/30/0/a.jpg").body, "signature required") << "though it is kept";
}

// ---- Limits -------------------------------------------------------------------------------------

TEST_F(TenantsOfAServer, HaveLimitsOfTheirOwn) {
  Add("few", origin_.Url("/")).own = Own({{"max_source_pixels", "1199"}});
  Add("short", origin_.Url("/")).own =
      Own({{"max_source_bytes", std::to_string(photo_.size() - 1)}});
  settings_.source.max_source_bytes = photo_.size();
  Add("all", origin_.Url("/")).own = Own({{"max_source_pixels", "1200"}});
  settings_.image.max_source_pixels = 1;
  Start();
  EXPECT_EQ(Get("/resize/30/0/few/a.jpg").status, 413);
  EXPECT_EQ(Get("/resize/30/0/short/a.jpg").status, 413);
  EXPECT_EQ(Get("/resize/30/0/all/a.jpg").status, 200) << "more than the server's";
}

TEST_F(TenantsOfAServer, MayHaveMorePixelsThanTheirMountAllowsOnlyWhereItDoes) {
  Add("all", origin_.Url("/")).own = Own({{"max_source_pixels", "1200"}});
  settings_.mounts = {{.by_name = true}, {.prefix = "/strict", .by_name = true}};
  settings_.mounts[1].own = Own({{"max_source_pixels", "1199"}});
  Start();
  EXPECT_EQ(Get("/resize/30/0/all/a.jpg").status, 200);
  EXPECT_EQ(Get("/strict/resize/30/0/all/a.jpg").status, 413) << "though it is kept";
}

TEST_F(TenantsOfAServer, HaveDeadlinesOfTheirOwn) {
  Origin hangs([](const Request&, Connection& c) { c.Hang(); });
  Add("slow", hangs.Url("/")).own = Own({{"fetch_first_byte_timeout", "20ms"}});
  Start();
  EXPECT_EQ(Get("/resize/30/0/slow/a.jpg").status, 504);
}

// One that hangs has its own slots, and nobody else's.
TEST_F(TenantsOfAServer, HaveSlotsOfTheirOwn) {
  Origin hangs([](const Request&, Connection& c) { c.Hang(); });
  Add("slow", hangs.Url("/")).own = Own({{"fetch_slots", "2"}});
  Add("shop", origin_.Url("/"));
  Start();
  std::vector<HttpClient> clients;
  for (int i = 0; i < 5; ++i) {
    clients.push_back(server_->Connect());
    clients.back().Send(
        HttpClient::Request("GET", "/resize/30/0/slow/" + std::to_string(i) + ".jpg"));
  }
  EXPECT_TRUE(server_->Becomes(R"(whittle_gate_waiting{gate="fetch"})", 3));
  EXPECT_EQ(server_->Metric(R"(whittle_gate_in_use{gate="fetch"})"), 2);
  EXPECT_EQ(Get("/resize/30/0/shop/a.jpg").status, 200);
  clients.clear();
  EXPECT_TRUE(server_->Becomes(R"(whittle_gate_waiting{gate="fetch"})", 0));
}

TEST_F(TenantsOfAServer, ShareSlotsByHostAsTheSettingSays) {
  Origin hangs([](const Request&, Connection& c) { c.Hang(); });
  Add("slow", hangs.Url("/"));
  settings_.service.fetch_slots = 4;
  settings_.service.fetch_slots_per_host = 1;
  Start();
  std::vector<HttpClient> clients;
  for (int i = 0; i < 2; ++i) {
    clients.push_back(server_->Connect());
    clients.back().Send(
        HttpClient::Request("GET", "/resize/30/0/slow/" + std::to_string(i) + ".jpg"));
  }
  EXPECT_TRUE(server_->Becomes(R"(whittle_gate_waiting{gate="fetch"})", 1));
  EXPECT_EQ(server_->Metric(R"(whittle_gate_in_use{gate="fetch"})"), 1);
  clients.clear();
}

// ---- Caches -------------------------------------------------------------------------------------

TEST_F(TenantsOfAServer, TellCachesWhatTheirTableSays) {
  fields_ = "Cache-Control: no-store\r\n";
  Add("shop", origin_.Url("/")).own = Own({{"cache_control", "private, max-age=77"}});
  Add("news", origin_.Url("/"));
  settings_.http.cache_control = "public, max-age=3600, immutable";
  Start();
  for (int again = 0; again < 2; ++again) {  // made, then kept
    EXPECT_EQ(Told(Get("/resize/30/0/shop/a.jpg")), "private, max-age=77");
    EXPECT_EQ(Told(Get("/resize/30/0/news/a.jpg")), "public, max-age=3600, immutable");
  }
  EXPECT_EQ(whole_, 2) << "the origin is not asked what it thinks of that";
  EXPECT_EQ(Told(Get("/resize/30/0/news/a.jpg?q=0")), "no-store") << "an error";
}

TEST_F(TenantsOfAServer, PassOnWhatTheirOriginSays) {
  fields_ =
      "Cache-Control: public, max-age=86400, s-maxage=172800, stale-while-revalidate=60, "
      "immutable, x-own=1\r\nAge: 400\r\n";
  Add("shop", origin_.Url("/")).own = Own({{"cache_control", "origin"}});
  settings_.service.cache_fresh = std::chrono::milliseconds(0);
  Start();
  HttpClient client = server_->Connect();
  const HttpResponse first = client.Get("/resize/30/0/shop/a.jpg");
  ASSERT_EQ(first.status, 200);
  const HttpResponse head = client.Head("/resize/30/0/shop/a.jpg");
  const HttpResponse known =
      client.Get("/resize/30/0/shop/a.jpg", "If-None-Match: " + first.Field("ETag") + "\r\n");
  EXPECT_EQ(known.status, 304);
  for (const HttpResponse& each : {first, head, known}) {
    // Without the age that it had when it came.
    ExpectAge(Told(each), "public, immutable, max-age=", 86'000);
    EXPECT_TRUE(Told(each).contains(", s-maxage=17")) << Told(each);
    EXPECT_TRUE(Told(each).ends_with(", stale-while-revalidate=60")) << Told(each);
  }
  EXPECT_EQ(whole_ + not_modified_, 1) << "its max-age counts in place of cache_fresh";
}

// 304 costs no body and no decode.
TEST_F(TenantsOfAServer, AreAskedAgainWhenTheirOriginsTimeHasPassed) {
  fields_ = "Cache-Control: max-age=0\r\n";
  Add("shop", origin_.Url("/")).own = Own({{"cache_control", "origin"}});
  Start();  // with a cache_fresh of an hour
  for (int i = 0; i < 3; ++i) {
    EXPECT_EQ(Told(Get("/resize/30/0/shop/a.jpg")), "max-age=0");
  }
  EXPECT_EQ(whole_, 1);
  EXPECT_EQ(not_modified_, 2);
  EXPECT_EQ(server_->Metric("whittle_decodes_total"), 1);
  EXPECT_EQ(server_->Metric("whittle_encodes_total"), 1);
  EXPECT_EQ(server_->Metric("whittle_revalidations_total"), 2);
  EXPECT_EQ(server_->Metric(R"(whittle_fetch_bytes_total{source="shop"})"), photo_.size());
  EXPECT_EQ(server_->Metric(R"(whittle_fetches_total{outcome="not_modified",source="shop"})"), 2);
  fields_ = "Cache-Control: max-age=86400\r\n";  // renews it
  ASSERT_EQ(Get("/resize/30/0/shop/a.jpg").status, 200);
  ExpectAge(Told(Get("/resize/30/0/shop/a.jpg")), "max-age=", 86'400);
  EXPECT_EQ(not_modified_, 3);
}

TEST_F(TenantsOfAServer, KeepNothingThatTheirOriginForbids) {
  Add("shop", origin_.Url("/")).own = Own({{"cache_control", "origin"}});
  Start();
  int asked = 0;
  for (const std::string said : {"no-store", "private, max-age=60"}) {
    fields_ = "Cache-Control: " + said + "\r\n";
    for (int i = 0; i < 2; ++i) {
      EXPECT_EQ(Told(Get("/resize/30/0/shop/a.jpg")), said);
      EXPECT_EQ(whole_, ++asked) << said;
    }
  }
  EXPECT_EQ(not_modified_, 0);
  EXPECT_EQ(server_->Metric("whittle_cache_bytes"), 0);
}

TEST_F(TenantsOfAServer, ThatSayNothingToCachesAreBelievedForOurTime) {
  Add("shop", origin_.Url("/")).own = Own({{"cache_control", "origin"}, {"cache_fresh", "500h"}});
  Add("asked", origin_.Url("/")).own = Own({{"cache_control", "origin"}, {"cache_fresh", "0"}});
  Start();
  for (int i = 0; i < 2; ++i) {
    ExpectAge(Told(Get("/resize/30/0/shop/a.jpg")), "public, max-age=", 1'800'000);
  }
  EXPECT_EQ(whole_ + not_modified_, 1);
  for (int i = 0; i < 2; ++i) EXPECT_EQ(Told(Get("/resize/30/0/asked/a.jpg")), "no-cache");
  EXPECT_EQ(not_modified_, 1);
}

TEST_F(TenantsOfAServer, AreBelievedForATimeOfTheirOwn) {
  Add("shop", origin_.Url("/")).own = Own({{"cache_fresh", "0"}});
  Add("news", origin_.Url("/"));
  Start();
  for (int i = 0; i < 3; ++i) {
    EXPECT_EQ(Told(Get("/resize/30/0/shop/a.jpg")), "public, max-age=31536000");
    EXPECT_EQ(Told(Get("/resize/30/0/news/a.jpg")), "public, max-age=31536000");
  }
  EXPECT_EQ(whole_, 2);
  EXPECT_EQ(not_modified_, 2) << "the shop's, but for the first time";
}

TEST_F(TenantsOfAServer, FoldersAreTheirOwnOriginAndSayNothing) {
  settings_.http.cache_control = "origin";
  settings_.service.cache_fresh = std::chrono::hours(500);
  Start();
  server_->Add("photo.jpg", EncodeJpeg(Photo(40, 40)).view());
  ExpectAge(Told(Get("/resize/30/0/photo.jpg")), "public, max-age=", 1'800'000);
  EXPECT_EQ(Told(Get("/resize/30/0/none.jpg")), "public, max-age=10");
}

// A half picture is nobody's for a day, whatever its origin says of whole ones.
TEST_F(TenantsOfAServer, ShowWhatIsTruncatedForAShortTime) {
  fields_ = "Cache-Control: max-age=86400, immutable\r\n";
  const std::string large = PhotoBody(400, 300);
  Origin cut([&](const Request&, Connection& c) {
    c.Answer("200 OK", large.substr(0, large.size() * 2 / 3), fields_);
  });
  Add("shop", cut.Url("/")).own = Own({{"cache_control", "origin"}});
  Add("open", cut.Url("/")).own = Own({{"cache_control", "private, max-age=5"}});
  settings_.http.truncated_max_age = std::chrono::hours(1);
  Start();
  const HttpResponse answer = Get("/resize/30/0/shop/a.jpg");
  ASSERT_EQ(answer.Field("X-Whittle-Warning"), "truncated");
  EXPECT_EQ(Told(answer), "max-age=3600");
  EXPECT_EQ(Told(Get("/resize/30/0/open/a.jpg")), "private, max-age=5");
  fields_ = "Cache-Control: no-store\r\n";
  EXPECT_EQ(Told(Get("/resize/30/0/shop/b.jpg")), "no-store");
}

// ---- Credentials --------------------------------------------------------------------------------

TEST_F(TenantsOfAServer, HaveCredentialsOfTheirOwn) {
  std::string authorization;
  std::string token;
  Origin store([&](const Request& request, Connection& c) {
    authorization = request.Field("authorization");
    token = request.Field("x-amz-security-token");
    c.Answer("200 OK", photo_);
  });
  setenv("SHOP_AWS_ACCESS_KEY_ID", "AKIASHOP", 1);
  setenv("SHOP_AWS_SECRET_ACCESS_KEY", "shop's", 1);
  setenv("SHOP_AWS_SESSION_TOKEN", "shop-token", 1);
  setenv("NEWS_AWS_ACCESS_KEY_ID", "AKIANEWS", 1);
  setenv("NEWS_AWS_SECRET_ACCESS_KEY", "news's", 1);
  const TempDir dir;
  const auto file = dir.path() / "credentials";
  WriteFile(file, AsBytes("[default]\naws_access_key_id = AKIADEFAULT\naws_secret_access_key = d\n"
                          "[blog]\naws_access_key_id = AKIABLOG\naws_secret_access_key = b\n"));
  for (const char* name : {"shop", "news", "blog", "rest"}) {
    app::SourceTable& table = Add(name, std::string("s3://") + name + "-media");
    table.endpoint = store.Url("");
    table.region = "eu-west-1";
    table.path_style = true;
  }
  settings_.sources[0].credentials = "env:SHOP_";
  settings_.sources[1].credentials = "env:NEWS_";
  settings_.sources[2].profile = "blog";
  settings_.sources[2].credentials_file = settings_.sources[3].credentials_file = file.string();
  Start();
  const auto key_of = [&](const std::string& name) {
    EXPECT_EQ(Get("/resize/30/0/" + name + "/a.jpg").status, 200) << name;
    const std::size_t at = authorization.find("Credential=");
    return authorization.substr(at + 11, authorization.find('/', at) - at - 11);
  };
  EXPECT_EQ(key_of("shop"), "AKIASHOP");
  EXPECT_EQ(token, "shop-token");
  EXPECT_EQ(key_of("news"), "AKIANEWS");
  EXPECT_EQ(token, "(none)");
  EXPECT_EQ(key_of("blog"), "AKIABLOG");
  EXPECT_EQ(key_of("rest"), "AKIADEFAULT");
}

// The unnamed source has what tables say for the others in settings.
TEST_F(TenantsOfAServer, UnnamedBucketsMayBeElsewhere) {
  setenv("AWS_ACCESS_KEY_ID", "AKIAUNNAMED", 1);
  setenv("AWS_SECRET_ACCESS_KEY", "s", 1);
  setenv("AWS_REGION", "eu-west-1", 1);
  settings_.source.source = "s3://shop-media/photos";
  settings_.source.s3_endpoint = origin_.Url("");
  settings_.source.s3_path_style = true;
  settings_.source.gcs_endpoint = "http://127.0.0.1:1";
  Start();
  EXPECT_EQ(Get("/resize/30/0/a.jpg").status, 200);
  EXPECT_EQ(target_, "/shop-media/photos/a.jpg");
  for (const char* name : {"AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_REGION"}) {
    unsetenv(name);
  }
}

TEST_F(TenantsOfAServer, DoNotStartWithoutTheCredentialsThatTheyName) {
  setenv("HALF_AWS_ACCESS_KEY_ID", "AKIAHALF", 1);
  Add("shop", "s3://shop-media").credentials = "env:HALF_";
  try {
    Start();
    ADD_FAILURE() << "it starts";
  } catch (const std::runtime_error& error) {
    EXPECT_STREQ(error.what(),
                 "sources.shop.credentials: not set: HALF_AWS_ACCESS_KEY_ID and "
                 "HALF_AWS_SECRET_ACCESS_KEY");
  }
}

}  // namespace
}  // namespace whittle::test
