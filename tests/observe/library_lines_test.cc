// What is printed to standard error, of this very program, as lines of the log.
#include "observe/library_lines.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <filesystem>
#include <fstream>
#include <stdexcept>
#include <string>
#include <string_view>
#include <thread>

#include "observe/log.h"
#include "tests/observe/pipe.h"

namespace whittle::observe {
namespace {

bool IsCaptured() {
  static const bool is_captured = StandardError().captured();
  return is_captured;
}

void Print(const std::string& text) {
  ASSERT_EQ(write(STDERR_FILENO, text.data(), text.size()), static_cast<ssize_t>(text.size()));
}

// The log's lines without their times, of what `print` prints.
std::string Logged(auto print, LogLevel level = LogLevel::kWarn) {
  const test::Pipe pipe;
  std::string text;
  std::jthread reader([&] { text = pipe.ReadAll(); });
  {
    Log log({.level = level, .fd = pipe.in()});
    pipe.CloseIn();
    const LibraryLines lines(log);
    print();
  }
  reader.join();
  std::string without_times;
  constexpr std::size_t kTime = 25;
  for (std::size_t at = 0, end = 0; (end = text.find('\n', at)) != std::string::npos;
       at = end + 1) {
    without_times += text.substr(at + kTime, end + 1 - at - kTime);
  }
  return without_times;
}

class LibraryLinesTest : public ::testing::Test {
 protected:
  void SetUp() override {
    if (!IsCaptured()) GTEST_SKIP() << "LEFT OUT: with a sanitizer standard error is left alone";
  }
};

TEST_F(LibraryLinesTest, ALineBecomesALineOfTheLog) {
  EXPECT_EQ(Logged([] { Print("dec.cc:12: failure\nsecond=2\n"); }),
            "warning library text=\"dec.cc:12: failure\"\nwarning library text=\"second=2\"\n");
}

TEST_F(LibraryLinesTest, WhatHasNoEndIsALineToo) {
  EXPECT_EQ(Logged([] {
              Print("one ");
              Print("line\n\n");
              Print("and its rest");
            }),
            "warning library text=\"one line\"\nwarning library text=\"and its rest\"\n");
}

TEST_F(LibraryLinesTest, NothingInItBreaksALine) {
  EXPECT_EQ(Logged([] { Print(std::string("\x1b[2Ja\r\"b\0c\n", 11)); }),
            "warning library text=\"\\x1b[2Ja\\x0d\\x22b\\x00c\"\n");
}

TEST_F(LibraryLinesTest, LongLinesAreCut) {
  const std::string longest(LibraryLines::kMaxTextBytes, 'a');
  EXPECT_EQ(Logged([&] { Print(longest + "\n"); }), "warning library text=" + longest + "\n");
  EXPECT_EQ(Logged([&] { Print(longest + "b\n"); }), "warning library text=" + longest + "...\n");
  EXPECT_EQ(Logged([&] { Print(longest + std::string(100'000, 'b') + "\nc\n"); }),
            "warning library text=" + longest + "...\nwarning library text=c\n");
}

TEST_F(LibraryLinesTest, LinesThatRepeatAreSummed) {
  const std::string logged = Logged([] {
    for (int i = 0; i < 10'000; ++i) Print("again\n");
    Print("other\n");
  });
  EXPECT_LE(std::ranges::count(logged, '\n'), 100) << "one a second, however slow this machine is";
  EXPECT_TRUE(logged.starts_with("warning library text=again\n"));
  EXPECT_NE(logged.find("warning library text=other\n"), std::string::npos);
  int sum = 0;
  for (std::size_t at = 0; (at = logged.find("text=again", at)) != std::string::npos; ++at) {
    ++sum;
    const std::string rest = logged.substr(at + 10, logged.find('\n', at) - at - 10);
    if (!rest.empty()) sum += std::stoi(rest.substr(std::string(" repeated=").size()));
  }
  // A sum at the end stands for lines that were none themselves.
  EXPECT_TRUE(sum == 10'000 || sum == 10'001) << sum;
}

TEST_F(LibraryLinesTest, LinesThatNeverRepeatHaveABound) {
  const std::string logged = Logged([] {
    for (int i = 0; i < 20'000; ++i) Print("line " + std::to_string(i) + "\n");
  });
  EXPECT_LT(std::ranges::count(logged, '\n'), 10'000);
  EXPECT_NE(logged.find("warning lines held back line=library suppressed="), std::string::npos);
}

TEST_F(LibraryLinesTest, ALevelThatIsOffLogsNothing) {
  EXPECT_EQ(Logged([] { Print("quiet\n"); }, LogLevel::kError), "");
}

// A log that nobody reads must not hold a library up that prints.
TEST_F(LibraryLinesTest, APipeThatNobodyReadsHoldsNoLibraryUp) {
  const test::Pipe pipe;
  Log log({.fd = pipe.in()});
  const LibraryLines lines(log);
  for (int i = 0; i < 20'000; ++i) Print("line " + std::to_string(i) + "\n");
}

TEST_F(LibraryLinesTest, StandardErrorIsAfterwardsWhatItWas) {
  struct stat before{};
  struct stat meanwhile{};
  struct stat after{};
  fstat(STDERR_FILENO, &before);
  Logged([&] { fstat(STDERR_FILENO, &meanwhile); });
  fstat(STDERR_FILENO, &after);
  EXPECT_NE(meanwhile.st_ino, before.st_ino);
  EXPECT_TRUE(S_ISFIFO(meanwhile.st_mode));
  EXPECT_EQ(after.st_ino, before.st_ino);
  EXPECT_EQ(after.st_dev, before.st_dev);
}

// What the kernel says of the thread with this name of ours: 'S' asleep, 'R' not; 0: there is none.
char StateOf(std::string_view thread) {
  for (const auto& task : std::filesystem::directory_iterator("/proc/self/task")) {
    std::ifstream file(task.path() / "stat");
    std::string text;
    std::getline(file, text);
    const std::size_t name = text.find('('), behind = text.rfind(") ");
    if (behind == std::string::npos || text.substr(name + 1, behind - name - 1) != thread) continue;
    return text[behind + 2];
  }
  return 0;
}

// It took a whole CPU from then on.
TEST_F(LibraryLinesTest, AClosedStandardErrorLetsTheThreadSleep) {
  const std::string logged = Logged([] {
    Print("before\nunfinished");
    const int nothing = open("/dev/null", O_WRONLY | O_CLOEXEC);
    dup2(nothing, STDERR_FILENO);  // wakes the thread before it returns
    close(nothing);
    const auto by = std::chrono::steady_clock::now() + std::chrono::seconds(20);
    while (StateOf("whittle-stderr") != 'S') {
      ASSERT_LT(std::chrono::steady_clock::now(), by) << "it is busy for ever";
      std::this_thread::yield();
    }
    Print("to nobody\n");
  });
  EXPECT_EQ(logged, "warning library text=before\nwarning library text=unfinished\n");
}

// What the runtime says last; also with sanitizers, where nothing stands in its way.
class LastWords : public ::testing::Test {
 protected:
  void SetUp() override { GTEST_FLAG_SET(death_test_style, "threadsafe"); }
  static void Die(auto how) {
    const test::Pipe nobody_reads;
    Log log({.level = LogLevel::kError, .fd = nobody_reads.in()});
    const LibraryLines lines(log);
    how();
  }
};

TEST_F(LastWords, OfAbortComeOut) {
  EXPECT_DEATH(Die([] {
                 std::fputs("free(): it is broken\n", stderr);
                 std::abort();
               }),
               "free\\(\\): it is broken");
}

TEST_F(LastWords, WithoutAnEndOfTheLineComeOut) {
  EXPECT_DEATH(Die([] {
                 std::fputs("half a line", stderr);
                 std::abort();
               }),
               "half a line");
}

TEST_F(LastWords, OfTerminateComeOut) {
  EXPECT_DEATH(Die([] { std::jthread([] { throw std::runtime_error("nobody catches this"); }); }),
               "nobody catches this");
}

TEST_F(LastWords, BehindManyLinesComeOut) {
  EXPECT_DEATH(Die([] {
                 for (int i = 0; i < 5000; ++i) std::fputs("a warning\n", stderr);
                 std::fputs("free(): it is broken\n", stderr);
                 std::abort();
               }),
               "free\\(\\): it is broken");
}

TEST_F(LastWords, BeforeExitComeOut) {
  EXPECT_EXIT(Die([] {
                std::fputs("libx: cannot go on\n", stderr);
                std::exit(3);
              }),
              ::testing::ExitedWithCode(3), "libx: cannot go on");
}

TEST_F(LastWords, ASignalFromOutsideStillEndsIt) {
  EXPECT_EXIT(Die([] {
                std::fputs("before\n", stderr);
                kill(getpid(), SIGABRT);
                while (true) pause();
              }),
              ::testing::KilledBySignal(SIGABRT), "before");
}

}  // namespace
}  // namespace whittle::observe
