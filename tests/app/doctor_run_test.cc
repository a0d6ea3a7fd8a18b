// How `whittle doctor` runs its checks and what it prints: all at once, each with a deadline.
#include <gtest/gtest.h>

#include <atomic>
#include <latch>
#include <memory>
#include <nlohmann/json.hpp>
#include <semaphore>

#include "app/doctor/report.h"
#include "app/doctor/run.h"
#include "tests/app/doctor.h"
#include "tests/support/corpus.h"

namespace whittle::app::doctor {
namespace {

using std::string;

string AllText(const Examination& examination) { return AsText(examination.lines, false); }

std::shared_ptr<const Bench> SharedBench(const string& images) {
  Bench bench = Healthy();
  bench.settings.source.images_dir = images;
  return std::make_shared<const Bench>(std::move(bench));
}

std::latch* both = nullptr;
Findings WaitForTheOther(const Bench&) {
  both->arrive_and_wait();
  return {Ok("met")};
}

TEST(DoctorRun, ChecksRunAtOnce) {
  std::latch two(2);
  both = &two;
  static constexpr Check kOne = {.name = "one", .of_server = WaitForTheOther};
  static constexpr Check kOther = {.name = "other", .of_server = WaitForTheOther};
  const Check* const checks[] = {&kOne, &kOther};
  const auto done = Examine(SharedBench("/"), checks, {.timeout = 5min});
  EXPECT_EQ(AllText(done), "ok    one    met\nok    other  met\n2 ok, 0 warnings, 0 failures\n");
  EXPECT_FALSE(done.has_lost);
}

std::shared_ptr<std::binary_semaphore> never;
Findings Hang(const Bench&) {
  const auto mine = never;
  mine->acquire();
  return {Ok("came back")};
}
Findings Pass(const Bench&) { return {Ok("fine")}; }

TEST(DoctorRun, OneThatHangsIsAFailureAndTheOthersAreNot) {
  never = std::make_shared<std::binary_semaphore>(0);
  static constexpr Check kHangs = {.name = "hangs", .of_server = Hang};
  static constexpr Check kPasses = {.name = "passes", .of_server = Pass};
  const Check* const checks[] = {&kHangs, &kPasses};
  const auto done =
      Examine(SharedBench("/"), checks, {.timeout = std::chrono::milliseconds(50), .grace = {}});
  EXPECT_TRUE(done.has_lost);
  ASSERT_EQ(done.lines.size(), 2U);
  EXPECT_EQ(done.lines[0].finding.level, Level::kFail);
  EXPECT_EQ(done.lines[0].finding.found, "has not ended within 50 ms");
  EXPECT_EQ(done.lines[1].finding.found, "fine");
  never->release();
}

Findings Throw(const Bench&) { throw std::runtime_error("out of luck"); }

TEST(DoctorRun, OneThatThrowsIsAFailure) {
  static constexpr Check kThrows = {.name = "throws", .of_server = Throw};
  const Check* const checks[] = {&kThrows};
  const auto done = Examine(SharedBench("/"), checks, {});
  ASSERT_EQ(done.lines.size(), 1U);
  EXPECT_EQ(done.lines[0].finding.level, Level::kFail);
  EXPECT_EQ(done.lines[0].finding.found, "cannot be looked at: out of luck");
}

TEST(DoctorRun, TellsWhatIsWaitedFor) {
  never = std::make_shared<std::binary_semaphore>(0);
  static constexpr Check kPasses = {.name = "passes", .of_server = Pass};
  static constexpr Check kHangs = {.name = "hangs", .of_server = Hang};
  const Check* const checks[] = {&kPasses, &kHangs};
  string told;
  const auto done = Examine(SharedBench("/"), checks,
                            {.timeout = 5min,
                             .on_wait =
                                 [&](const string& names) {
                                   told = names;
                                   if (names == "hangs") never->release();
                                 },
                             .tell_after = std::chrono::milliseconds(1)});
  EXPECT_EQ(told, "hangs");
  EXPECT_EQ(done.lines.back().finding.found, "came back");
}

TEST(DoctorRun, EachSourceHasItsOwnLines) {
  const test::TempDir dir;
  test::WriteFile(dir.path() / "a", {});
  Bench bench = Healthy();
  bench.settings.source.images_dir = "/nonexistent";
  bench.settings.sources.emplace_back();
  bench.settings.sources.back().name = "shop";
  bench.settings.sources.back().location = dir.path();
  const auto done = Examine(std::make_shared<const Bench>(bench), Checks(), {});
  ASSERT_GE(done.lines.size(), 3U);
  EXPECT_EQ(done.lines[0].check + "/" + done.lines[0].source, "source/");
  EXPECT_EQ(done.lines[0].finding.level, Level::kFail);
  EXPECT_EQ(done.lines[1].check + "/" + done.lines[1].source, "source/shop");
  EXPECT_EQ(done.lines[1].finding.level, Level::kOk);
  EXPECT_EQ(done.lines[2].check + "/" + done.lines[2].source, "folder/shop");
  for (const Check* check : Checks()) {
    if (check->of_server == nullptr) continue;
    EXPECT_NE(std::ranges::find(done.lines, check->name, &Line::check), done.lines.end())
        << check->name;
  }
}

TEST(DoctorRun, KeysAreForAllSourcesOrForOne) {
  Settings settings;
  settings.sources.emplace_back();
  settings.sources.back().name = "shop";
  const std::vector<string> keys = {"a.jpg", "shop:b.jpg", "x:y.jpg"};
  EXPECT_EQ(KeyFor(settings, {}, ""), "");
  EXPECT_EQ(KeyFor(settings, {"a.jpg"}, "shop"), "a.jpg");
  EXPECT_EQ(KeyFor(settings, keys, "shop"), "b.jpg");
  EXPECT_EQ(KeyFor(settings, keys, ""), "x:y.jpg");  // there is no source x
  EXPECT_EQ(KeyFor(settings, {":c.jpg"}, ""), "c.jpg");
  EXPECT_EQ(KeyFor(settings, {":c.jpg"}, "shop"), "");
}

const std::vector<Line> kLines = {
    {"source", "", Ok("fine")},
    {"source", "shop", Warning("hm", "do this")},
    {"port", "", Failure("no \"way\"", "do that")},
};

TEST(DoctorReport, LinesAreAlignedAndSummedUp) {
  EXPECT_EQ(AsText(kLines, false),
            "ok    source       fine\n"
            "warn  source shop  hm; do this\n"
            "fail  port         no \"way\"; do that\n"
            "1 ok, 1 warning, 1 failure\n");
}

TEST(DoctorReport, ColoursAreForTerminalsThatWantThem) {
  EXPECT_TRUE(AsText(kLines, true).starts_with("\x1b[32mok  \x1b[0m  source       fine\n\x1b[33m"));
  EXPECT_TRUE(TakesColours(true, "xterm", ""));
  EXPECT_FALSE(TakesColours(false, "xterm", ""));
  EXPECT_FALSE(TakesColours(true, "dumb", ""));
  EXPECT_FALSE(TakesColours(true, "xterm", "1"));
}

TEST(DoctorReport, JsonIsAnObjectALine) {
  EXPECT_EQ(AsJson(kLines),
            R"({"check":"source","source":"","status":"ok","found":"fine","advice":""})"
            "\n"
            R"({"check":"source","source":"shop","status":"warn","found":"hm","advice":"do this"})"
            "\n"
            R"({"check":"port","status":"fail","found":"no \"way\"","advice":"do that"})"
            "\n");
}

TEST(DoctorReport, ExitCodesAreForCi) {
  const auto code = [](std::vector<Line> lines, bool strict) { return ExitCodeOf(lines, strict); };
  EXPECT_EQ(code({kLines[0]}, false), 0);
  EXPECT_EQ(code({kLines[0]}, true), 0);
  EXPECT_EQ(code({kLines[0], kLines[1]}, false), 0);
  EXPECT_EQ(code({kLines[0], kLines[1]}, true), 1);
  EXPECT_EQ(code(kLines, false), 1);
}

}  // namespace
}  // namespace whittle::app::doctor
