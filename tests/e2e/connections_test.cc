// Connections: kept, pipelined, limited, and what becomes of clients that stall or vanish.
#include <gtest/gtest.h>

#include <string>
#include <thread>
#include <vector>

#include "tests/support/pictures.h"
#include "tests/support/server.h"

namespace whittle::test {
namespace {
using namespace std::chrono_literals;

TEST(Connections, AreKept) {
  TestServer server;
  HttpClient client = server.Connect();
  for (int i = 0; i < 100; ++i) {
    const HttpResponse response = client.Get(i % 2 == 0 ? "/health" : "/nothing");
    EXPECT_EQ(response.status, i % 2 == 0 ? 200 : 404);
    EXPECT_EQ(response.Field("Connection"), "keep-alive");
  }
  EXPECT_EQ(server.Metric("whittle_connections"), 2);
}

TEST(Connections, CloseWhenTheClientWantsIt) {
  TestServer server;
  struct Case {
    std::string head;
    bool kept;
  };
  for (const Case& each : {
           Case{"GET /health HTTP/1.1\r\nHost: h\r\n\r\n", true},
           Case{"GET /health HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n", false},
           Case{"GET /health HTTP/1.0\r\n\r\n", false},
           Case{"GET /health HTTP/1.0\r\nConnection: keep-alive\r\n\r\n", true},
       }) {
    HttpClient client = server.Connect();
    client.Send(each.head);
    const HttpResponse response = client.Read();
    EXPECT_EQ(response.body, "ok");
    EXPECT_EQ(response.Field("Connection"), each.kept ? "keep-alive" : "close") << each.head;
    if (each.kept) {
      EXPECT_EQ(client.Get("/health").body, "ok");
    } else {
      EXPECT_TRUE(client.ReadEnd()) << each.head;
    }
  }
}

TEST(Connections, AnswerPipelinedRequestsInOrder) {
  TestServer server;
  server.Add("photo.jpg", EncodeJpeg(Photo(200, 200)).view());
  HttpClient client = server.Connect();
  std::string requests;
  for (int i = 1; i <= 50; ++i) {
    requests += HttpClient::Request("GET", "/resize/" + std::to_string(i) + "/0/photo.jpg");
    requests += HttpClient::Request("HEAD", "/resize/8193/0/photo.jpg") + "\r\n";
    requests += HttpClient::Request("GET", "/health");
  }
  client.Send(requests);
  for (int i = 1; i <= 50; ++i) {
    const HttpResponse picture = client.Read();
    ASSERT_EQ(picture.status, 200) << picture.body;
    EXPECT_EQ(DecodeJpeg(AsBytes(picture.body)).width, i);
    EXPECT_EQ(client.Read(true).status, 400);
    EXPECT_EQ(client.Read().body, "ok");
  }
}

TEST(Connections, TakeHeadsInPieces) {
  TestServer server;
  HttpClient client = server.Connect();
  for (int i = 0; i < 3; ++i) {
    for (const char byte : HttpClient::Request("GET", "/health")) client.Send({&byte, 1});
    EXPECT_EQ(client.Read().body, "ok");
  }
}

TEST(Connections, ForgiveOneEmptyLineBeforeEachRequest) {
  TestServer server;
  HttpClient client = server.Connect();
  for (int i = 0; i < 3; ++i) {
    client.Send("\r\n");
    EXPECT_EQ(client.Get("/health").body, "ok");
  }
  client.Send("\r\n\r\n");
  EXPECT_EQ(client.Get("/health").status, 400);
  EXPECT_TRUE(client.ReadEnd());
}

TEST(Connections, EndAfterTheirShareOfRequests) {
  app::Settings settings = PatientSettings();
  settings.http.max_requests_per_connection = 3;
  TestServer server(settings);
  HttpClient client = server.Connect();
  std::string requests;
  for (int i = 0; i < 5; ++i) requests += HttpClient::Request("GET", "/health");
  client.Send(requests);
  EXPECT_EQ(client.Read().Field("Connection"), "keep-alive");
  EXPECT_EQ(client.Read().Field("Connection"), "keep-alive");
  EXPECT_EQ(client.Read().Field("Connection"), "close");
  EXPECT_TRUE(client.ReadEnd());
}

// Only 64 KiB of what was pipelined beyond were read, and then a reset took answers along.
TEST(Connections, AnswersWereLostWhenMuchMoreWasPipelinedThanIsAnswered) {
  app::Settings settings = PatientSettings();
  settings.http.max_requests_per_connection = 500;
  TestServer server(settings);
  HttpClient client = server.Connect();
  std::string requests;
  for (int i = 0; i < 20'000; ++i) requests += HttpClient::Request("GET", "/health");
  client.Send(requests);
  for (int i = 1; i <= 500; ++i) {
    ASSERT_EQ(client.Read().Field("Connection"), i < 500 ? "keep-alive" : "close");
  }
  EXPECT_TRUE(client.ReadEnd());
}

// A close with unread bytes in the socket is a reset, which may overtake the answer.
TEST(Connections, EndInOrderWhateverTheClientStillSends) {
  TestServer server;
  for (const char* target : {"/health", "bad"}) {
    HttpClient client = server.Connect();
    client.Send(HttpClient::Request("GET", target, "Connection: close\r\n") +
                std::string(30'000, 'x'));
    EXPECT_EQ(client.Read().Field("Connection"), "close");
    EXPECT_TRUE(client.ReadEnd()) << target;
  }
}

TEST(Connections, HalfClosedOnesStillGetTheirPages) {
  TestServer server;
  HttpClient client = server.Connect();
  client.Send(HttpClient::Request("GET", "/health") + HttpClient::Request("GET", "/ready"));
  client.HalfClose();
  EXPECT_EQ(client.Read().body, "ok");
  EXPECT_EQ(client.Read().body, "ready");
  EXPECT_TRUE(client.ReadEnd());
}

TEST(Timeouts, SilentConnectionsAreClosed) {
  app::Settings settings = PatientSettings();
  settings.http.header_timeout = 1ms;
  TestServer server(settings);
  EXPECT_TRUE(server.Connect().ReadEnd()) << "without a word: nothing was asked";
}

TEST(Timeouts, UnfinishedHeadsAreAnswered408) {
  app::Settings settings = PatientSettings();
  settings.http.header_timeout = 200ms;
  TestServer server(settings);
  HttpClient client = server.Connect();
  client.Send("GET /health HT");
  const HttpResponse response = client.Read();
  EXPECT_EQ(response.status, 408);
  EXPECT_EQ(response.Field("Connection"), "close");
  EXPECT_TRUE(client.ReadEnd());
}

TEST(Timeouts, ASecondRequestThatStopsAfterItsFirstByteIsAnswered408) {
  app::Settings settings = PatientSettings();
  settings.http.header_timeout = 200ms;
  TestServer server(settings);
  HttpClient client = server.Connect();
  EXPECT_EQ(client.Get("/health").body, "ok");
  client.Send("G");  // with an idle timeout of an hour
  EXPECT_EQ(client.Read().status, 408);
  EXPECT_TRUE(client.ReadEnd());
}

// A byte now and then must not win more time (slowloris).
TEST(Timeouts, DrippedHeadsAreAnswered408) {
  app::Settings settings = PatientSettings();
  settings.http.header_timeout = 200ms;
  TestServer server(settings);
  HttpClient client = server.Connect();
  client.Send("GET /health HTTP/1.1\r\nX: ");
  for (int i = 0; i < 10'000 && !client.Readable(1ms); ++i) client.TrySend("x");
  EXPECT_EQ(client.Read().status, 408);
}

TEST(Timeouts, IdleConnectionsAreClosed) {
  app::Settings settings = PatientSettings();
  settings.http.idle_timeout = 1ms;
  TestServer server(settings);
  HttpClient client = server.Connect();
  EXPECT_EQ(client.Get("/health").Field("Connection"), "keep-alive");
  EXPECT_TRUE(client.ReadEnd());
}

// Answers of more than a megabyte, none of which is read.
std::string ManyLargeRequests() {
  std::string requests;
  for (int i = 0; i < 20; ++i) requests += HttpClient::Request("GET", "/resize/900/0/noise.jpg");
  return requests;
}

TEST(Timeouts, ClientsThatDoNotReadAreCutOff) {
  app::Settings settings = PatientSettings();
  settings.http.write_timeout = 100ms;
  settings.image.quality = 100;
  TestServer server(settings);
  server.Add("noise.jpg", EncodeJpeg(Noise(900, 900)).view());
  HttpClient client(server.port(), 4096);
  client.Send(ManyLargeRequests());
  EXPECT_TRUE(server.Becomes("whittle_requests_total{format=\"jpeg\",status=\"499\"}", 1));
  EXPECT_TRUE(server.Becomes("whittle_connections", 1));
  EXPECT_EQ(server.Get("/health").body, "ok");
  EXPECT_EQ(server.Get("/resize/10/0/noise.jpg").status, 200);
}

// Each byte that it took used to buy the whole of write_timeout again.
TEST(Timeouts, AClientThatTakesAnAnswerByteByByteHeldItForDays) {
  app::Settings settings = PatientSettings();
  settings.http.answer_timeout = 200ms;
  settings.image.quality = 100;
  TestServer server(settings);
  server.Add("noise.jpg", EncodeJpeg(Noise(900, 900)).view());
  HttpClient client(server.port(), 4096);
  client.Send(ManyLargeRequests());
  std::size_t taken = 0;
  while (client.Receive(1) > 0) ++taken;
  EXPECT_LT(taken, 1'000'000U) << "cut off long before the end";
  EXPECT_TRUE(server.Becomes("whittle_requests_total{format=\"jpeg\",status=\"499\"}", 1));
}

TEST(Clients, ThatDoNotReadHoldNoWorker) {
  app::Settings settings = PatientSettings();
  settings.service.workers = 1;
  settings.image.quality = 100;
  TestServer server(settings);
  server.Add("noise.jpg", EncodeJpeg(Noise(900, 900)).view());
  std::vector<HttpClient> stalled;
  for (int i = 0; i < 4; ++i) {
    stalled.emplace_back(server.port(), 4096);
    stalled.back().Send(ManyLargeRequests());
  }
  EXPECT_EQ(server.Get("/resize/10/0/noise.jpg").status, 200);
  EXPECT_TRUE(server.BecomesIdle());
}

TEST(Clients, ThatResetWithinAnAnswerLeaveNothingBehind) {
  TestServer server;
  server.Add("noise.jpg", EncodeJpeg(Noise(400, 400)).view());
  const double descriptors = server.Metric("whittle_process_open_fds");
  for (int i = 0; i < 200; ++i) {
    HttpClient client(server.port(), 4096);
    client.Send(
        HttpClient::Request("GET", "/resize/" + std::to_string(300 + i % 7) + "/0/noise.jpg"));
    if (i % 2 == 0) EXPECT_TRUE(client.Readable(HttpClient::kPatience));
    client.Reset();
  }
  EXPECT_TRUE(server.Becomes("whittle_connections", 1));
  EXPECT_TRUE(server.BecomesIdle());
  EXPECT_EQ(server.Metric("whittle_process_open_fds"), descriptors);
}

TEST(Clients, ThatCloseWithinAHeadLeaveNothingBehind) {
  TestServer server;
  for (int i = 0; i < 100; ++i) {
    HttpClient client = server.Connect();
    client.Send("GET /health HTTP/1.1\r\nHo");
    if (i % 2 == 0) client.Reset();
  }
  EXPECT_TRUE(server.Becomes("whittle_connections", 1));
}

class LoadTest : public testing::TestWithParam<std::uint32_t> {};
INSTANTIATE_TEST_SUITE_P(Threads, LoadTest, testing::Values(1, 4));

TEST_P(LoadTest, EveryUrlHasOneAnswerWhoeverAsks) {
  constexpr int kUrls = 20;
  constexpr int kConnections = 16;
  constexpr int kRequests = 125;  // on each
  app::Settings settings = PatientSettings();
  settings.service.io_threads = GetParam();
  TestServer server(settings);
  for (int i = 0; i < kUrls; ++i) {
    server.Add(std::to_string(i) + ".jpg",
               EncodeJpeg(Photo(40, 30, 3, static_cast<unsigned>(i))).view());
  }
  const auto target = [](int url) { return "/resize/16/16/" + std::to_string(url) + ".jpg"; };
  std::vector<std::string> expected;
  for (int i = 0; i < kUrls; ++i) expected.push_back(server.Get(target(i)).body);

  std::atomic<int> wrong = 0;
  {
    std::vector<std::jthread> clients;
    for (int c = 0; c < kConnections; ++c) {
      clients.emplace_back([&, c] {
        try {
          HttpClient client = server.Connect();
          for (int i = 0; i < kRequests; ++i) {
            const int url = (c * 7 + i) % kUrls;
            const HttpResponse response = client.Get(target(url));
            const bool right =
                response.status == 200 && response.body == expected[static_cast<std::size_t>(url)];
            if (!right) ++wrong;
          }
        } catch (const std::exception& e) {
          ADD_FAILURE() << e.what();
        }
      });
    }
  }
  EXPECT_EQ(wrong, 0);
  // A request is counted when its answer is out, which its client may know first.
  EXPECT_TRUE(server.Becomes("whittle_requests_total{format=\"jpeg\",status=\"200\"}",
                             kConnections * kRequests + kUrls));
  EXPECT_TRUE(server.BecomesIdle());
}

}  // namespace
}  // namespace whittle::test
