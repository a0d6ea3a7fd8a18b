// Somebody else's server as a process of a test's: started, its first lines read, ended with it.
//
// scripts/services installs those that Debian has not. Where one is missing, the tests that need it
// are left out, each with a line that says so.
#pragma once

#include <fcntl.h>
#include <spawn.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <filesystem>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "tests/support/spawn.h"

namespace whittle::test {

/// Where scripts/services has put `name`.
inline std::string ServicePath(std::string_view name) {
  return WHITTLE_SOURCE_DIR "/build/services/" + std::string(name);
}

class RealService {
 public:
  static constexpr int kNotThere = 127;  ///< what a shell says of a program that it cannot find

  struct Options {
    std::vector<std::string> environment;  ///< in place of the test's own
    int third = -1;                        ///< the descriptor that it has as number 3
  };

  /// `words`: the program, looked for in PATH, and its arguments. It ends with the thread that has
  /// started it. Throws when there are no pipes.
  explicit RealService(std::vector<std::string> words) : RealService(std::move(words), {}) {}
  RealService(std::vector<std::string> words, Options options) {
    int in[2];
    int out[2];
    if (pipe2(in, O_CLOEXEC) != 0 || pipe2(out, O_CLOEXEC) != 0) {
      throw std::runtime_error("no pipe");
    }
    words.insert(words.begin(), {"setpriv", "--pdeathsig", "TERM"});
    std::vector<char*> arguments = Pointers(words);
    std::vector<char*> variables = Pointers(options.environment);
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, in[0], 0);
    posix_spawn_file_actions_adddup2(&actions, out[1], 1);
    if (options.third >= 0) posix_spawn_file_actions_adddup2(&actions, options.third, 3);
    if (posix_spawnp(&process_, arguments[0], &actions, nullptr, arguments.data(),
                     options.environment.empty() ? environ : variables.data()) != 0) {
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
  /// The rest of the first line that contains `text`, behind it; empty when there is none.
  std::string ReadBehind(std::string_view text) {
    std::string line = ReadLine();
    while (!line.empty() && !line.contains(text)) line = ReadLine();
    return line.empty() ? line : line.substr(line.find(text) + text.size());
  }

  /// Its exit code, once it has ended by itself; kNotThere when there is no such program.
  int Wait() {
    if (process_ == 0) return kNotThere;
    return WaitForEnd(std::exchange(process_, 0));
  }

 private:
  pid_t process_ = 0;
  int input_ = -1;
  int output_ = -1;
};

}  // namespace whittle::test
