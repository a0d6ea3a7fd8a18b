// Equal requests share one piece of work, work ends when nobody wants it, and too much is refused.
//
// "Busy" is a picture that takes seconds, so that what is sent meanwhile meets taken slots. It is
// never waited for: its client leaves.
#include <gtest/gtest.h>

#include <string>
#include <thread>
#include <vector>

#include "tests/e2e/busy.h"
#include "tests/support/pictures.h"
#include "tests/support/server.h"

namespace whittle::test {
namespace {
using namespace std::chrono_literals;

constexpr const char* kCpuWaiting = "whittle_gate_waiting{gate=\"cpu\"}";

// What is asked for has to be made.
app::Settings NothingKept() {
  app::Settings settings = OneWorker();
  settings.service.cache_bytes = 0;
  return settings;
}

class FlightsTest : public ::testing::Test {
 protected:
  explicit FlightsTest(const app::Settings& settings = NothingKept()) : server_(settings) {
    server_.Add("slow.jpg", SlowJpeg());
    server_.Add("photo.jpg", EncodeJpeg(Photo(300, 200)).view());
  }

  static std::string Slow(int height = 0) {
    return HttpClient::Request("GET", "/resize/8192/" + std::to_string(height) + "/slow.jpg");
  }
  static std::string Photo200(int width) {
    return HttpClient::Request("GET", "/resize/" + std::to_string(width) + "/0/photo.jpg");
  }

  /// A client for whom the only worker is busy, and has begun everything that is counted.
  HttpClient Busy() {
    const double before = server_.Metric("whittle_encodes_total");
    HttpClient client = server_.Connect();
    client.Send(Slow());
    EXPECT_TRUE(server_.Becomes("whittle_encodes_total", before + 1));
    return client;
  }
  /// `count` clients that have all sent `request` and wait.
  std::vector<HttpClient> Waiting(int count, const std::string& request) {
    const double before = server_.Metric("whittle_flight_callers");
    std::vector<HttpClient> clients;
    for (int i = 0; i < count; ++i) {
      clients.push_back(server_.Connect());
      clients.back().Send(request);
    }
    EXPECT_TRUE(server_.Becomes("whittle_flight_callers", before + count));
    return clients;
  }

  TestServer server_;
};

TEST_F(FlightsTest, ManyRequestsForOneUrlAreWorkedOnOnce) {
  constexpr int kClients = 500;
  HttpClient busy = Busy();
  std::vector<HttpClient> clients = Waiting(kClients, Photo200(100));
  EXPECT_EQ(server_.Metric("whittle_flights"), 2);
  busy.Reset();
  const std::string first = clients.front().Read().body;
  EXPECT_EQ(DecodeJpeg(AsBytes(first)).width, 100);
  for (std::size_t i = 1; i < clients.size(); ++i) {
    const HttpResponse response = clients[i].Read();
    EXPECT_EQ(response.status, 200);
    EXPECT_EQ(response.body, first);
  }
  EXPECT_EQ(server_.Metric("whittle_reads_total"), 1 + 1);  // and the busy one
  EXPECT_EQ(server_.Metric("whittle_decodes_total"), 1 + 1);
  EXPECT_EQ(server_.Metric("whittle_encodes_total"), 1 + 1);
  EXPECT_EQ(server_.Metric("whittle_coalesced_followers_total"), kClients - 1);
  EXPECT_TRUE(server_.BecomesIdle());
}

TEST_F(FlightsTest, ErrorsAreSharedToo) {
  server_.Add("text.jpg", AsBytes("this is not a picture"));
  HttpClient busy = Busy();
  std::vector<HttpClient> clients =
      Waiting(20, HttpClient::Request("GET", "/resize/10/0/text.jpg"));
  busy.Reset();
  for (HttpClient& client : clients) EXPECT_EQ(client.Read().status, 415);
  EXPECT_EQ(server_.Metric("whittle_reads_total"), 1 + 1);
  EXPECT_EQ(server_.Get("/resize/10/0/text.jpg").status, 415);
  EXPECT_EQ(server_.Metric("whittle_reads_total"), 1 + 2) << "but not kept";
}

TEST_F(FlightsTest, AClientThatKnowsTheResultNeedsNotWait) {
  const std::string tag = server_.Get("/resize/100/0/photo.jpg").Field("ETag");
  HttpClient busy = Busy();
  std::vector<HttpClient> clients = Waiting(1, Photo200(100));
  // It comes later, and leaves first: the flight's tag is known before its picture is made.
  HttpClient knowing = server_.Connect();
  EXPECT_EQ(knowing.Get("/resize/100/0/photo.jpg", "If-None-Match: " + tag + "\r\n").status, 304);
  busy.Reset();
  EXPECT_EQ(clients.front().Read().status, 200);
}

TEST_F(FlightsTest, OneClientLeavingDoesNotDisturbTheOthers) {
  HttpClient busy = Busy();
  std::vector<HttpClient> clients = Waiting(4, Photo200(100));
  clients[0].Reset();  // the one that started the flight
  clients[1].Close();
  EXPECT_TRUE(server_.Becomes("whittle_flight_callers", 1 + 2));
  busy.Reset();
  EXPECT_EQ(clients[2].Read().status, 200);
  EXPECT_EQ(clients[3].Read().status, 200);
  EXPECT_EQ(server_.Metric("whittle_decodes_total"), 1 + 1);
}

TEST_F(FlightsTest, WorkStopsWhenEveryClientHasLeft) {
  for (const bool reset : {true, false}) {
    std::vector<HttpClient> clients = Waiting(3, Slow());
    EXPECT_TRUE(server_.Becomes(kCpuInUse, 1));
    for (HttpClient& client : clients) reset ? client.Reset() : client.Close();
    EXPECT_TRUE(server_.BecomesIdle());
  }
  // Neither was finished.
  EXPECT_EQ(MetricIn(server_.Get("/metrics").body,
                     "whittle_requests_total{format=\"jpeg\",status=\"200\"}"),
            0);
  EXPECT_EQ(server_.Metric("whittle_requests_total{format=\"none\",status=\"499\"}"), 6);
}

TEST_F(FlightsTest, WorkThatNobodyWaitsForIsNotBegun) {
  HttpClient busy = Busy();
  for (int i = 0; i < 4; ++i) {
    Waiting(2, Photo200(100 + i)).clear();
    EXPECT_TRUE(server_.Becomes("whittle_flight_callers", 1));
  }
  EXPECT_TRUE(server_.Becomes(kCpuWaiting, 0));
  busy.Reset();
  EXPECT_TRUE(server_.BecomesIdle());
  EXPECT_EQ(server_.Metric("whittle_decodes_total"), 1) << "only the busy one";
}

TEST_F(FlightsTest, APipelinedRequestIsNotAClientThatLeft) {
  HttpClient client = server_.Connect();
  HttpClient busy = Busy();
  client.Send(Photo200(100));
  EXPECT_TRUE(server_.Becomes(kCpuWaiting, 1));
  client.Send(Photo200(50));
  busy.Reset();
  EXPECT_EQ(DecodeJpeg(AsBytes(client.Read().body)).width, 100);
  EXPECT_EQ(DecodeJpeg(AsBytes(client.Read().body)).width, 50);
}

// What had been sent behind the request hid that its connection was broken.
TEST_F(FlightsTest, AClientThatPipelinesAndResetsKeptTheWorkerBusy) {
  HttpClient client = server_.Connect();
  client.Send(Slow());
  EXPECT_TRUE(server_.Becomes("whittle_encodes_total", 1));
  client.Send(Photo200(50));
  client.Reset();
  EXPECT_TRUE(server_.BecomesIdle());
  EXPECT_EQ(server_.Metric("whittle_requests_total{format=\"none\",status=\"499\"}"), 1)
      << "the picture was given up";
}

TEST_F(FlightsTest, PagesAreAnsweredWhileEverythingIsBusy) {
  HttpClient busy = Busy();
  std::vector<HttpClient> clients = Waiting(20, Photo200(100));
  EXPECT_EQ(server_.Get("/health").body, "ok");
  EXPECT_EQ(server_.Get("/ready").body, "ready");
  busy.Reset();
  for (HttpClient& client : clients) EXPECT_EQ(client.Read().status, 200);
}

class OverloadTest : public FlightsTest {
 protected:
  OverloadTest() : FlightsTest(Hasty()) {}
  static app::Settings Hasty() {
    app::Settings settings = NothingKept();
    settings.service.queue_wait = 1ms;
    return settings;
  }
};

TEST_F(OverloadTest, WhatWouldWaitTooLongIsRefused) {
  HttpClient busy = Busy();
  std::vector<HttpClient> clients;
  for (int i = 1; i <= 50; ++i) {
    clients.push_back(server_.Connect());
    clients.back().Send(Photo200(i));
  }
  for (HttpClient& client : clients) {
    const HttpResponse response = client.Read();
    ExpectRefusal(response);
    EXPECT_EQ(response.Field("Connection"), "keep-alive") << "a refusal is no reason to reconnect";
  }
  EXPECT_EQ(server_.Get("/health").body, "ok");
  EXPECT_EQ(server_.Metric(kCpuInUse), 1);
  EXPECT_EQ(server_.Metric(kCpuWaiting), 0);
  busy.Reset();
  EXPECT_TRUE(server_.BecomesIdle());
  EXPECT_EQ(clients.front().Get("/resize/10/0/photo.jpg").status, 200) << "back to work at once";
}

}  // namespace
}  // namespace whittle::test
