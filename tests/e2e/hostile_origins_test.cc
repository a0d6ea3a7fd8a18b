// Web servers that hang, drip, lie, break off, send in circles or say too much: what a client is
// told, what it costs, and that nothing stays behind.
#include <gtest/gtest.h>

#include <chrono>
#include <functional>
#include <string>
#include <vector>

#include "tests/support/origin.h"
#include "tests/support/pictures.h"
#include "tests/support/server.h"

namespace whittle::test {
namespace {

using std::chrono::milliseconds;
using Request = Origin::Request;
using Connection = Origin::Connection;

constexpr std::string_view kHead = "HTTP/1.1 200 OK\r\n";

class HostileOrigins : public ::testing::Test {
 protected:
  // What a client is told of one picture of an origin; then nothing may be under way any more.
  int StatusOf(const Origin& origin) {
    settings_.source.source = origin.Url("/");
    server_.emplace(settings_);
    const int status = server_->Get("/resize/30/0/a.jpg").status;
    EXPECT_TRUE(server_->BecomesIdle());
    return status;
  }
  double BytesFetched() const {
    return server_->Metric(R"(whittle_fetch_bytes_total{source="source"})");
  }

  const std::string photo_ = PhotoBody(60, 20);
  app::Settings settings_ = PatientFetching();
  std::optional<TestServer> server_;
};

TEST_F(HostileOrigins, ThatHangCostASlotUntilTheirDeadline) {
  const std::vector<std::pair<const char*, Origin::Answering>> rows = {
      {"without a word", [](const Request&, Connection& c) { c.Hang(); }},
      {"in the head",
       [](const Request&, Connection& c) {
         c.Send(std::string(kHead) + "Content-Le");
         c.Hang();
       }},
      {"in the body", [&](const Request&, Connection& c) {
         c.Send(std::string(kHead) + "Content-Length: 1000\r\n\r\n" + photo_.substr(0, 10));
         c.Hang();
       }}};
  settings_.source.fetch_timeout = milliseconds(200);
  for (const auto& [where, answer] : rows) {
    Origin origin(answer);
    const auto began = std::chrono::steady_clock::now();
    EXPECT_EQ(StatusOf(origin), 504) << where;
    const auto took = std::chrono::steady_clock::now() - began;
    EXPECT_GE(took, milliseconds(200)) << where;
    EXPECT_LT(took, std::chrono::minutes(1)) << where;
    EXPECT_TRUE(origin.BecomesIdle()) << where << ": the connection is still open";
    EXPECT_EQ(origin.requests(), 1) << where << ": who has waited once does not wait again";
  }
}

TEST_F(HostileOrigins, ThatDripAreOverdueAllTheSame) {
  Origin origin([](const Request&, Connection& c) {
    c.Send(std::string(kHead) + "Content-Length: 100000\r\n\r\n");
    while (c.Send("x") && c.Pause(milliseconds(50))) {
    }
  });
  settings_.source.fetch_timeout = milliseconds(400);
  EXPECT_EQ(StatusOf(origin), 504);
  EXPECT_GT(BytesFetched(), 1);
  // 20 bytes a second are below the floor, which is looked at over five of them.
  settings_.source.fetch_timeout = std::chrono::minutes(5);
  settings_.source.fetch_min_rate = 1024;
  EXPECT_EQ(StatusOf(origin), 504);
  EXPECT_LT(BytesFetched(), 5 * 1024);
}

TEST_F(HostileOrigins, ThatBreakOffAreAskedOnceMoreIfNothingHasCome) {
  struct Row {
    const char* what;
    Origin::Answering answer;
    int requests;
  };
  const std::string length = std::string(kHead) + "Content-Length: 1000000\r\n\r\n";
  const std::vector<Row> rows = {
      {"a reset", [](const Request&, Connection& c) { c.Reset(); }, 2},
      {"an end", [](const Request&, Connection& c) { c.Close(); }, 2},
      {"half a head",
       [](const Request&, Connection& c) {
         c.Send(std::string(kHead) + "Content-Type: image/jp");
         c.Close();
       },
       1},
      {"1 % of a body",
       [&](const Request&, Connection& c) {
         c.Send(length + std::string(10'000, 'x'));
         c.Close();
       },
       1},
      {"a reset in the body",
       [&](const Request&, Connection& c) {
         c.Send(length + std::string(10'000, 'x'));
         c.Reset();
       },
       1},
      {"a chunk that does not end",
       [](const Request&, Connection& c) {
         c.Send(std::string(kHead) + "Transfer-Encoding: chunked\r\n\r\n1000\r\nshort");
         c.Close();
       },
       1}};
  for (const Row& row : rows) {
    Origin origin(row.answer);
    EXPECT_EQ(StatusOf(origin), 502) << row.what;
    EXPECT_EQ(origin.requests(), row.requests) << row.what;
  }
}

TEST_F(HostileOrigins, ThatLieAboutTheirLengthGetNoMoreMemoryThanTheySend) {
  settings_.source.max_source_bytes = 256U << 10;
  const auto claim = [](const std::string& length, std::size_t bytes) {
    return [=](const Request&, Connection& c) {
      c.Send(std::string(kHead) + "Content-Length: " + length + "\r\n\r\n" +
             std::string(bytes, 'x'));
      c.Hang();
    };
  };
  Origin ten_gigabytes(claim("10737418240", 1024));
  EXPECT_EQ(StatusOf(ten_gigabytes), 413) << "by what it says, without waiting for it";
  Origin no_number(claim("99999999999999999999999999", 0));
  EXPECT_EQ(StatusOf(no_number), 502);
  Origin negative(claim("-1", 0));
  EXPECT_EQ(StatusOf(negative), 502);

  Origin endless([](const Request&, Connection& c) {
    c.Send(std::string(kHead) + "\r\n");
    while (c.Send(std::string(4096, 'x'))) {
    }
  });
  EXPECT_EQ(StatusOf(endless), 413);
  EXPECT_LE(BytesFetched(), (256U << 10) + (128U << 10)) << "the cap, and a read of libcurl's";

  // 100 MB of zeros in a hundredth of that, and a lie: each is an encoding that nobody asked for.
  for (const char* encoding : {"Content-Encoding: gzip", "Transfer-Encoding: gzip"}) {
    Origin bomb([&](const Request& request, Connection& c) {
      EXPECT_EQ(request.Field("accept-encoding"), "identity");
      c.Answer("200 OK", photo_, std::string(encoding) + "\r\n");
    });
    EXPECT_EQ(StatusOf(bomb), 502) << encoding;
  }
}

// The listener at each address that is refused sees no connection.
TEST_F(HostileOrigins, ThatSendUsElsewhere) {
  Origin inside([](const Request&, Connection& c) { c.Answer("200 OK", "secret"); });
  struct Row {
    std::string location;
    int status;
    int requests;
  };
  const std::string port = std::to_string(inside.port());
  const std::vector<Row> rows = {{"/a.jpg", 502, 4},
                                 {"?again", 502, 4},
                                 {"http://169.254.169.254/latest/meta-data/", 403, 1},
                                 {inside.Url("/"), 403, 1},
                                 {inside.Url("/", "localhost"), 403, 1},
                                 {"http://2130706433:" + port + "/", 403, 1},
                                 {"http://0x7f.1:" + port + "/", 403, 1},
                                 {"http://[::ffff:127.0.0.1]:" + port + "/", 403, 1},
                                 {"http://user@127.0.0.1:" + port + "/", 502, 1},
                                 {"file:///etc/passwd", 502, 1},
                                 {"gopher://127.0.0.1:" + port + "/", 502, 1},
                                 {"", 502, 1}};
  for (const Row& row : rows) {
    Origin origin([&](const Request&, Connection& c) {
      c.Answer("302 Found", "", "Location: " + row.location + "\r\n");
    });
    EXPECT_EQ(StatusOf(origin), row.status) << row.location;
    EXPECT_EQ(origin.requests(), row.requests) << row.location;
  }
  EXPECT_EQ(inside.connections(), 0);
}

TEST_F(HostileOrigins, ThatAnswerWhatIsNoPicture) {
  struct Row {
    const char* what;
    std::string answer;
    int status;
  };
  std::string flood;
  for (int i = 0; i < 5000; ++i) flood += "HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n";
  const std::string photo =
      "Content-Length: " + std::to_string(photo_.size()) + "\r\n\r\n" + photo_;
  const std::vector<Row> rows = {
      {"a page", std::string(kHead) + "Content-Type: text/html\r\nContent-Length: 6\r\n\r\n<html>",
       415},
      {"nothing", std::string(kHead) + "Content-Length: 0\r\n\r\n", 415},
      {"204", "HTTP/1.1 204 No Content\r\n\r\n", 502},
      {"206", "HTTP/1.1 206 Partial Content\r\n" + photo, 502},
      {"304 unasked", "HTTP/1.1 304 Not Modified\r\n\r\n", 502},
      {"no HTTP", "SSH-2.0-OpenSSH_9.2\r\n", 502},
      {"HTTP/0.9", photo_, 502},
      {"some early hints", flood.substr(0, flood.size() / 100) + std::string(kHead) + photo, 200},
      {"a flood of early hints", flood + std::string(kHead) + photo, 502},
      {"a head of 100 KB", std::string(kHead) + "X: " + std::string(100'000, 'x') + "\r\n" + photo,
       502},
      {"200 fields of a head",
       std::string(kHead) +
           [] {
             std::string fields;
             for (int i = 0; i < 200; ++i) fields += "X-" + std::to_string(i) + ": y\r\n";
             return fields;
           }() +
           photo,
       200}};
  for (const Row& row : rows) {
    Origin origin([&](const Request&, Connection& c) {
      c.Send(row.answer);
      c.Close();
    });
    EXPECT_EQ(StatusOf(origin), row.status) << row.what;
  }
}

// The file threads, and the slots of other hosts, are not theirs.
TEST_F(HostileOrigins, KeepNoOtherPictureWaiting) {
  Origin hangs([](const Request&, Connection& c) { c.Hang(); });
  Origin serves([&](const Request&, Connection& c) { c.Answer("200 OK", photo_); });
  settings_.sources = {{.name = "bad", .location = hangs.Url("/")},
                       {.name = "good", .location = serves.Url("/")}};
  settings_.mounts = {
      {}, {.prefix = "/bad", .source = "bad"}, {.prefix = "/good", .source = "good"}};
  server_.emplace(settings_);
  server_->Add("a.jpg", AsBytes(photo_));
  std::vector<HttpClient> waiting;
  for (int i = 0; i < 32; ++i) {
    waiting.push_back(server_->Connect());
    waiting.back().Send(HttpClient::Request("GET", "/bad/resize/30/0/" + std::to_string(i)));
  }
  ASSERT_TRUE(PollMetrics(server_->port(), [](const std::string& page) {
    return MetricIn(page, "whittle_gate_waiting{gate=\"fetch\"}") > 0;
  }));
  for (int i = 0; i < 50; ++i) {
    const std::string size = "/resize/" + std::to_string(i + 1) + "/0/a.jpg";
    EXPECT_EQ(server_->Get("/good" + size).status, 200);
    EXPECT_EQ(server_->Get(size).status, 200);
  }
  EXPECT_LE(hangs.connections(), 6) << "three quarters of eight slots";
  waiting.clear();
  EXPECT_TRUE(server_->BecomesIdle());
}

}  // namespace
}  // namespace whittle::test
