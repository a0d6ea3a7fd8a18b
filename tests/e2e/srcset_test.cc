// Several widths of one picture, asked for at once: one fetch, one decode, and for everybody what
// the request would have got alone.
#include <gtest/gtest.h>

#include <latch>
#include <string>
#include <vector>

#include "tests/e2e/busy.h"
#include "tests/support/origin.h"
#include "tests/support/pictures.h"

namespace whittle::test {
namespace {

constexpr const char* kCpuWaiting = "whittle_gate_waiting{gate=\"cpu\"}";

app::Settings NothingKept() {
  app::Settings settings = OneWorker();
  settings.service.cache_bytes = 0;
  return settings;
}

class SrcsetTest : public ::testing::Test {
 protected:
  explicit SrcsetTest(const app::Settings& settings = NothingKept()) : server_(settings) {
    server_.Add("slow.jpg", SlowJpeg());
    server_.Add("photo.jpg",
                EncodeJpeg(Photo(600, 400), {.h_sampling = 2, .v_sampling = 2}).view());
  }

  static std::string Target(int width, const std::string& query = "") {
    return "/resize/" + std::to_string(width) + "/0/photo.jpg" + query;
  }
  /// A client that holds the only worker.
  HttpClient Busy() {
    const double before = server_.Metric("whittle_encodes_total");
    HttpClient client = server_.Connect();
    client.Send(HttpClient::Request("GET", kSlow));
    EXPECT_TRUE(server_.Becomes("whittle_encodes_total", before + 1));
    return client;
  }
  /// Clients that have asked for these and wait for the worker.
  std::vector<HttpClient> Waiting(const std::vector<std::string>& targets) {
    std::vector<HttpClient> clients;
    for (const std::string& target : targets) {
      clients.push_back(server_.Connect());
      clients.back().Send(HttpClient::Request("GET", target));
    }
    EXPECT_TRUE(server_.Becomes(kCpuWaiting, static_cast<double>(targets.size())));
    return clients;
  }

  void ExpectAsAlone(const HttpResponse& response, const std::string& target) {
    EXPECT_EQ(response.status, 200) << response.body;
    const HttpResponse alone = server_.Get(target);
    EXPECT_EQ(alone.status, 200) << target;
    EXPECT_TRUE(alone.body == response.body) << target;
  }

  TestServer server_;
};

const std::vector<std::string> kWidths = {"/resize/80/0/photo.jpg", "/resize/160/0/photo.jpg",
                                          "/resize/240/0/photo.jpg", "/resize/320/0/photo.jpg",
                                          "/resize/480/0/photo.jpg"};

TEST_F(SrcsetTest, FiveAtOnceCostOneReadAndOneDecode) {
  HttpClient busy = Busy();
  std::vector<HttpClient> clients = Waiting(kWidths);
  busy.Reset();
  std::vector<std::string> bodies;
  for (HttpClient& client : clients) {
    const HttpResponse response = client.Read();
    EXPECT_EQ(response.status, 200);
    bodies.push_back(response.body);
  }
  EXPECT_EQ(server_.Metric("whittle_reads_total"), 1 + 1) << "and the busy one";
  EXPECT_EQ(server_.Metric("whittle_fetches_shared_total"), 4);
  EXPECT_EQ(server_.Metric("whittle_decodes_total"), 1 + 1);
  EXPECT_EQ(server_.Metric("whittle_decodes_shared_total"), 4);
  EXPECT_EQ(server_.Metric("whittle_encodes_total"), 1 + 5);
  for (std::size_t i = 0; i < kWidths.size(); ++i) {
    const HttpResponse alone = server_.Get(kWidths[i]);
    EXPECT_EQ(alone.status, 200);
    EXPECT_EQ(alone.body, bodies[i]) << kWidths[i];
  }
  EXPECT_EQ(server_.Metric("whittle_decodes_shared_total"), 4);
  EXPECT_TRUE(server_.BecomesIdle());
}

TEST_F(SrcsetTest, WhateverIsMadeOfItTheFetchIsOne) {
  HttpClient busy = Busy();
  std::vector<HttpClient> clients =
      Waiting({Target(80), Target(90, "?format=png"), Target(100, "?rotate=90"),
               Target(110, "?trim=5"), Target(120, "?format=png&blur=2")});
  busy.Reset();
  for (HttpClient& client : clients) EXPECT_EQ(client.Read().status, 200);
  EXPECT_EQ(server_.Metric("whittle_reads_total"), 1 + 1);
  // One of planes, one of rows, and one that looks at all pixels first.
  EXPECT_EQ(server_.Metric("whittle_decodes_total"), 1 + 3);
  EXPECT_EQ(server_.Metric("whittle_decodes_shared_total"), 2);
}

TEST_F(SrcsetTest, AClientThatLeavesTakesNobodyAlong) {
  for (std::size_t leaver = 0; leaver < 3; ++leaver) {
    HttpClient busy = Busy();
    std::vector<HttpClient> clients = Waiting({Target(80), Target(160), Target(240)});
    clients[leaver].Reset();
    EXPECT_TRUE(server_.Becomes(kCpuWaiting, 2));
    busy.Reset();
    for (std::size_t i = 0; i < clients.size(); ++i) {
      if (i != leaver) EXPECT_EQ(clients[i].Read().status, 200);
    }
    EXPECT_TRUE(server_.BecomesIdle());
  }
}

TEST_F(SrcsetTest, WhenAllLeaveNothingIsMade) {
  HttpClient busy = Busy();
  Waiting(kWidths).clear();
  EXPECT_TRUE(server_.Becomes(kCpuWaiting, 0));
  busy.Reset();
  EXPECT_TRUE(server_.BecomesIdle());
  EXPECT_EQ(server_.Metric("whittle_decodes_total"), 1) << "only the busy one";
}

TEST_F(SrcsetTest, OneThatCannotBePlannedIsRefusedAlone) {
  HttpClient busy = Busy();
  // 16 600 pixels wide and high, which is more than AVIF can be.
  std::vector<HttpClient> clients =
      Waiting({Target(80), Target(600, "?pad=8000&format=avif"), Target(160)});
  busy.Reset();
  EXPECT_EQ(clients[0].Read().status, 200);
  EXPECT_EQ(clients[1].Read().status, 400);
  EXPECT_EQ(clients[2].Read().status, 200);
  EXPECT_EQ(server_.Metric("whittle_reads_total"), 1 + 1);
  EXPECT_EQ(server_.Metric("whittle_decodes_shared_total"), 1);
}

TEST_F(SrcsetTest, OneThatIsTooLargeIsRefusedAlone) {
  HttpClient busy = Busy();
  // To be turned, 16 600 pixels wide and high have to be there whole.
  std::vector<HttpClient> clients =
      Waiting({Target(80), Target(600, "?pad=8000&rotate=90&format=tiff"), Target(160)});
  busy.Reset();
  const HttpResponse first = clients[0].Read();
  EXPECT_EQ(clients[1].Read().status, 413);
  const HttpResponse last = clients[2].Read();
  EXPECT_EQ(server_.Metric("whittle_reads_total"), 1 + 1);
  EXPECT_EQ(server_.Metric("whittle_decodes_shared_total"), 1);
  ExpectAsAlone(first, Target(80));
  ExpectAsAlone(last, Target(160));
}

// A mount's limits are its own, though the bytes are everybody's.
class SrcsetOfMountsTest : public SrcsetTest {
 protected:
  static app::Settings OneIsStrict() {
    app::Settings settings = NothingKept();
    settings.mounts.push_back({});
    settings.mounts.push_back({.prefix = "/strict"});
    settings.mounts.back().own = Own({{"max_source_pixels", std::to_string(600 * 400 - 1)}});
    settings.mounts.push_back({.prefix = "/exact"});
    settings.mounts.back().own = Own({{"max_source_pixels", std::to_string(600 * 400)}});
    return settings;
  }
  SrcsetOfMountsTest() : SrcsetTest(OneIsStrict()) {}
};

TEST_F(SrcsetOfMountsTest, OneWithLowerLimitsIsRefusedAlone) {
  HttpClient busy = Busy();
  std::vector<HttpClient> clients =
      Waiting({Target(80), "/strict" + Target(80), "/exact" + Target(240), Target(160)});
  busy.Reset();
  const HttpResponse first = clients[0].Read();
  EXPECT_EQ(clients[1].Read().status, 413);
  const HttpResponse exact = clients[2].Read();
  const HttpResponse last = clients[3].Read();
  EXPECT_EQ(server_.Metric("whittle_reads_total"), 1 + 1);
  ExpectAsAlone(first, Target(80));
  ExpectAsAlone(exact, Target(240));
  ExpectAsAlone(last, Target(160));
}

// What one asks for takes tens of seconds, of which it has one.
TEST(SrcsetOfAnOrigin, TheTimeOfOneIsNotTheOthers) {
  const std::string photo = PhotoBody(600, 400);
  std::latch all_wait(1);
  Origin origin([&](const Origin::Request&, Origin::Connection& c) {
    all_wait.wait();
    c.Answer("200 OK", photo);
  });
  app::Settings settings = PatientFetching();
  settings.source.source = origin.Url("/");
  settings.service.cache_bytes = 0;
  settings.service.decode_deadline = std::chrono::seconds(1);
  TestServer server(settings);
  const std::vector<std::string> quick = {"/resize/80/0/a.jpg?format=png",
                                          "/resize/160/0/a.jpg?format=png",
                                          "/resize/240/0/a.jpg?format=png"};
  HttpClient late = server.Connect();
  late.Send(HttpClient::Request("GET", "/resize/8192/0/a.jpg?enlarge=1&format=png&effort=10"));
  std::vector<HttpClient> clients;
  for (const std::string& target : quick) {
    clients.push_back(server.Connect());
    clients.back().Send(HttpClient::Request("GET", target));
  }
  EXPECT_TRUE(server.Becomes("whittle_flights", 4));
  all_wait.count_down();
  std::vector<HttpResponse> answers;
  for (HttpClient& client : clients) answers.push_back(client.Read());
  const HttpResponse refused = late.Read();
  // By its CPU time, which is its own fault, or on a busy machine by the clock, which is ours.
  EXPECT_EQ(refused.status, 503) << refused.body;
  EXPECT_EQ(origin.requests(), 1);
  EXPECT_EQ(server.Metric("whittle_fetches_shared_total"), 3);
  for (std::size_t i = 0; i < quick.size(); ++i) {
    EXPECT_EQ(answers[i].status, 200) << answers[i].body;
    EXPECT_EQ(answers[i].body, server.Get(quick[i]).body) << quick[i];
  }
  EXPECT_TRUE(server.BecomesIdle());
}

TEST_F(SrcsetTest, ACutFileIsShownToThoseWhoWantIt) {
  const Bytes whole = EncodeJpeg(Photo(600, 400), {.h_sampling = 2, .v_sampling = 2});
  server_.Add("cut.jpg", whole.view().first(whole.size() / 2));
  HttpClient busy = Busy();
  std::vector<HttpClient> clients = Waiting(
      {"/resize/80/0/cut.jpg", "/resize/160/0/cut.jpg?truncated=fail", "/resize/240/0/cut.jpg"});
  busy.Reset();
  EXPECT_EQ(clients[0].Read().status, 200);
  EXPECT_EQ(clients[1].Read().status, 422);
  EXPECT_EQ(clients[2].Read().status, 200);
  EXPECT_EQ(server_.Metric("whittle_decodes_total"), 1 + 1);
}

}  // namespace
}  // namespace whittle::test
