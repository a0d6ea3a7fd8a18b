// What `whittle doctor` shows on a terminal: a hint while it waits, and colours.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <pty.h>
#include <spawn.h>
#include <unistd.h>

#include <condition_variable>
#include <cstdlib>
#include <functional>
#include <mutex>
#include <stdexcept>
#include <string>
#include <vector>

#include "tests/support/origin.h"
#include "tests/support/spawn.h"

namespace whittle::test {
namespace {

using std::string;

/// Runs the program with a terminal for its output; `on_text` is given all there is so far.
string RunOnTerminal(std::vector<string> arguments, std::vector<string> environment,
                     const std::function<void(const string&)>& on_text) {
  int terminal = -1;
  int its_end = -1;
  if (openpty(&terminal, &its_end, nullptr, nullptr, nullptr) != 0) {
    throw std::runtime_error("openpty");
  }
  posix_spawn_file_actions_t files;
  posix_spawn_file_actions_init(&files);
  posix_spawn_file_actions_adddup2(&files, its_end, 1);
  posix_spawn_file_actions_adddup2(&files, its_end, 2);
  posix_spawn_file_actions_addclosefrom_np(&files, 3);
  arguments.insert(arguments.begin(), WHITTLE_PROGRAM);
  pid_t pid = 0;
  const int spawned = posix_spawn(&pid, WHITTLE_PROGRAM, &files, nullptr,
                                  Pointers(arguments).data(), Pointers(environment).data());
  posix_spawn_file_actions_destroy(&files);
  close(its_end);
  string text;
  char bytes[4096];
  ssize_t got = 0;
  while (spawned == 0 && (got = read(terminal, bytes, sizeof bytes)) > 0) {
    text.append(bytes, static_cast<std::size_t>(got));
    on_text(text);
  }
  close(terminal);
  if (spawned != 0) throw std::runtime_error("cannot start " WHITTLE_PROGRAM);
  WaitForEnd(pid);
  return text;
}

TEST(DoctorTerminal, SeesWhatIsWaitedForAndColours) {
  const int any = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC);
  if (any < 0) GTEST_SKIP() << "LEFT OUT: no pseudo-terminals here (is /dev/pts mounted?)";
  close(any);
  std::mutex mutex;
  std::condition_variable changed;
  bool is_told = false;
  const auto tell = [&] {
    const std::lock_guard lock(mutex);
    is_told = true;
    changed.notify_all();
  };
  // It answers once there was a hint.
  const Origin origin([&](const auto&, Origin::Connection& c) {
    std::unique_lock lock(mutex);
    changed.wait(lock, [&] { return is_told; });
    lock.unlock();
    c.Answer("404 Not Found", "");
  });
  const std::vector<string> arguments = {
      "doctor", "--port", "0", "--fetch-first-byte-timeout", "2m", "--fetch-timeout", "2m"};
  const string source = "WHITTLE_SOURCE=" + origin.Url("/");
  const string text = RunOnTerminal(arguments, {source, "TERM=xterm"}, [&](const string& so_far) {
    if (so_far.contains("waiting for source\r") || so_far.ends_with("waiting for source")) tell();
  });
  tell();
  EXPECT_TRUE(text.contains("\r\x1b[Kwaiting for source")) << text;
  EXPECT_TRUE(text.contains("\r\x1b[K\x1b[32mok  \x1b[0m  source ")) << text;
  const string plain =
      RunOnTerminal(arguments, {source, "TERM=xterm", "NO_COLOR=1"}, [](const string&) {});
  EXPECT_TRUE(plain.contains("ok    source ")) << plain;
  EXPECT_FALSE(plain.contains("\x1b[32m")) << plain;
}

}  // namespace
}  // namespace whittle::test
