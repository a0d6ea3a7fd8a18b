// What only time shows, and what becomes of the server when something of its own fails.
#include <sys/resource.h>

#include <deque>

#include "tests/http/server_fixture.h"

namespace whittle::http {
namespace {

class OutputTest : public ServerTest {
 protected:
  /// A client that is being sent 4.3 MB and has taken the first bytes.
  HttpClient Reader() {
    HttpClient client(port_, 4096);
    client.Send(HttpClient::Request("GET", "/resize/1200/1200/photo.jpg?enlarge=1&format=raw"));
    EXPECT_GT(client.Receive(1), 0U);
    return client;
  }
  /// True when all of it can still be read.
  static bool GetsTheRest(HttpClient& client, std::size_t taken) {
    std::size_t got = 1;
    while (taken < kAnswer && (got = client.Receive(65536)) > 0) taken += got;
    return taken >= kAnswer;
  }
  static constexpr std::size_t kAnswer = 1200 * 1200 * 3;
};

TEST_F(OutputTest, WhoReadsNothingIsCutOffAtTheWriteTimeout) {
  Start();
  HttpClient client = Reader();
  for (int i = 0; i < 19; ++i) Pass(1s);
  HttpClient other(port_);
  EXPECT_EQ(other.Get("/health").body, "ok");
  EXPECT_NE(other.Get("/metrics").body.find("\nwhittle_connections 2\n"), std::string::npos);
  for (int i = 0; i < 6; ++i) Pass(1s);  // its kernel has taken some KB in the beginning
  EXPECT_FALSE(GetsTheRest(client, 1));
}

// Judged by whether the socket took more, those were cut off who read 4 or 10 KB a second. Here 1.5
// are enough, and what the kernel holds is not counted as taken.
TEST_F(OutputTest, HonestSlowReadersWereCutOff) {
  Start();
  HttpClient client = Reader();
  std::size_t taken = 1;
  for (int i = 0; i < 400; ++i) {
    std::size_t got = 1;
    for (std::size_t second = 0; second < 1500 && got > 0; second += got) {
      taken += got = client.Receive(1500 - second);
    }
    Pass(1s);
  }
  EXPECT_GT(taken, 500'000U);
  EXPECT_TRUE(GetsTheRest(client, taken));
}

TEST_F(OutputTest, WhoTakesLessThanTheRateIsCutOffBeforeLong) {
  Start();
  HttpClient client = Reader();
  std::size_t taken = 1;
  for (int i = 0; i < 200; ++i) {
    taken += client.Receive(256);
    Pass(1s);
  }
  EXPECT_FALSE(GetsTheRest(client, taken));
}

TEST_F(ServerTest, SilentConnectionsMakeRoomBeforeIdleOnes) {
  options_.max_connections = 3;
  Start();
  HttpClient idle(port_);
  EXPECT_EQ(idle.Get("/health").body, "ok");
  HttpClient silent(port_);
  HttpClient younger(port_);
  EXPECT_EQ(younger.Get("/health").body, "ok");
  Pass(2s);
  HttpClient fresh(port_);
  EXPECT_EQ(fresh.Get("/resize/10/10/photo.jpg").status, 200);
  EXPECT_TRUE(silent.ReadEnd());
  HttpClient another(port_);
  EXPECT_EQ(another.Get("/resize/10/10/photo.jpg").status, 200);
  EXPECT_TRUE(idle.ReadEnd()) << "idle for longest";
  EXPECT_EQ(younger.Get("/health").body, "ok");
}

// What has just come may have its request on the way.
TEST_F(ServerTest, SilentConnectionsHaveAMomentWhileOthersCanMakeRoom) {
  options_.max_connections = 2;
  Start();
  HttpClient idle(port_);
  EXPECT_EQ(idle.Get("/health").body, "ok");
  HttpClient silent(port_);
  HttpClient fresh(port_);
  EXPECT_EQ(fresh.Get("/health").body, "ok");
  EXPECT_TRUE(idle.ReadEnd());
  EXPECT_EQ(silent.Get("/health").body, "ok");
}

// A client that had asked before was closed for the sake of hundreds that said nothing.
TEST_F(ServerTest, AFloodOfSilentConnectionsClosedOneThatHadAsked) {
  options_.max_connections = 16;
  Start();
  HttpClient kept(port_);
  EXPECT_EQ(kept.Get("/health").body, "ok");
  std::deque<HttpClient> silent;
  for (int i = 0; i < 15; ++i) silent.emplace_back(port_);
  for (int i = 0; i < 3; ++i) {
    EXPECT_EQ(HttpClient(port_).Get("/resize/10/10/photo.jpg").status, 200);
    EXPECT_TRUE(silent.front().ReadEnd()) << "the oldest";
    silent.pop_front();
    silent.emplace_back(port_);  // the clock stands still: all have just come
  }
  EXPECT_EQ(kept.Get("/resize/10/10/photo.jpg").status, 200);
}

TEST_F(ServerTest, AsManySilentConnectionsAsIdleOnesAreNoFlood) {
  options_.max_connections = 16;
  Start();
  std::deque<HttpClient> idle;
  std::deque<HttpClient> silent;
  for (int i = 0; i < 8; ++i) EXPECT_EQ(idle.emplace_back(port_).Get("/health").body, "ok");
  for (int i = 0; i < 8; ++i) silent.emplace_back(port_);
  EXPECT_EQ(HttpClient(port_).Get("/health").body, "ok");
  EXPECT_TRUE(idle.front().ReadEnd());
  EXPECT_EQ(silent.front().Get("/health").body, "ok");
}

// When all others are busy, some newcomers whose requests are on their way close none of
// themselves; an eighth of all are some.
TEST_F(ServerTest, AnEighthOfSilentConnectionsIsNoFlood) {
  options_.max_connections = 16;
  Start();
  std::deque<HttpClient> busy;
  for (int i = 0; i < 14; ++i) {
    busy.emplace_back(port_).Send(HttpClient::Request("GET", "/health") + "GET");
    EXPECT_EQ(busy.back().Read().body, "ok");  // and the next request has begun
  }
  HttpClient silent(port_);
  HttpClient younger(port_);
  EXPECT_EQ(HttpClient(port_).Get("/resize/10/10/photo.jpg").status, 503) << "no room was made";
  EXPECT_EQ(silent.Get("/health").body, "ok");
}

TEST_F(ServerTest, AskedForMoreConnectionsThanThereAreDescriptors) {
  rlimit before{};
  getrlimit(RLIMIT_NOFILE, &before);
  const rlimit few = {.rlim_cur = 700, .rlim_max = before.rlim_max};
  setrlimit(RLIMIT_NOFILE, &few);
  Start();
  setrlimit(RLIMIT_NOFILE, &before);
  EXPECT_NE(lines_.str().find("connections=444 max_connections=8192"), std::string::npos)
      << lines_.str();
}

// The process ended with SIGABRT; or accepting did, and nobody noticed.
TEST_F(ServerTest, OneConnectionThatFoundNoMemoryTookTheOthersAlong) {
  options_.session.sweep_every = 1h;  // so that only a new connection looks at the clock
  Start();
  HttpClient kept(port_);
  kept.Send("GET /health HTTP/1.1\r\n");
  EXPECT_EQ(HttpClient(port_).Get("/health").body, "ok");  // so the one before has been taken in
  broken = Broken::kOutOfMemory;
  HttpClient unlucky(port_);
  EXPECT_TRUE(unlucky.ReadEnd());
  broken = Broken::kNo;
  kept.Send("Host: h\r\n\r\n");
  EXPECT_EQ(kept.Read().body, "ok");
  EXPECT_EQ(HttpClient(port_).Get("/health").body, "ok");
  EXPECT_EQ(failed_.get_future().wait_for(0s), std::future_status::timeout);
}

// The listener, or all timeouts, ended with one line in the log, and the process lived on.
TEST_F(ServerTest, AnExceptionOfItsOwnEndedItSilently) {
  Start();
  HttpClient client(port_);
  EXPECT_EQ(client.Get("/health").body, "ok");
  broken = Broken::kThrows;
  EXPECT_EQ(failed_.get_future().wait_for(60s), std::future_status::ready);
  broken = Broken::kNo;
  EXPECT_NE(lines_.str().find("the server cannot go on what=\"no time\""), std::string::npos);
}

}  // namespace
}  // namespace whittle::http
