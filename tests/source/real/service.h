// Somebody else's server as a process of a test's: started, its first lines read, ended with it.
#pragma once

#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <stdexcept>
#include <string>
#include <vector>

namespace whittle::test {

class RealService {
 public:
  static constexpr int kNotThere = 127;  ///< what a shell says of a program that it cannot find

  /// `words`: the program, looked for in PATH, and its arguments. Throws when there are no pipes.
  explicit RealService(std::vector<std::string> words) {
    int in[2];
    int out[2];
    if (pipe2(in, O_CLOEXEC) != 0 || pipe2(out, O_CLOEXEC) != 0) {
      throw std::runtime_error("no pipe");
    }
    std::vector<char*> arguments;
    for (std::string& word : words) arguments.push_back(word.data());
    arguments.push_back(nullptr);
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, in[0], 0);
    posix_spawn_file_actions_adddup2(&actions, out[1], 1);
    if (posix_spawnp(&process_, arguments[0], &actions, nullptr, arguments.data(), environ) != 0) {
      process_ = 0;
    }
    posix_spawn_file_actions_destroy(&actions);
    close(in[0]);
    close(out[1]);
    input_ = in[1];
    output_ = out[0];
  }
  ~RealService() {
    if (process_ > 0) {
      kill(process_, SIGTERM);
      Wait();
    }
    close(input_);
    close(output_);
  }
  RealService(const RealService&) = delete;
  RealService& operator=(const RealService&) = delete;

  /// The next line of its output, without its end; empty when there are no more.
  std::string ReadLine() {
    std::string line;
    while (line.size() < 4096) {
      char c = 0;
      const ssize_t got = read(output_, &c, 1);
      if (got == 0 || (got < 0 && errno != EINTR)) break;
      if (got == 1 && c == '\n') break;
      if (got == 1) line += c;
    }
    return line;
  }

  /// Its exit code, once it has ended by itself; kNotThere when there is no such program.
  int Wait() {
    if (process_ == 0) return kNotThere;
    int status = 0;
    while (waitpid(process_, &status, 0) < 0 && errno == EINTR) {
    }
    process_ = 0;
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  }

 private:
  pid_t process_ = 0;
  int input_ = -1;
  int output_ = -1;
};

}  // namespace whittle::test
