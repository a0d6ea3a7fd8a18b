// What only the process shows: its log, and life without descriptors.
#include <gtest/gtest.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <set>

#include "tests/e2e/process.h"
#include "tests/support/pictures.h"
#include "tests/support/server.h"

namespace whittle::test {
namespace {

TEST(ServerLog, HasOneLineForEachRequestWhateverItSays) {
  Process program;
  program.Add("photo.jpg", EncodeJpeg(Photo(60, 40)).view());
  const std::vector<std::string> targets = {
      "/health",
      "/resize/10/0/photo.jpg",
      "/resize/10/0/photo.jpg?%0d%0aSet-Cookie:x",
      R"(/resize/10/0/a%0D%0A{"level":"error"}.jpg)",
      "/resize/10/0/%22%7D%1b[31m.jpg",
      "/\"quoted\"",
      "/" + std::string(5000, 'x'),
  };
  HttpClient client = program.Connect();
  std::vector<int> statuses;
  for (std::size_t i = 0; i < targets.size(); ++i) {
    statuses.push_back(
        client.Get(targets[i], "X-Request-Id: request-" + std::to_string(i) + "\r\n").status);
  }
  client.Send("GET /\x1B[2J HTTP/1.1\r\n\r\n");
  EXPECT_EQ(client.Read().status, 400);
  program.Signal(SIGTERM);
  ASSERT_EQ(program.Wait(), 0);

  std::vector<nlohmann::json> requests;
  for (const std::string& line : program.lines()) {
    const auto parsed = nlohmann::json::parse(line, nullptr, false);
    ASSERT_TRUE(parsed.is_object()) << line;
    if (parsed.at("message") == "request") requests.push_back(parsed);
  }
  ASSERT_EQ(requests.size(), targets.size() + 1);
  for (std::size_t i = 0; i < targets.size(); ++i) {
    EXPECT_EQ(requests[i].at("id"), "request-" + std::to_string(i));
    EXPECT_EQ(requests[i].at("status"), statuses[i]);
    EXPECT_EQ(requests[i].at("method"), "GET");
    EXPECT_TRUE(requests[i].at("client").get<std::string>().starts_with("127.0.0.1:"));
    EXPECT_EQ(requests[i].at("level"), "info");
  }
  EXPECT_EQ(requests[1].at("target"), targets[1]);
  EXPECT_GT(requests[1].at("bytes"), 100);
  EXPECT_TRUE(requests[1].contains("decode_ms"));
  EXPECT_LT(requests[6].at("target").get<std::string>().size(), 1100U) << "long ones are cut";
  EXPECT_EQ(requests.back().at("status"), 400);
}

// More lines than the pipe and the log's queue hold.
void AskTooOften(HttpClient& client) {
  for (int i = 0; i < 6000; ++i) ASSERT_EQ(client.Get("/health").body, "ok");
}

// It had hung after some 400 requests, /health and SIGTERM included.
TEST(ServerLog, APipeThatNobodyReadsHoldsNothingUp) {
  Process program({"WHITTLE_MAX_REQUESTS_PER_CONNECTION=1000000"});
  program.Add("photo.jpg", EncodeJpeg(Photo(60, 40)).view());
  program.LeaveLogUnread();
  HttpClient client = program.Connect();
  AskTooOften(client);
  EXPECT_EQ(client.Get("/resize/10/0/photo.jpg").status, 200);
  EXPECT_GT(MetricIn(client.Get("/metrics").body, "whittle_log_lines_dropped_total"), 0);
  program.Signal(SIGTERM);
  EXPECT_EQ(program.Wait(), 0);
}

TEST(ServerLog, WhatWasDroppedIsToldOnceItIsReadAgain) {
  Process program({"WHITTLE_MAX_REQUESTS_PER_CONNECTION=1000000"});
  program.LeaveLogUnread();
  HttpClient client = program.Connect();
  AskTooOften(client);
  program.ReadLog();
  const nlohmann::json line = program.WaitForLine("log lines dropped");
  EXPECT_GT(line.at("count"), 0);
  EXPECT_EQ(line.at("level"), "warning");
  program.Signal(SIGTERM);
  EXPECT_EQ(program.Wait(), 0);
  EXPECT_EQ(program.WaitForLine("stopped").at("exit"), 0);
}

// libjxl 0.7 prints what it thinks of a file, by itself.
TEST(ServerLog, WhatLibrariesPrintIsALineOfIt) {
  if (!std::string_view(WHITTLE_SANITIZE).empty()) {
    GTEST_SKIP() << "LEFT OUT: with a sanitizer standard error is left alone, for its reports";
  }
  Process program;
  program.Add("photo.jpg", EncodeJpeg(Photo(60, 40)).view());
  HttpClient client = program.Connect();
  const HttpResponse sound = client.Get("/resize/60/0/photo.jpg@jxl");
  if (sound.body == "jxl output is not enabled in this build") {
    GTEST_SKIP() << "LEFT OUT: a build without JPEG XL";
  }
  ASSERT_EQ(sound.status, 200);
  for (std::size_t at = 100; at < sound.body.size() && at < 400; at += 4) {
    std::string broken = sound.body;
    broken[at] = static_cast<char>(broken[at] ^ 0x55);
    program.Add("broken.jxl", AsBytes(broken));
    client.Get("/resize/" + std::to_string(at) + "/0/broken.jxl");
  }
  program.Signal(SIGTERM);
  EXPECT_EQ(program.Wait(), 0);
  int printed = 0;
  for (const std::string& line : program.lines()) {
    const auto parsed = nlohmann::json::parse(line, nullptr, false);
    ASSERT_TRUE(parsed.is_object()) << line;
    if (parsed.at("message") != "library") continue;
    ++printed;
    EXPECT_EQ(parsed.at("level"), "warning");
    EXPECT_NE(parsed.at("text").get<std::string>().find("jxl"), std::string::npos) << line;
  }
  EXPECT_GT(printed, 0);
}

TEST(Program, TellsItsFormats) {
  Process program;
  const auto about = nlohmann::json::parse(program.Connect().Get("/healthz").body);
  EXPECT_EQ(about.at("status"), "ok");
  const auto lists = [&about](const char* key, const char* format) {
    return std::ranges::find(about.at(key), format) != about.at(key).end();
  };
  EXPECT_TRUE(lists("decoders", "jpeg"));
  EXPECT_TRUE(lists("encoders", "jpeg"));
  EXPECT_FALSE(lists("encoders", "heif"));
}

TEST(Descriptors, RunningOutOfThemIsSurvived) {
  if (std::string_view(WHITTLE_SANITIZE) == "address") {
    GTEST_SKIP() << "LEFT OUT: UBSan looks at objects through a pipe, and takes it for an error "
                    "when there is no descriptor left for one";
  }
  Process program;
  program.Add("photo.jpg", EncodeJpeg(Photo(60, 40)).view());
  HttpClient busy = program.Connect();
  busy.Send("GET /health HTTP/1.1\r\n");
  HttpClient idle = program.Connect();
  EXPECT_EQ(idle.Get("/health").body, "ok");
  program.LimitDescriptors(64);
  std::vector<HttpClient> clients;
  for (int i = 0; i < 200; ++i) {
    clients.push_back(program.Connect());
    clients.back().TrySend("GET /nothing HTTP/1.1\r\n");  // or it would make room for the next
  }
  EXPECT_EQ(program.WaitForLine("accept failed").at("level"), "warning");
  // Who came too late has been told so, instead of being left without an answer.
  const HttpResponse refused = clients.back().Read();
  EXPECT_EQ(refused.status, 503);
  EXPECT_EQ(refused.Field("Cache-Control"), "no-store");
  EXPECT_NE(refused.Field("Retry-After"), "(none)");
  EXPECT_TRUE(clients.back().ReadEnd());
  EXPECT_TRUE(idle.ReadEnd()) << "it gave its descriptor up";
  busy.Send("Host: h\r\n\r\n");
  EXPECT_EQ(busy.Read().body, "ok") << "accepted before they ran out";
  EXPECT_EQ(busy.Get("/resize/10/0/photo.jpg").status, 503) << "the file is not at fault";
  // One line a second, not one for each: without a rest there were a million a second.
  const auto lines = program.lines();
  EXPECT_LT(std::ranges::count_if(lines,
                                  [](const std::string& line) {
                                    return line.find("accept failed") != std::string::npos;
                                  }),
            20);

  clients.clear();
  EXPECT_TRUE(PollMetrics(program.port(), [](const std::string& page) {
    return MetricIn(page, "whittle_connections") < 5;
  }));
  EXPECT_EQ(program.Connect().Get("/resize/10/0/photo.jpg").status, 200);
  program.Signal(SIGTERM);
  EXPECT_EQ(program.Wait(), 0);
}

}  // namespace
}  // namespace whittle::test
