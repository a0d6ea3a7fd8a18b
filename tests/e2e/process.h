// The real program as a process: started, watched through its log, signalled, waited for.
//
// Its log is JSON lines on stderr, read by a thread; waiting for a line blocks until it has come or
// the program has ended. The environment is only what the test gives.
#pragma once

#include <fcntl.h>
#include <spawn.h>
#include <sys/resource.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <condition_variable>
#include <csignal>
#include <fstream>
#include <functional>
#include <mutex>
#include <nlohmann/json.hpp>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "tests/support/corpus.h"
#include "tests/support/http_client.h"
#include "tests/support/spawn.h"

namespace whittle::test {

class Process {
 public:
  /// Starts `whittle serve` on a free port and waits until it listens. `limits` is what a shell
  /// does before, such as "ulimit -n 256".
  explicit Process(std::vector<std::string> environment = {}, const std::string& limits = "true") {
    environment.insert(environment.end(),
                       {"WHITTLE_PORT=0", "WHITTLE_ADDRESS=127.0.0.1", "WHITTLE_LOG_FORMAT=json",
                        "WHITTLE_IMAGES_DIR=" + images_.path().string()});
    Spawn(environment, limits);
    port_ = WaitForLine("listening").at("port").get<std::uint16_t>();
  }
  ~Process() {
    if (pid_ > 0) {
      kill(pid_, SIGKILL);
      Wait();
    }
  }
  Process(const Process&) = delete;
  Process& operator=(const Process&) = delete;

  std::uint16_t port() const { return port_; }
  HttpClient Connect() const { return HttpClient(port_); }
  void Add(const std::string& name, ByteView content) { WriteFile(images_.path() / name, content); }

  pid_t process() const { return pid_; }
  void Signal(int signal) { kill(pid_, signal); }
  /// From now on its log is not read, but for what is being read at the moment; ReadLog goes on.
  void LeaveLogUnread() { is_unread_ = true; }
  void ReadLog() {
    is_unread_ = false;
    is_unread_.notify_all();
  }
  /// A line of /proc/PID/status, in KiB: "VmRSS", or "VmHWM" for the most there was.
  std::size_t MemoryKib(const std::string& name) const {
    std::ifstream status("/proc/" + std::to_string(pid_) + "/status");
    for (std::string line; std::getline(status, line);) {
      if (line.starts_with(name + ":")) return std::stoul(line.substr(name.size() + 1));
    }
    throw std::runtime_error("no " + name);
  }
  /// From now on it may have no more than this many descriptors.
  void LimitDescriptors(rlim_t count) {
    const rlimit limit = {count, count};
    if (prlimit(pid_, RLIMIT_NOFILE, &limit, nullptr) != 0) throw std::runtime_error("prlimit");
  }

  /// Waits for the end: exit code, or 128 + the number of the signal.
  int Wait() {
    const int code = WaitForEnd(pid_);
    pid_ = 0;
    ReadLog();
    reader_.join();
    return code;
  }

  /// The first log line with this message, or the second, ...; throws when the program ends
  /// without.
  nlohmann::json WaitForLine(const std::string& message, int which = 1) {
    const std::string part = R"("message":")" + message + "\"";
    std::unique_lock lock(mutex_);
    std::size_t seen = 0;
    while (true) {
      for (; seen < lines_.size(); ++seen) {
        if (lines_[seen].find(part) == std::string::npos || --which > 0) continue;
        return nlohmann::json::parse(lines_[seen]);
      }
      if (ended_) throw std::runtime_error("the program ended without saying " + message);
      more_.wait(lock);
    }
  }
  /// All lines so far; after Wait, all there are.
  std::vector<std::string> lines() {
    const std::lock_guard lock(mutex_);
    return lines_;
  }

 private:
  void Spawn(std::vector<std::string>& environment, const std::string& limits) {
    int ends[2];
    if (pipe2(ends, O_CLOEXEC) != 0) throw std::runtime_error("pipe2");
    posix_spawn_file_actions_t files;
    posix_spawn_file_actions_init(&files);
    posix_spawn_file_actions_addopen(&files, 0, "/dev/null", O_RDONLY, 0);
    posix_spawn_file_actions_adddup2(&files, ends[1], 2);
    posix_spawn_file_actions_addclosefrom_np(&files, 3);
    std::string shell = "sh";
    std::string option = "-c";
    std::string script = limits + " && exec '" WHITTLE_PROGRAM "' serve";
    char* arguments[] = {shell.data(), option.data(), script.data(), nullptr};
    const int error =
        posix_spawn(&pid_, "/bin/sh", &files, nullptr, arguments, Pointers(environment).data());
    posix_spawn_file_actions_destroy(&files);
    close(ends[1]);
    if (error != 0) {
      close(ends[0]);
      pid_ = 0;
      throw std::runtime_error("cannot start " WHITTLE_PROGRAM);
    }
    reader_ = std::jthread([this, end = ends[0]] { ReadLines(end); });
  }

  void ReadLines(int end) {
    std::string text;
    char bytes[4096];
    ssize_t got = 0;
    while ((got = read(end, bytes, sizeof bytes)) > 0 || (got < 0 && errno == EINTR)) {
      if (got < 0) continue;
      text.append(bytes, static_cast<std::size_t>(got));
      std::unique_lock lock(mutex_);
      for (std::size_t line = 0; (line = text.find('\n')) != std::string::npos;) {
        lines_.push_back(text.substr(0, line));
        text.erase(0, line + 1);
      }
      more_.notify_all();
      lock.unlock();
      is_unread_.wait(true);
    }
    close(end);
    const std::lock_guard lock(mutex_);
    if (!text.empty()) lines_.push_back(text);
    ended_ = true;
    more_.notify_all();
  }

  TempDir images_;
  pid_t pid_ = 0;
  std::uint16_t port_ = 0;
  std::mutex mutex_;
  std::condition_variable more_;
  std::vector<std::string> lines_;
  bool ended_ = false;
  std::atomic<bool> is_unread_ = false;
  std::jthread reader_;  // the last: it uses the others
};

}  // namespace whittle::test
