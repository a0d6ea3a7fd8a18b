// More connections than there is room for, and what the log says of them.
#include <gtest/gtest.h>

#include <chrono>
#include <string>
#include <vector>

#include "tests/e2e/busy.h"
#include "tests/e2e/process.h"
#include "tests/support/pictures.h"
#include "tests/support/server.h"

namespace whittle::test {
namespace {
using namespace std::chrono_literals;

const std::string kPhoto = "/resize/10/0/photo.jpg";

void AddPictures(TestServer& server) {
  server.Add("photo.jpg", EncodeJpeg(Photo(20, 20)).view());
  server.Add("slow.jpg", SlowJpeg());
}

// Waits for a metric's value, asking on new connections only: a crowded one is closed.
bool BecomesFor(const TestServer& server, const std::string& name, double value) {
  for (int poll = 0; poll < 20'000; ++poll) {
    if (server.Metric(name) == value) return true;
  }
  return false;
}

// 8192 of them were enough to have new pictures refused for 75 seconds.
TEST(Crowd, IdleConnectionsLockedOthersOut) {
  app::Settings settings = PatientSettings();
  settings.http.max_connections = 3;
  TestServer server(settings);
  AddPictures(server);
  std::vector<HttpClient> idle;
  for (int i = 0; i < 3; ++i) {
    idle.push_back(server.Connect());
    EXPECT_EQ(idle.back().Get("/health").body, "ok");
  }
  HttpClient fresh = server.Connect();
  EXPECT_EQ(fresh.Get(kPhoto).Field("Connection"), "keep-alive");
  EXPECT_TRUE(idle[0].ReadEnd()) << "the longest idle one";
  EXPECT_EQ(idle[1].Get(kPhoto).status, 200);
  EXPECT_EQ(idle[2].Get(kPhoto).status, 200);
}

TEST(Crowd, ThreadsShareTheLimit) {
  app::Settings settings = PatientSettings();
  settings.http.max_connections = 5;
  settings.service.io_threads = 4;
  TestServer server(settings);
  AddPictures(server);
  std::vector<HttpClient> clients;
  for (int i = 0; i < 5; ++i) {
    clients.push_back(server.Connect());
    EXPECT_EQ(clients.back().Get(kPhoto).Field("Connection"), "keep-alive");
  }
  for (HttpClient& client : clients) EXPECT_EQ(client.Get(kPhoto).status, 200);
  HttpClient another = server.Connect();
  EXPECT_EQ(another.Get(kPhoto).Field("Connection"), "keep-alive");
  int closed = 0;
  for (HttpClient& client : clients) {
    if (!client.Readable(0ms)) continue;
    EXPECT_TRUE(client.ReadEnd());
    ++closed;
  }
  EXPECT_EQ(closed, 1);
}

TEST(Crowd, WhereNobodyWaitsOnlyPagesAreAnswered) {
  app::Settings settings = OneWorker();
  settings.http.max_connections = 3;
  settings.service.cache_bytes = 0;
  TestServer server(settings);
  AddPictures(server);
  std::vector<HttpClient> busy;
  for (int i = 0; i < 3; ++i) {
    busy.push_back(server.Connect());
    busy.back().Send(HttpClient::Request("GET", kSlow));
    ASSERT_TRUE(BecomesFor(server, "whittle_flight_callers", i + 1));
  }
  const HttpResponse refused = server.Get(kPhoto);
  ExpectRefusal(refused);
  EXPECT_EQ(refused.Field("Connection"), "close");
  EXPECT_EQ(server.Get("/health").Field("Connection"), "close");
  EXPECT_EQ(server.Get("/metrics").status, 200);
  for (HttpClient& client : busy) client.Reset();
  EXPECT_TRUE(BecomesFor(server, "whittle_flights", 0));
  EXPECT_TRUE(BecomesFor(server, "whittle_connections", 1));
  EXPECT_EQ(server.Get(kPhoto).status, 200);
}

// They filled the reserve as well, and /health had to wait for ten seconds.
TEST(Crowd, SilentConnectionsKeptHealthWaiting) {
  app::Settings settings = OneWorker();
  settings.http.max_connections = 1;
  TestServer server(settings);
  AddPictures(server);
  HttpClient busy = server.Connect();
  busy.Send(HttpClient::Request("GET", kSlow));
  ASSERT_TRUE(BecomesFor(server, kCpuInUse, 1));
  std::vector<HttpClient> silent;
  for (int i = 0; i < 200; ++i) silent.push_back(server.Connect());
  HttpClient fresh = server.Connect();
  EXPECT_EQ(fresh.Get("/health").body, "ok");
  EXPECT_TRUE(silent.front().ReadEnd()) << "without an answer: nothing was asked";
  busy.Reset();
}

TEST(Crowd, AnAddressMayHaveALimit) {
  app::Settings settings = PatientSettings();
  settings.http.max_connections_per_address = 2;
  TestServer server(settings);
  AddPictures(server);
  HttpClient first = server.Connect();
  EXPECT_EQ(first.Get(kPhoto).status, 200);
  {
    HttpClient second = server.Connect();
    EXPECT_EQ(second.Get(kPhoto).status, 200);
    HttpClient third = server.Connect();
    ExpectRefusal(third.Read());
    EXPECT_TRUE(third.ReadEnd());
  }
  EXPECT_EQ(first.Get(kPhoto).status, 200);
  const auto alone = [](const std::string& page) {
    return MetricIn(page, "whittle_connections") == 1;
  };
  for (bool done = false; !done;) done = alone(first.Get("/metrics").body);
  EXPECT_EQ(server.Get(kPhoto).status, 200);
}

// 222 bytes of log for each: 186 MB in two and a half minutes.
TEST(Refusals, AreLoggedInSums) {
  Process program({"WHITTLE_WORKERS=1", "WHITTLE_QUEUE_WAIT=1ms", "WHITTLE_DECODE_DEADLINE=1h",
                   "WHITTLE_MAX_SOURCE_PIXELS=1000000000", "WHITTLE_MAX_WORKING_BYTES=2GiB",
                   "WHITTLE_PRESET=fast", "WHITTLE_SHORT_JOB=0"});
  program.Add("photo.jpg", EncodeJpeg(Photo(20, 20)).view());
  program.Add("slow.jpg", SlowJpeg());
  HttpClient busy = program.Connect();
  busy.Send(HttpClient::Request("GET", kSlow));
  ASSERT_TRUE(PollMetrics(program.port(),
                          [](const std::string& page) { return MetricIn(page, kCpuInUse) == 1; }));
  constexpr int kRefused = 50;
  for (int i = 0; i < kRefused; ++i) {
    EXPECT_EQ(program.Connect().Get("/resize/" + std::to_string(i + 1) + "/0/photo.jpg").status,
              503);
  }
  busy.Reset();
  program.Signal(SIGTERM);
  EXPECT_EQ(program.Wait(), 0);
  int refused = 0;
  for (const std::string& line : program.lines()) {
    const auto parsed = nlohmann::json::parse(line);
    if (parsed.at("message") == "refused for load") refused += parsed.at("requests").get<int>();
    EXPECT_NE(parsed.value("status", 0), 503) << line;
  }
  EXPECT_EQ(refused, kRefused);
}

}  // namespace
}  // namespace whittle::test
