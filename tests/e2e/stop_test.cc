// The end of a server: what has been asked is answered, what has not been asked is closed, and an
// impatient operator is obeyed.
#include <gtest/gtest.h>
#include <unistd.h>

#include <atomic>
#include <csignal>
#include <string>
#include <thread>
#include <vector>

#include "tests/e2e/busy.h"
#include "tests/e2e/process.h"
#include "tests/support/pictures.h"
#include "tests/support/server.h"

namespace whittle::test {
namespace {
using namespace std::chrono_literals;

const std::string kPhoto = "/resize/30/0/photo.jpg";

TEST(Stop, WithoutClientsIsClean) {
  TestServer server;
  EXPECT_EQ(server.Stop(), 0);
}

TEST(Stop, ClosesIdleConnections) {
  TestServer server;
  HttpClient kept = server.Connect();
  EXPECT_EQ(kept.Get("/health").body, "ok");
  HttpClient fresh = server.Connect();
  ASSERT_TRUE(server.Becomes("whittle_connections", 3));
  EXPECT_EQ(server.Stop(), 0);  // with timeouts of an hour
  EXPECT_TRUE(kept.ReadEnd());
  EXPECT_TRUE(fresh.ReadEnd());
}

// It had been accepted, if at all, after the drain began, and was given the whole header timeout.
TEST(Stop, ASilentConnectionFromTheBacklogHeldTheDrainUp) {
  app::Settings settings = PatientSettings();
  settings.http.drain_timeout = 20s;
  TestServer server(settings);
  std::vector<HttpClient> silent;
  server.BeginStop();
  try {
    while (silent.size() < 1000) silent.push_back(server.Connect());
  } catch (const std::exception&) {
    SUCCEED() << "the listener is closed";
  }
  EXPECT_EQ(server.WaitForEnd(), 0);
}

// However many threads the connections are dealt out to.
class StopTest : public testing::TestWithParam<std::uint32_t> {
 protected:
  static app::Settings WithThreads() {
    app::Settings settings = PatientSettings();
    settings.service.io_threads = GetParam();
    return settings;
  }
};
INSTANTIATE_TEST_SUITE_P(Threads, StopTest, testing::Values(1, 4));

TEST_P(StopTest, AnswersWhatWasSentBeforeIt) {
  TestServer server(WithThreads());
  server.Add("photo.jpg", EncodeJpeg(Photo(300, 200)).view());
  std::vector<HttpClient> clients;
  for (int i = 0; i < 20; ++i) {
    clients.push_back(server.Connect());
    if (i % 2 == 0) EXPECT_EQ(clients.back().Get("/health").body, "ok");
  }
  for (HttpClient& client : clients) client.Send(HttpClient::Request("GET", kPhoto));
  server.BeginStop();
  for (HttpClient& client : clients) EXPECT_EQ(client.Read().status, 200);
  EXPECT_EQ(server.WaitForEnd(), 0);
  for (HttpClient& client : clients) EXPECT_TRUE(client.ReadEnd());
}

TEST(Stop, FinishesWhatIsUnderWayAndWhatIsPipelinedBehindIt) {
  TestServer server(OneWorker());
  server.Add("photo.jpg", EncodeJpeg(Photo(300, 200)).view());
  server.Add("slow.jpg", SlowJpeg());
  HttpClient busy = server.Connect();
  busy.Send(HttpClient::Request("GET", kSlow));
  ASSERT_TRUE(server.Becomes(kCpuInUse, 1));
  HttpClient client = server.Connect();
  client.Send(HttpClient::Request("GET", kPhoto) + HttpClient::Request("GET", "/ready"));
  HttpClient watch = server.Connect();
  ASSERT_TRUE(server.Becomes("whittle_flight_callers", 2));
  server.BeginStop();
  int status = 200;
  while (status == 200) status = watch.Get("/ready").status;  // until the drain has begun
  EXPECT_EQ(status, 503);
  busy.Reset();
  EXPECT_EQ(client.Read().status, 200);
  const HttpResponse ready = client.Read();
  EXPECT_EQ(ready.status, 503);
  EXPECT_EQ(ready.body, "draining");
  EXPECT_EQ(ready.Field("Connection"), "close");
  EXPECT_EQ(server.WaitForEnd(), 0);
}

TEST(Stop, CutsOffWhatTakesTooLong) {
  app::Settings settings = OneWorker();
  settings.http.drain_timeout = 0ms;
  TestServer server(settings);
  server.Add("slow.jpg", SlowJpeg());
  HttpClient client = server.Connect();
  client.Send(HttpClient::Request("GET", kSlow));
  ASSERT_TRUE(server.Becomes(kCpuInUse, 1));
  EXPECT_EQ(server.Stop(), 1);
  EXPECT_TRUE(client.ReadEnd());
}

// Clients that keep their connections until they are told to close; none may lose an answer.
TEST_P(StopTest, UnderLoadLosesNoAnswer) {
  constexpr int kClients = 8;
  for (int round = 0; round < 5; ++round) {
    TestServer server(WithThreads());
    server.Add("photo.jpg", EncodeJpeg(Photo(60, 40)).view());
    std::atomic<int> answered = 0;
    std::atomic<int> lost = 0;
    {
      std::vector<std::jthread> clients;
      for (int c = 0; c < kClients; ++c) {
        // Connected here: a thread that begins late may find the listener closed, and rightly so.
        clients.emplace_back([&, c, client = server.Connect()]() mutable {
          const std::string target = "/resize/" + std::to_string(20 + c) + "/0/photo.jpg";
          try {
            for (bool kept = true; kept; ++answered) {
              const HttpResponse response = client.Get(target);
              if (response.status != 200) ++lost;
              kept = response.Field("Connection") == "keep-alive";
            }
          } catch (const std::exception&) {
            ++lost;
          }
        });
      }
      while (answered < 100) std::this_thread::yield();
      server.BeginStop();
    }
    EXPECT_EQ(lost, 0) << "of " << answered;
    EXPECT_EQ(server.WaitForEnd(), 0);
  }
}

// The log's line for the request with this target.
nlohmann::json LineFor(Process& program, const std::string& target) {
  for (const std::string& line : program.lines()) {
    auto parsed = nlohmann::json::parse(line);
    if (parsed.value("target", "") == target) return parsed;
  }
  throw std::runtime_error("no line for " + target);
}

TEST(Signals, ReadinessGoesBeforeTheListenerAndASecondOneEndsAtOnce) {
  Process program({"WHITTLE_DRAIN_DELAY=1h", "WHITTLE_DECODE_DEADLINE=1h",
                   "WHITTLE_MAX_SOURCE_PIXELS=1000000000", "WHITTLE_MAX_WORKING_BYTES=2GiB",
                   "WHITTLE_PRESET=fast"});
  program.Add("photo.jpg", EncodeJpeg(Photo(60, 40)).view());
  program.Add("slow.jpg", SlowJpeg());
  HttpClient client = program.Connect();
  EXPECT_EQ(client.Get("/ready").status, 200);
  program.Signal(SIGTERM);
  EXPECT_EQ(program.WaitForLine("draining").at("signal"), SIGTERM);
  int status = 200;
  while (status == 200) status = client.Get("/ready").status;
  EXPECT_EQ(status, 503);
  EXPECT_EQ(program.Connect().Get(kPhoto).status, 200) << "the listener is still there";
  EXPECT_EQ(client.Get("/health").status, 200) << "alive, only not wanting more";

  HttpClient waiting = program.Connect();
  waiting.Send(HttpClient::Request("GET", kSlow));
  EXPECT_TRUE(PollMetrics(program.port(),
                          [](const std::string& page) { return MetricIn(page, kCpuInUse) == 1; }));
  program.Signal(SIGTERM);
  EXPECT_EQ(program.Wait(), 1);
  EXPECT_TRUE(waiting.ReadEnd());
  // Its work was given up: had the job been let finish, the line would say where its time went.
  const nlohmann::json line = LineFor(program, kSlow);
  EXPECT_EQ(line.at("status"), 499);
  EXPECT_FALSE(line.contains("decode_ms")) << line;
}

// It was taken for the first one, and another was needed.
TEST(Signals, OneAfterAStopEndsAtOnce) {
  TestServer server(OneWorker());
  server.Add("slow.jpg", SlowJpeg());
  HttpClient client = server.Connect();
  client.Send(HttpClient::Request("GET", kSlow));
  ASSERT_TRUE(server.Becomes(kCpuInUse, 1));
  server.BeginStop();
  kill(getpid(), SIGTERM);
  EXPECT_EQ(server.WaitForEnd(), 1);
  EXPECT_TRUE(client.ReadEnd());
}

TEST(Signals, InterruptEndsCleanly) {
  for (const int signal : {SIGTERM, SIGINT}) {
    Process program;
    HttpClient client = program.Connect();
    EXPECT_EQ(client.Get("/health").body, "ok");
    program.Signal(signal);
    EXPECT_EQ(program.Wait(), 0);
    EXPECT_TRUE(client.ReadEnd());
    EXPECT_EQ(program.WaitForLine("stopped").at("exit"), 0);
  }
}

TEST(Signals, BrokenPipesAreIgnored) {
  Process program;
  program.Signal(SIGPIPE);
  EXPECT_EQ(program.Connect().Get("/health").body, "ok");
  program.Signal(SIGTERM);
  EXPECT_EQ(program.Wait(), 0);
}

}  // namespace
}  // namespace whittle::test
