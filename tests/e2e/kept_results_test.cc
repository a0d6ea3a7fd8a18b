// A picture asked for again is not made again, and a changed file is never missed for long.
#include <gtest/gtest.h>

#include <filesystem>
#include <string>

#include "tests/support/pictures.h"
#include "tests/support/server.h"

namespace whittle::test {
namespace {
namespace fs = std::filesystem;

constexpr const char* kTarget = "/resize/30/0/photo.jpg";
constexpr int kMaxTries = 200'000;

app::Settings Fresh(std::chrono::milliseconds fresh) {
  app::Settings settings = PatientSettings();
  settings.service.cache_fresh = fresh;
  settings.http.max_requests_per_connection = 1'000'000;
  return settings;
}

class KeptResults : public ::testing::Test {
 protected:
  void Start(const app::Settings& settings = PatientSettings()) {
    server_.emplace(settings);
    Put(300, 200);
    client_.emplace(server_->Connect());
  }
  // Changes the file, in place.
  void Put(int width, int height) {
    server_->Add("photo.jpg", EncodeJpeg(Photo(width, height)).view());
  }
  HttpResponse Get(const std::string& fields = {}) { return client_->Get(kTarget, fields); }
  static int HeightOf(const HttpResponse& response) {
    return DecodeJpeg(AsBytes(response.body)).height;
  }
  double Reads() { return server_->Metric("whittle_reads_total"); }
  double Decodes() { return server_->Metric("whittle_decodes_total"); }
  double Hits() { return server_->Metric("whittle_cache_hits_total"); }

  std::optional<TestServer> server_;
  std::optional<HttpClient> client_;
};

TEST_F(KeptResults, AreSentAgainWithTheSameFields) {
  Start();
  const HttpResponse first = Get();
  const HttpResponse again = Get();
  EXPECT_EQ(again.status, 200);
  EXPECT_EQ(again.body, first.body);
  ASSERT_EQ(again.fields.size(), first.fields.size());
  for (const auto& [name, value] : first.fields) {
    const bool differs = name == "X-Request-Id" || name == "Server-Timing" || name == "Date";
    if (!differs) EXPECT_EQ(again.Field(name), value) << name;
  }
  EXPECT_NE(first.Field("Server-Timing"), "cache;desc=hit");
  EXPECT_EQ(again.Field("Server-Timing"), "cache;desc=hit");
  EXPECT_EQ(Reads(), 1);
  EXPECT_EQ(Decodes(), 1);
  EXPECT_EQ(Hits(), 1);
  EXPECT_EQ(server_->Metric("whittle_cache_misses_total"), 1);
  EXPECT_GT(server_->Metric("whittle_cache_bytes"), static_cast<double>(first.body.size()));
}

TEST_F(KeptResults, ServeHeadAndConditions) {
  Start();
  const HttpResponse first = Get();
  const HttpResponse head = client_->Head(kTarget);
  EXPECT_EQ(head.status, 200);
  EXPECT_EQ(head.body, "");
  EXPECT_EQ(head.Field("Content-Length"), std::to_string(first.body.size()));
  const HttpResponse unchanged = Get("If-None-Match: " + first.Field("ETag") + "\r\n");
  EXPECT_EQ(unchanged.status, 304);
  EXPECT_EQ(unchanged.Field("ETag"), first.Field("ETag"));
  EXPECT_EQ(Get("If-Modified-Since: " + first.Field("Last-Modified") + "\r\n").status, 304);
  EXPECT_EQ(Get("If-None-Match: \"another\"\r\n").body, first.body);
  EXPECT_EQ(Reads(), 1);
  EXPECT_EQ(Hits(), 4);
}

TEST_F(KeptResults, AreKnownByWhatIsAskedForAndNotByHow) {
  Start();
  ASSERT_EQ(Get().status, 200);
  EXPECT_EQ(client_->Get("/resize/030/0/%70hoto.jpg?enlarge=0&fit=inside").status, 200);
  EXPECT_EQ(Hits(), 1);
  for (const char* other : {"/resize/31/0/photo.jpg", "/resize/30/20/photo.jpg"}) {
    EXPECT_EQ(client_->Get(other).status, 200);
  }
  EXPECT_EQ(Hits(), 1);
}

TEST_F(KeptResults, AreBelievedWhileFresh) {
  Start();
  EXPECT_EQ(HeightOf(Get()), 20);
  Put(300, 400);
  EXPECT_EQ(HeightOf(Get()), 20) << "an hour has not passed";
  EXPECT_EQ(Reads(), 1);
}

TEST_F(KeptResults, AChangedFileIsNoticedWhenFreshHasPassed) {
  for (const int milliseconds : {0, 1}) {
    Start(Fresh(std::chrono::milliseconds(milliseconds)));
    EXPECT_EQ(HeightOf(Get()), 20);
    Put(300, 400);
    int tries = 0;
    while (HeightOf(Get()) != 40 && milliseconds > 0 && ++tries < kMaxTries) {
    }
    EXPECT_EQ(HeightOf(Get()), 40) << milliseconds;
  }
}

TEST_F(KeptResults, ADeletedFileIsNoticedWhenFreshHasPassed) {
  Start(Fresh(std::chrono::milliseconds(1)));
  EXPECT_EQ(Get().status, 200);
  fs::remove(server_->images() / "photo.jpg");
  int tries = 0;
  while (Get().status != 404 && ++tries < kMaxTries) {
  }
  EXPECT_EQ(Get().body, "image not found");
  Put(300, 400);
  EXPECT_EQ(HeightOf(Get()), 40) << "and that was not kept";
}

// Once the file is old enough, its stamp alone is looked at; and it tells one file from another
// that has the same size and time.
TEST_F(KeptResults, OfOldFilesAreSentWithoutReadingUntilAnotherFileTakesTheName) {
  Start(Fresh(std::chrono::milliseconds(0)));
  Bytes photo = EncodeJpeg(Photo(300, 200));
  photo.Append(AsBytes("1"));  // behind its end
  server_->Add("photo.jpg", photo.view());
  const std::string tag = Get().Field("ETag");
  int tries = 0;
  for (double reads = 0; reads != Reads() && ++tries < kMaxTries;) {  // for 2.5 seconds
    reads = Reads();
    EXPECT_EQ(Get().Field("ETag"), tag);
  }
  ASSERT_LT(tries, kMaxTries);
  const double reads = Reads();
  EXPECT_EQ(Get().Field("Server-Timing"), "cache;desc=hit");
  EXPECT_EQ(Get("If-None-Match: " + tag + "\r\n").status, 304);
  EXPECT_EQ(Reads(), reads);
  EXPECT_EQ(Decodes(), 1);

  photo.data()[photo.size() - 1] = '2';
  server_->Add("other.jpg", photo.view());
  const fs::path name = server_->images() / "photo.jpg";
  fs::last_write_time(server_->images() / "other.jpg", fs::last_write_time(name));
  fs::rename(server_->images() / "other.jpg", name);
  const HttpResponse changed = Get();
  EXPECT_EQ(changed.status, 200);
  EXPECT_NE(changed.Field("ETag"), tag);
}

TEST_F(KeptResults, AreNoneWithoutMemory) {
  app::Settings settings = PatientSettings();
  settings.service.cache_bytes = 0;
  Start(settings);
  const HttpResponse first = Get();
  EXPECT_EQ(Get().body, first.body);
  EXPECT_EQ(Get("If-None-Match: " + first.Field("ETag") + "\r\n").status, 304);
  EXPECT_EQ(Reads(), 3);
  EXPECT_EQ(Decodes(), 2);
  EXPECT_EQ(Hits(), 0);
  EXPECT_EQ(server_->Metric("whittle_cache_bytes"), 0);
}

TEST_F(KeptResults, AreNeverErrors) {
  Start();
  server_->Add("text.jpg", AsBytes("this is not a picture"));
  for (int reads = 1; reads <= 3; ++reads) {
    EXPECT_EQ(client_->Get("/resize/30/0/text.jpg").status, 415);
    EXPECT_EQ(Reads(), reads);
  }
  server_->Add("text.jpg", EncodeJpeg(Photo(30, 20)).view());
  EXPECT_EQ(client_->Get("/resize/30/0/text.jpg").status, 200);
}

}  // namespace
}  // namespace whittle::test
