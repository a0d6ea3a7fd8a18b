// Clients that were told to come back, and do not wait.
#include "tests/http/server_fixture.h"
#include "tests/support/slow_jpeg.h"

namespace whittle::http {
namespace {

constexpr const char* kPhoto = "/resize/10/0/photo.jpg";

class RefusedTest : public ServerTest {
 protected:
  RefusedTest() {
    test::WriteFile(images_.path() / "slow.jpg", test::FlatJpeg(8208, 65488).view());
    service_options_.queue_wait = 1ms;
    service_options_.cache_bytes = 1 << 20;
    service_options_.cache_fresh = 1h;
    service_options_.job = {.cpu = 1h, .wall = 1h};
    service_options_.limits.max_source_pixels = 1'000'000'000;
    service_options_.limits.max_working_bytes = 2ULL << 30;
    fetch_slots_ = 1;
  }

  std::string Page() { return HttpClient(port_).Get("/metrics").body; }
  bool Shows(const std::string& line) {
    return Page().find("\n" + line + "\n") != std::string::npos;
  }
  bool Becomes(const std::string& line) {
    for (int i = 0; i < 20'000; ++i) {
      if (Shows(line)) return true;
    }
    return false;
  }
  /// Makes the only worker busy until that client is reset.
  HttpClient Busy() {
    const int before = made_;
    HttpClient client(port_);
    client.Send(HttpClient::Request("GET", "/resize/8192/0/slow.jpg?preset=fast"));
    // Not only planned: it runs.
    EXPECT_TRUE(Becomes("whittle_encodes_total " + std::to_string(before + 1)));
    return client;
  }
  void Free(HttpClient& busy) {
    busy.Reset();
    EXPECT_TRUE(Becomes("whittle_gate_in_use{gate=\"fetch\"} 0"));
    EXPECT_TRUE(Becomes("whittle_flights 0"));
    EXPECT_TRUE(Becomes("whittle_gate_in_use{gate=\"cpu\"} 0"));
  }
  int made_ = 0;  // pictures before the only worker is made busy
  static std::chrono::seconds Refusal(const test::HttpResponse& refused) {
    EXPECT_EQ(refused.status, 503);
    EXPECT_EQ(refused.Field("Connection"), "keep-alive") << "a refusal is no reason to reconnect";
    EXPECT_EQ(refused.Field("Cache-Control"), "no-store");
    return std::chrono::seconds(std::stoi(refused.Field("Retry-After")));
  }
};

// Each asked again at once, so that a closed loop of thousands was refused 40 000 times a second.
TEST_F(RefusedTest, WhoAskedAgainTooEarlyWasRefusedAgainAndAgain) {
  Start();
  HttpClient busy = Busy();
  HttpClient client(port_);
  const auto told = Refusal(client.Get(kPhoto));
  Free(busy);
  EXPECT_TRUE(Shows("whittle_reads_total 1"));
  client.Send(HttpClient::Request("GET", kPhoto));
  Pass(told - 1s);  // it is held for more than that, up to `told`
  EXPECT_EQ(HttpClient(port_).Get("/resize/11/0/photo.jpg").status, 200) << "others are not held";
  EXPECT_FALSE(client.Readable(0ms));
  EXPECT_TRUE(Shows("whittle_reads_total 2")) << "and it costs no work";
  Pass(1s);
  EXPECT_EQ(client.Read().status, 200);
  client.Send(HttpClient::Request("GET", "/resize/12/0/photo.jpg"));
  EXPECT_EQ(client.Read().status, 200) << "it has waited, and need not again";
}

TEST_F(RefusedTest, WhoHasWaitedIsOneAmongTheOthersAndMayBeRefusedAgain) {
  Start();
  HttpClient busy = Busy();
  HttpClient client(port_);
  const auto told = Refusal(client.Get(kPhoto));
  client.Send(HttpClient::Request("GET", kPhoto));
  EXPECT_EQ(HttpClient(port_).Get("/health").body, "ok");  // so the one before is held by now
  Pass(told);
  Refusal(client.Read());
  EXPECT_TRUE(Shows("whittle_reads_total 1"));
  Free(busy);
  client.Send(HttpClient::Request("GET", kPhoto));
  Pass(RetryAfter::kLongest);
  EXPECT_EQ(client.Read().status, 200) << "the connection is as it was";
}

TEST_F(RefusedTest, PagesAndKeptPicturesAreNotDelayed) {
  Start();
  EXPECT_EQ(HttpClient(port_).Get(kPhoto).status, 200);
  made_ = 1;
  HttpClient busy = Busy();
  HttpClient client(port_);
  Refusal(client.Get("/resize/11/0/photo.jpg"));
  EXPECT_EQ(client.Get("/health").body, "ok");  // the clock stands
  EXPECT_EQ(client.Get("/ready").body, "ready");
  EXPECT_EQ(client.Get(kPhoto).Field("Server-Timing"), "cache;desc=hit");
  Free(busy);
}

TEST_F(RefusedTest, WhoLeavesWhileItWaitsIsForgotten) {
  Start();
  HttpClient busy = Busy();
  HttpClient client(port_);
  Refusal(client.Get(kPhoto));
  client.Send(HttpClient::Request("GET", kPhoto));
  client.Reset();
  EXPECT_TRUE(Becomes("whittle_connections 2"));
  Free(busy);
}

TEST_F(RefusedTest, TheEndDoesNotWaitForThem) {
  Start();
  HttpClient busy = Busy();
  HttpClient client(port_);
  Refusal(client.Get(kPhoto));
  Free(busy);
  client.Send(HttpClient::Request("GET", kPhoto));
  EXPECT_EQ(HttpClient(port_).Get("/health").body, "ok");  // so the one before is held by now
  server_->Drain();
  EXPECT_EQ(client.Read().status, 200);
}

TEST_F(RefusedTest, NewConnectionsOfOneAddressWereAWayAroundIt) {
  Start();
  HttpClient busy = Busy();
  for (std::uint32_t i = 0; i < RetryAfter::kOften; ++i) {
    HttpClient client(port_);
    Refusal(client.Get(kPhoto));  // at once, though the clock stands
  }
  HttpClient client(port_);
  client.Send(HttpClient::Request("GET", kPhoto));
  EXPECT_EQ(HttpClient(port_).Get("/health").body, "ok");
  Free(busy);
  EXPECT_FALSE(client.Readable(0ms));
  Pass(RetryAfter::kLongest);
  EXPECT_EQ(client.Read().status, 200);
}

// Held ones would fill the server, and everybody else would be refused for that.
TEST_F(RefusedTest, NewConnectionsAreHeldOnHalfOfThePlacesOnly) {
  options_.max_connections = 6;
  Start();
  HttpClient busy = Busy();
  for (int round = 0; round < 2; ++round) {  // in the second the places are free again
    for (std::uint32_t i = 0; i < RetryAfter::kOften; ++i) Refusal(HttpClient(port_).Get(kPhoto));
    std::vector<HttpClient> clients;
    for (int i = 0; i < 4; ++i) {
      clients.emplace_back(port_);
      clients.back().Send(HttpClient::Request("GET", kPhoto));
    }
    int answered = 0;
    while (answered == 0) {
      for (HttpClient& client : clients) answered += client.Readable(1ms) ? 1 : 0;
    }
    EXPECT_EQ(answered, 1) << "three wait";
    EXPECT_EQ(HttpClient(port_).Get("/health").body, "ok");
    Pass(RetryAfter::kLongest);
    for (HttpClient& client : clients) Refusal(client.Read());
    Pass(2s);  // these were refused in this second, too
  }
  busy.Reset();
}

}  // namespace
}  // namespace whittle::http
