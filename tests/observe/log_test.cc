#include "observe/log.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <limits>
#include <nlohmann/json.hpp>
#include <optional>
#include <sstream>
#include <string>
#include <thread>
#include <vector>

#include "base/text.h"
#include "observe/log_every.h"

namespace whittle::observe {
namespace {
using namespace std::chrono_literals;

std::string Logged(LogFormat format, auto write, LogLevel level = LogLevel::kDebug) {
  std::ostringstream out;
  Log log({.format = format, .level = level, .out = &out});
  write(log);
  return out.str();
}

// What clients may send to break a line, a parser or a terminal.
std::vector<std::string> Attacks() {
  return {"/a\r\n2026-01-01T00:00:00.000Z error forged line",
          "\n",
          "\r",
          std::string("nul\0in it", 9),
          "\"},{\"status\":500,\"x\":\"",
          "back\\slash\\",
          "\\u000a",
          "\x1B[2J\x1B]0;title\x07",
          "c1 \u009B31m",
          "\xFF\xFE\xC0\xAF\xED\xA0\x80",
          "cut \xE2\x82",
          "a status=500 error=forged",
          "gr\xC3\xBC\xC3\x9F\x65",
          "",
          std::string(8192, 'a'),
          std::string(8192, '\n'),
          std::string(8192, '\xFF'),
          std::string(1023, 'a') + "\xE2\x82\xAC"};
}

RequestLine Attacked(const std::string& text) {
  RequestLine line;
  line.id = text;
  line.status = 404;
  line.method = text;
  line.target = text;
  line.client = text;
  line.bytes = 12;
  line.total = 1500us;
  line.error = text;
  return line;
}

// Every character of a line, but for its end, is printable and whole UTF-8.
void ExpectOneSafeLine(const std::string& line) {
  ASSERT_FALSE(line.empty());
  EXPECT_EQ(line.find('\n'), line.size() - 1) << Printable(line);
  for (const char c : line.substr(0, line.size() - 1)) {
    EXPECT_TRUE(static_cast<unsigned char>(c) >= 0x20 && c != 0x7F) << Printable(line);
  }
  EXPECT_TRUE(IsUtf8(line)) << Printable(line);
  EXPECT_EQ(line.find("\xC2\x9B"), std::string::npos);
}

TEST(Log, NothingThatAClientSendsBreaksATextLine) {
  for (const std::string& attack : Attacks()) {
    const std::string line =
        Logged(LogFormat::kText, [&](Log& log) { log.Request(Attacked(attack)); });
    ExpectOneSafeLine(line);
    EXPECT_LT(line.size(), 5 * Log::kMaxValueBytes + 500);
    // The real status is the only one outside quotes, so a reader cannot be fooled.
    std::string unquoted;
    bool quoted = false;
    for (const char c : line) {
      if (c == '"') quoted = !quoted;
      if (!quoted) unquoted += c;
    }
    EXPECT_FALSE(quoted) << line;
    EXPECT_EQ(unquoted.find("status="), unquoted.rfind("status=")) << line;
    EXPECT_NE(unquoted.find("status=404"), std::string::npos) << line;
  }
}

TEST(Log, NothingThatAClientSendsBreaksAJsonLine) {
  for (const std::string& attack : Attacks()) {
    const std::string line =
        Logged(LogFormat::kJson, [&](Log& log) { log.Request(Attacked(attack)); });
    ExpectOneSafeLine(line);
    const auto json = nlohmann::json::parse(line);  // strict: throws on any fault
    EXPECT_EQ(json["status"], 404);
    EXPECT_EQ(json["target"], Printable(attack, Log::kMaxValueBytes));
    EXPECT_EQ(json["method"], json["target"]);
    if (!attack.empty()) EXPECT_EQ(json["error"], json["target"]);
  }
}

TEST(Log, WritesARequestWithItsStages) {
  RequestLine request = {.id = "7f",
                         .status = 200,
                         .method = "GET",
                         .target = "/resize/80/60/a.jpg",
                         .client = "127.0.0.1:5000",
                         .bytes = 1234,
                         .total = 12'345'678ns};
  request.stages[Stage::kDecode] = 10ms;
  request.stages[Stage::kWrite] = 250us;
  const std::string text = Logged(LogFormat::kText, [&](Log& log) { log.Request(request); });
  EXPECT_EQ(text.substr(24),
            " info request id=7f status=200 method=GET target=/resize/80/60/a.jpg bytes=1234 "
            "total_ms=12.346 decode_ms=10.000 write_ms=0.250 client=127.0.0.1:5000\n");

  const auto json =
      nlohmann::json::parse(Logged(LogFormat::kJson, [&](Log& log) { log.Request(request); }));
  EXPECT_EQ(json["level"], "info");
  EXPECT_EQ(json["message"], "request");
  EXPECT_EQ(json["bytes"], 1234);
  EXPECT_EQ(json["decode_ms"], 10.0);
  EXPECT_FALSE(json.contains("read_ms"));
  EXPECT_FALSE(json.contains("error"));
}

TEST(Log, StampsLinesWithUtcTime) {
  const std::string line = Logged(LogFormat::kText, [](Log& log) { log.Info("started"); });
  ASSERT_EQ(line.substr(23), "Z info started\n");
  for (const auto& [at, mark] :
       {std::pair{4, '-'}, {7, '-'}, {10, 'T'}, {13, ':'}, {16, ':'}, {19, '.'}}) {
    EXPECT_EQ(line[static_cast<std::size_t>(at)], mark) << line;
  }
}

TEST(Log, WritesFieldsOfEveryType) {
  const auto write = [](Log& log) {
    log.Warn("all types", {{"word", "bare"},
                           {"text", "two words"},
                           {"none", ""},
                           {"int", -5},
                           {"size", std::numeric_limits<std::uint64_t>::max()},
                           {"real", 1.5},
                           {"infinite", std::numeric_limits<double>::infinity()},
                           {"flag", true}});
  };
  EXPECT_EQ(Logged(LogFormat::kText, write).substr(24),
            " warning all types word=bare text=\"two words\" none=\"\" int=-5 "
            "size=18446744073709551615 real=1.500 infinite=null flag=true\n");
  const auto json = nlohmann::json::parse(Logged(LogFormat::kJson, write));
  EXPECT_EQ(json["text"], "two words");
  EXPECT_EQ(json["int"], -5);
  EXPECT_EQ(json["size"], std::numeric_limits<std::uint64_t>::max());
  EXPECT_TRUE(json["infinite"].is_null());
  EXPECT_EQ(json["flag"], true);
}

TEST(Log, DropsWhatIsBelowItsLevel) {
  const auto all = [](Log& log) {
    log.Error("e");
    log.Warn("w");
    log.Info("i");
    log.Debug("d");
    log.Request({.level = LogLevel::kInfo, .status = 200});
    log.Request({.level = LogLevel::kError, .status = 500});
  };
  const auto lines = [&](LogLevel level) {
    const std::string text = Logged(LogFormat::kText, all, level);
    return std::ranges::count(text, '\n');
  };
  EXPECT_EQ(lines(LogLevel::kError), 2);
  EXPECT_EQ(lines(LogLevel::kWarn), 3);
  EXPECT_EQ(lines(LogLevel::kInfo), 5);
  EXPECT_EQ(lines(LogLevel::kDebug), 6);
}

TEST(Log, TakesTheLevelOfAnErrorFromItsRow) {
  EXPECT_EQ(LevelOf(ErrorKind::kNotFound), LogLevel::kInfo);
  EXPECT_EQ(LevelOf(ErrorKind::kOverloaded), LogLevel::kWarn);
  EXPECT_EQ(LevelOf(ErrorKind::kInternal), LogLevel::kError);
}

TEST(Log, LinesOfManyThreadsDoNotMix) {
  const std::string text = Logged(LogFormat::kJson, [](Log& log) {
    std::vector<std::jthread> threads;
    for (int t = 0; t < 4; ++t) {
      threads.emplace_back([&log, t] {
        for (int i = 0; i < 200; ++i) log.Info("tick", {{"thread", t}, {"i", i}});
      });
    }
  });
  std::istringstream lines(text);
  int count = 0;
  std::vector<int> next(4, 0);
  for (std::string line; std::getline(lines, line); ++count) {
    const auto json = nlohmann::json::parse(line);
    EXPECT_EQ(json["i"], next[json["thread"].get<std::size_t>()]++);
  }
  EXPECT_EQ(count, 800);
}

// Else a client could put a field of its own into a line.
TEST(Log, AValueThatLooksLikeAFieldIsQuoted) {
  const auto write = [](Log& log) {
    log.Warn("m", {{"k", "a=b"}, {"long", std::string(2000, 'a')}, {"plain", "._:/-@%+,[]aZ09"}});
  };
  EXPECT_EQ(Logged(LogFormat::kText, write).substr(24),
            " warning m k=\"a=b\" long=" + std::string(Log::kMaxValueBytes, 'a') +
                "... plain=._:/-@%+,[]aZ09\n");
  EXPECT_EQ(nlohmann::json::parse(Logged(LogFormat::kJson, write))["k"], "a=b");
}

class LogRates : public ::testing::Test {
 protected:
  int Count(const std::string& part) const {
    int count = 0;
    const std::string text = out_.str();
    for (std::size_t at = 0; (at = text.find(part, at)) != std::string::npos; ++at) ++count;
    return count;
  }
  std::ostringstream out_;
  LineRates::Clock::time_point now_{1h};
  std::optional<Log> log_{
      std::in_place,
      Log::Options{.level = LogLevel::kDebug, .now = [this] { return now_; }, .out = &out_}};
};

TEST_F(LogRates, RefusalsThatComeTooOftenAreSummed) {
  for (int i = 0; i < 1500; ++i) log_->Request({.level = LogLevel::kWarn, .status = 503});
  EXPECT_EQ(Count("status=503"), 1000);
  log_->Request({.level = LogLevel::kWarn, .status = 504});
  EXPECT_EQ(Count("status=504"), 1) << "held back by status";
  now_ += 100ms;
  log_->Request({.level = LogLevel::kWarn, .status = 503});
  EXPECT_EQ(Count("status=503"), 1001);
  EXPECT_EQ(Count("suppressed=500\n"), 1);
  EXPECT_EQ(Count("suppressed"), 1);
}

TEST_F(LogRates, LinesOfOrdinaryRequestsAreNeverHeldBack) {
  for (int i = 0; i < 3000; ++i) log_->Request({.level = LogLevel::kInfo, .status = 404});
  for (int i = 0; i < 3000; ++i) log_->Request({.level = LogLevel::kDebug, .status = 404});
  EXPECT_EQ(Count("status=404"), 6000);
}

TEST_F(LogRates, OtherLinesThatComeTooOftenAreSummedByTheirMessage) {
  for (int i = 0; i < 1500; ++i) log_->Error("broken", {{"i", i}});
  log_->Info("whole");
  EXPECT_EQ(Count("error broken"), 1000);
  EXPECT_EQ(Count("info whole"), 1);
  now_ += 100ms;
  log_->Error("broken", {{"i", 1500}});
  EXPECT_EQ(Count("error broken i=1500 suppressed=500\n"), 1);
}

TEST_F(LogRates, WhatWasHeldBackIsToldByTheNextLineOfAnyKind) {
  for (int i = 0; i < 1500; ++i) log_->Request({.level = LogLevel::kError, .status = 500});
  now_ += 999ms;
  log_->Request({.level = LogLevel::kInfo, .status = 200});
  EXPECT_EQ(Count("held back"), 0);
  now_ += 1ms;
  log_->Request({.level = LogLevel::kInfo, .status = 200});
  EXPECT_EQ(Count("warning lines held back line=request status=500 suppressed=500\n"), 1);
  log_->TellHeldBack({});
  EXPECT_EQ(Count("held back"), 1) << "once";
}

TEST_F(LogRates, WhatWasHeldBackIsToldByOtherLinesAndAtTheEnd) {
  for (int i = 0; i < 1001; ++i) log_->Info("a");
  now_ += 1s;
  log_->Info("b");
  EXPECT_EQ(Count("lines held back line=a suppressed=1\n"), 1);
  for (int i = 0; i < 1000; ++i) log_->Info("b");
  log_->TellHeldBack();
  EXPECT_EQ(Count("line=b"), 0) << "not yet";
  log_.reset();
  EXPECT_EQ(Count("lines held back line=b suppressed=1\n"), 1);
}

TEST(LogEvery, LetsOneThroughPerIntervalAndCountsTheRest) {
  LogEvery::Clock::time_point now{};
  LogEvery every(1s, [&now] { return now; });
  EXPECT_EQ(every.Pass(), 0U);
  EXPECT_EQ(every.Pass(), std::nullopt);
  now += 999ms;
  EXPECT_EQ(every.Pass(), std::nullopt);
  now += 1ms;
  EXPECT_EQ(every.Pass(), 2U);
  EXPECT_EQ(every.Pass(), std::nullopt);
  now += 10s;
  EXPECT_EQ(every.Pass(), 1U);
  now += 1s;
  EXPECT_EQ(every.Pass(), 0U);
}

}  // namespace
}  // namespace whittle::observe
