// The generator of overload: what it counts, against servers of two lines and the real one.
#include "generator/storm.h"

#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <atomic>
#include <cstring>
#include <map>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "generator/report.h"
#include "generator/response.h"
#include "generator/socket.h"
#include "tests/e2e/process.h"
#include "tests/support/pictures.h"

namespace whittle::bench {
namespace {

using std::chrono::milliseconds;

/// Answers every request of every connection with the same bytes; one thread, until it is
/// destroyed.
class Parrot {
 public:
  explicit Parrot(std::string answer) : answer_(std::move(answer)) {
    listener_ = Descriptor(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    sockaddr_in address = {};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    sockaddr generic;
    std::memcpy(&generic, &address, sizeof generic);
    socklen_t size = sizeof generic;
    if (bind(listener_.get(), &generic, size) != 0 || listen(listener_.get(), 64) != 0) {
      throw std::runtime_error("cannot listen");
    }
    getsockname(listener_.get(), &generic, &size);
    std::memcpy(&address, &generic, sizeof address);
    port_ = ntohs(address.sin_port);
    thread_ = std::jthread([this] { Serve(); });
  }
  ~Parrot() { shutdown(listener_.get(), SHUT_RDWR); }
  std::uint16_t port() const { return port_; }

 private:
  void Serve() {
    std::vector<std::jthread> each;
    for (int fd = 0; (fd = accept(listener_.get(), nullptr, nullptr)) >= 0;) {
      each.emplace_back([this, fd] {
        const Descriptor connection(fd);
        char bytes[4096];
        while (recv(connection.get(), bytes, sizeof bytes, 0) > 0) {
          send(connection.get(), answer_.data(), answer_.size(), MSG_NOSIGNAL);
        }
      });
    }
  }

  const std::string answer_;
  Descriptor listener_;
  std::uint16_t port_ = 0;
  std::jthread thread_;
};

constexpr const char* kRefusal =
    "HTTP/1.1 503 Service Unavailable\r\nRetry-After: 30\r\nCache-Control: no-store\r\n"
    "Content-Length: 4\r\n\r\nbusy";

TEST(Storm, NeverAsksForTheSameTwiceInSevenThousandRounds) {
  const std::vector<std::string> targets = {"/a/{n}/x", "/b/{n}/x"};
  EXPECT_EQ(RequestHead(targets, 0), "GET /a/1000/x HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n");
  std::set<std::string> heads;
  for (std::size_t i = 0; i < 14'000; ++i) heads.insert(RequestHead(targets, i));
  EXPECT_EQ(heads.size(), 14'000U);
  EXPECT_EQ(RequestHead(targets, 14'000), RequestHead(targets, 0));
}

TEST(Storm, OpenLoopSendsAtItsRate) {
  test::Process server;
  server.Add("a.jpg", test::EncodeJpeg(test::Photo(90, 60)).view());
  const auto outcome =
      RunStorm({"/resize/40/{n}/a.jpg"},
               {.port = server.port(), .rate = 100, .duration = milliseconds(500)});
  ASSERT_TRUE(outcome) << outcome.error();
  EXPECT_EQ(outcome->offered + outcome->unsent, 50U);
  EXPECT_EQ(outcome->admitted_ms.size() + outcome->unsent, 50U);
  EXPECT_TRUE(outcome->failures.empty());
}

TEST(Storm, TellsFirstRefusalsFromThoseOfClientsThatDoNotWait) {
  Parrot server(kRefusal);
  const auto outcome =
      RunStorm({"/"}, {.port = server.port(), .clients = 3, .duration = milliseconds(1000)});
  ASSERT_TRUE(outcome) << outcome.error();
  EXPECT_EQ(outcome->refused_ms.size(), 3U) << "one for each client";
  EXPECT_GT(outcome->early_ms.size(), 3U);
  EXPECT_EQ(outcome->without_retry_after, 0U);
  EXPECT_EQ(outcome->without_no_store, 0U);
}

TEST(Storm, ObedientClientsWait) {
  Parrot server(kRefusal);
  const auto outcome = RunStorm(
      {"/"}, {.port = server.port(), .clients = 3, .obey = true, .duration = milliseconds(1000)});
  ASSERT_TRUE(outcome) << outcome.error();
  EXPECT_EQ(outcome->statuses, (std::map<int, std::size_t>{{503, 3}}));
  EXPECT_TRUE(outcome->early_ms.empty());
}

TEST(Storm, CountsRefusalsThatSayNothing) {
  Parrot server("HTTP/1.1 503 Busy\r\nContent-Length: 0\r\n\r\n");
  const auto outcome =
      RunStorm({"/"}, {.port = server.port(), .clients = 1, .duration = milliseconds(200)});
  ASSERT_TRUE(outcome) << outcome.error();
  EXPECT_GT(outcome->without_retry_after, 0U);
  EXPECT_EQ(outcome->without_retry_after, outcome->refused_ms.size());
  EXPECT_EQ(outcome->without_no_store, outcome->refused_ms.size());
}

TEST(Storm, AnswersThatAreNoneAreFailures) {
  Parrot server("nonsense\r\n");
  const auto outcome =
      RunStorm({"/"}, {.port = server.port(), .clients = 1, .duration = milliseconds(200)});
  ASSERT_TRUE(outcome) << outcome.error();
  EXPECT_TRUE(outcome->statuses.empty());
  EXPECT_GT(outcome->failures.at("not an answer"), 0U);
}

TEST(Storm, GivesUpOnAServerThatDoesNotAnswer) {
  Parrot server("");
  const auto outcome = RunStorm({"/"}, {.port = server.port(),
                                        .clients = 2,
                                        .duration = milliseconds(1500),
                                        .patience = milliseconds(300)});
  ASSERT_TRUE(outcome) << outcome.error();
  EXPECT_GE(outcome->failures.at("no answer in time"), 2U);
}

TEST(Storm, ProbesAskBesideTheLoad) {
  test::Process server;
  const auto outcome = RunStorm(
      {"/health"},
      {.port = server.port(),
       .clients = 1,
       .duration = milliseconds(400),
       .probes = {{.name = "kept", .target = "/health", .kept = true, .every = milliseconds(10)},
                  {.name = "none", .target = "/none", .kept = false, .every = milliseconds(10)}}});
  ASSERT_TRUE(outcome) << outcome.error();
  ASSERT_EQ(outcome->probes.size(), 2U);
  EXPECT_GT(outcome->probes[0].ms.size(), 1U);
  EXPECT_EQ(outcome->probes[0].failures, 0U);
  EXPECT_TRUE(outcome->probes[1].ms.empty()) << "404 is no answer to a probe";
  EXPECT_GT(outcome->probes[1].failures, 1U);
}

TEST(Storm, ReportsRatesOverTheTimeThatCounts) {
  const auto report =
      Report(StormOutcome{.statuses = {{200, 4}, {503, 2}},
                          .failures = {{"reset", 1}},
                          .admitted_ms = {4, 1, 3, 2},
                          .refused_ms = {9},
                          .early_ms = {8},
                          .wall_seconds = 2,
                          .probes = {{.name = "kept", .ms = {5, 6}, .failures = 1}}});
  EXPECT_EQ(report.at("goodput_rps"), 2.0);
  EXPECT_EQ(report.at("admitted").at("p50"), 2.0);
  EXPECT_EQ(report.at("admitted").at("max"), 4.0);
  EXPECT_EQ(report.at("refused").at("count"), 1);
  EXPECT_EQ(report.at("early").at("p99"), 8.0);
  EXPECT_EQ(report.at("statuses").at("503"), 2);
  EXPECT_EQ(report.at("probes").at("kept").at("failures"), 1);
}

TEST(Response, KnowsWhatARefusalSays) {
  ResponseReader reader(false);
  EXPECT_EQ(reader.Feed(kRefusal), ResponseReader::State::kDone);
  EXPECT_EQ(reader.retry_after(), 30);
  EXPECT_TRUE(reader.no_store());
  reader.Reset();
  EXPECT_EQ(reader.Feed("HTTP/1.1 503 x\r\nRetry-After: Sun, 06 Nov 1994 08:49:37 GMT\r\n"
                        "Cache-Control: max-age=1\r\nContent-Length: 0\r\n\r\n"),
            ResponseReader::State::kDone);
  EXPECT_FALSE(reader.retry_after());
  EXPECT_FALSE(reader.no_store());
}

}  // namespace
}  // namespace whittle::bench
