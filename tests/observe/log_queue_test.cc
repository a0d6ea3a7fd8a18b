// The log as a server has it: a queue and a thread in front of a descriptor that may have no room.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <chrono>
#include <csignal>
#include <fstream>
#include <nlohmann/json.hpp>
#include <optional>
#include <sstream>
#include <string>
#include <thread>
#include <vector>

#include "observe/log.h"
#include "observe/metrics.h"
#include "tests/observe/pipe.h"
#include "tests/support/corpus.h"

namespace {
std::atomic<bool> write_hangs = false;
}  // namespace

// For the whole program: write(2), which can be told to hang.
extern "C" ssize_t write(int fd, const void* bytes, size_t count) {
  write_hangs.wait(true);
  return syscall(SYS_write, fd, bytes, count);
}

namespace whittle::observe {
namespace {
using namespace std::chrono_literals;
using test::Pipe;

// More than queue and pipe hold together.
constexpr int kTooMany = 5000;

double DroppedIn(Metrics& metrics) {
  const std::string page = metrics.Text();
  const std::string name = "\nwhittle_log_lines_dropped_total ";
  return std::stod(page.substr(page.find(name) + name.size()));
}

std::vector<std::string> Lines(const std::string& text) {
  std::vector<std::string> lines;
  std::istringstream stream(text);
  for (std::string line; std::getline(stream, line);) lines.push_back(line);
  return lines;
}

// What stands behind ` key=` in a line; nothing when that is not there.
std::optional<int> NumberIn(const std::string& line, const std::string& key) {
  const std::size_t at = line.find(" " + key + "=");
  if (at == std::string::npos) return std::nullopt;
  return std::stoi(line.substr(at + key.size() + 2));
}

void Say(Log& log, int count) {
  for (int i = 0; i < count; ++i) log.Request({.status = 200, .bytes = static_cast<unsigned>(i)});
}

TEST(LogQueue, APipeThatNobodyReadsHeldTheCallerUp) {
  Metrics metrics("0", "none");
  const Pipe pipe;
  {
    Log log({.fd = pipe.in(), .dropped = &metrics.log_dropped});
    Say(log, kTooMany);
    EXPECT_FALSE(log.Flush(1ms));
  }  // and its end
  pipe.CloseIn();
  int written = 0;
  for (const std::string& line : Lines(pipe.ReadAll())) written += NumberIn(line, "bytes") ? 1 : 0;
  EXPECT_EQ(DroppedIn(metrics) + written, kTooMany);
}

TEST(LogQueue, ASocketThatNobodyReadsHeldTheCallerUp) {
  std::array<int, 2> ends{};
  ASSERT_EQ(socketpair(AF_UNIX, SOCK_STREAM, 0, ends.data()), 0);
  Metrics metrics("0", "none");
  {
    Log log({.fd = ends[0], .dropped = &metrics.log_dropped});
    Say(log, kTooMany);
    EXPECT_FALSE(log.Flush(1ms));
  }
  EXPECT_GT(DroppedIn(metrics), 0);
  close(ends[0]);
  close(ends[1]);
}

// Nothing can be done about a write(2) that does not return, but to end without it.
TEST(LogQueue, AWriteThatNeverReturnsHeldTheEndUp) {
  std::signal(SIGPIPE, SIG_IGN);  // the thread that is left may outlive the pipe
  Metrics metrics("0", "none");
  const Pipe pipe;
  {
    Log log({.fd = pipe.in(), .dropped = &metrics.log_dropped});
    write_hangs = true;
    log.Info("hangs");
    EXPECT_FALSE(log.Flush(10ms));
  }
  write_hangs = false;
  write_hangs.notify_all();
  pipe.CloseIn();  // the thread that was left has the other
  pollfd line = {pipe.out(), POLLIN, 0};
  EXPECT_EQ(poll(&line, 1, -1), 1);
}

// Lines that were dropped are counted while there is no room, and told once there is.
TEST(LogQueue, WhatWasDroppedIsCountedAndTold) {
  Metrics metrics("0", "none");
  const Pipe pipe;
  const std::string full = std::string(Pipe::kBytes - 1, 'x') + '\n';
  ASSERT_EQ(write(pipe.in(), full.data(), full.size()), Pipe::kBytes);
  std::string text;
  {
    Log log({.fd = pipe.in(), .dropped = &metrics.log_dropped});
    pipe.CloseIn();  // it has its own
    Say(log, kTooMany);
    while (DroppedIn(metrics) == 0) std::this_thread::yield();
    const std::string last = " bytes=" + std::to_string(kTooMany - 1) + " ";
    while (text.find(last) == std::string::npos) text += pipe.ReadSome();
    log.Info("last");
  }
  text += pipe.ReadAll();
  const std::vector<std::string> lines = Lines(text);
  ASSERT_GT(lines.size(), 1U);
  int last_number = -1;
  int written = 0;
  int told = 0;
  for (const std::string& line : lines) {
    if (const auto count = NumberIn(line, "count")) {
      EXPECT_NE(line.find(" warning log lines dropped "), std::string::npos) << line;
      told += *count;
    } else if (const auto number = NumberIn(line, "bytes")) {
      ASSERT_GT(*number, last_number) << line;
      last_number = *number;
      ++written;
    }
  }
  EXPECT_EQ(written + told, kTooMany);
  EXPECT_GT(told, 0);
  EXPECT_EQ(DroppedIn(metrics), told);
  EXPECT_TRUE(lines.back().ends_with(" info last")) << lines.back();
}

TEST(LogQueue, WhereNothingIsDroppedEveryLineComesInOrder) {
  constexpr int kThreads = 4, kEach = 400;
  Metrics metrics("0", "none");
  const Pipe pipe;
  std::string text;
  std::jthread reader([&] { text = pipe.ReadAll(); });
  {
    Log log({.fd = pipe.in(), .dropped = &metrics.log_dropped});
    pipe.CloseIn();  // it has its own
    std::vector<std::jthread> threads;
    for (int t = 0; t < kThreads; ++t) {
      threads.emplace_back([&log, t] {
        for (int i = 0; i < kEach; ++i) {
          log.Request({.status = t, .bytes = static_cast<unsigned>(i)});
        }
      });
    }
  }
  reader.join();
  std::vector<int> next(kThreads, 0);
  for (const std::string& line : Lines(text)) {
    EXPECT_EQ(NumberIn(line, "bytes"),
              next[static_cast<std::size_t>(NumberIn(line, "status").value())]++);
  }
  EXPECT_EQ(next, std::vector<int>(kThreads, kEach));
  EXPECT_EQ(DroppedIn(metrics), 0);
}

TEST(LogQueue, TheFlagsOfTheOpenFileStayAsTheyAre) {
  const Pipe pipe;
  const int before = fcntl(pipe.in(), F_GETFL);
  const Log log({.fd = pipe.in()});
  EXPECT_EQ(fcntl(pipe.in(), F_GETFL), before);
}

TEST(LogQueue, AReaderThatHasGoneIsNoReasonToWait) {
  std::signal(SIGPIPE, SIG_IGN);  // as the server does
  Metrics metrics("0", "none");
  const Pipe pipe;
  pipe.CloseOut();
  Log log({.fd = pipe.in(), .dropped = &metrics.log_dropped});
  for (int i = 1; i <= 3; ++i) {
    log.Info("to nobody");
    EXPECT_TRUE(log.Flush(1h));
    EXPECT_EQ(DroppedIn(metrics), i);
  }
}

TEST(LogQueue, ADescriptorThatIsClosedTakesNothing) {
  Metrics metrics("0", "none");
  Log log({.fd = -1, .dropped = &metrics.log_dropped});
  log.Info("to nobody");
  EXPECT_TRUE(log.Flush(1h));
  EXPECT_EQ(DroppedIn(metrics), 1);
}

// The disk gets full in the middle of a line, and later has room again.
TEST(LogQueue, AFullDiskTearsNoLaterLine) {
  std::signal(SIGXFSZ, SIG_IGN);
  const test::TempDir dir;
  const std::string path = (dir.path() / "log").string();
  const int file = open(path.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
  Metrics metrics("0", "none");
  rlimit before{};
  getrlimit(RLIMIT_FSIZE, &before);
  {
    Log log({.fd = file, .dropped = &metrics.log_dropped});
    log.Info("first");
    ASSERT_TRUE(log.Flush(1h));
    const rlimit no_more = {static_cast<rlim_t>(lseek(file, 0, SEEK_END)) + 10, before.rlim_max};
    setrlimit(RLIMIT_FSIZE, &no_more);
    log.Info("torn");
    EXPECT_TRUE(log.Flush(1h));
    log.Info("lost");
    EXPECT_TRUE(log.Flush(1h));
    setrlimit(RLIMIT_FSIZE, &before);
    log.Info("last");
  }
  close(file);
  std::stringstream text;
  text << std::ifstream(path).rdbuf();
  const std::vector<std::string> lines = Lines(text.str());
  ASSERT_EQ(lines.size(), 4U) << text.str();
  EXPECT_TRUE(lines[0].ends_with(" info first"));
  EXPECT_EQ(lines[1].size(), 10U);
  EXPECT_TRUE(lines[2].ends_with(" warning log lines dropped count=2"));
  EXPECT_TRUE(lines[3].ends_with(" info last"));
  EXPECT_EQ(DroppedIn(metrics), 2);
}

TEST(LogQueue, WhatIsDroppedIsToldInJsonWhateverTheLevel) {
  const Pipe pipe;
  std::string text;
  std::jthread reader;
  {
    // So many messages of their own that none comes too often.
    std::vector<std::string> messages;
    for (int i = 0; i < 10; ++i) messages.push_back("message " + std::to_string(i));
    Log log({.format = LogFormat::kJson, .level = LogLevel::kError, .fd = pipe.in()});
    for (int i = 0; i < kTooMany; ++i) {
      log.Error(messages[static_cast<std::size_t>(i) % messages.size()]);
    }
    pipe.CloseIn();
    reader = std::jthread([&] { text = pipe.ReadAll(); });
    EXPECT_TRUE(log.Flush(1h));
  }
  reader.join();
  int told = 0;
  for (const std::string& line : Lines(text)) {
    const auto json = nlohmann::json::parse(line);
    if (json["message"] != "log lines dropped") continue;
    EXPECT_EQ(json["level"], "warning");
    told += json["count"].get<int>();
  }
  EXPECT_GT(told, 0);
}

}  // namespace
}  // namespace whittle::observe
