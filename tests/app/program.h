// Runs the real program and catches what it says. The environment is only what the test gives, so
// that a developer's own WHITTLE_ variables do not reach it.
#pragma once

#include <fcntl.h>
#include <spawn.h>

#include <filesystem>
#include <stdexcept>
#include <string>
#include <vector>

#include "tests/support/corpus.h"
#include "tests/support/spawn.h"

namespace whittle::test {

struct Finished {
  int code = -1;  ///< exit code; 128 + the signal's number when one ended it
  std::string out, err;
};

/// Runs `whittle arguments...` with `environment` ("NAME=value") and waits for it.
inline Finished RunProgram(std::vector<std::string> arguments,
                           std::vector<std::string> environment = {},
                           const std::filesystem::path& input = "/dev/null") {
  const TempDir dir;
  const auto out = dir.path() / "out";
  const auto err = dir.path() / "err";
  posix_spawn_file_actions_t files;
  posix_spawn_file_actions_init(&files);
  posix_spawn_file_actions_addopen(&files, 0, input.c_str(), O_RDONLY, 0);
  posix_spawn_file_actions_addopen(&files, 1, out.c_str(), O_WRONLY | O_CREAT, 0600);
  posix_spawn_file_actions_addopen(&files, 2, err.c_str(), O_WRONLY | O_CREAT, 0600);

  arguments.insert(arguments.begin(), WHITTLE_PROGRAM);
  pid_t pid = 0;
  const int spawned = posix_spawn(&pid, WHITTLE_PROGRAM, &files, nullptr,
                                  Pointers(arguments).data(), Pointers(environment).data());
  posix_spawn_file_actions_destroy(&files);
  if (spawned != 0) throw std::runtime_error("cannot start " WHITTLE_PROGRAM);
  const int code = WaitForEnd(pid);
  const auto text = [](const std::filesystem::path& path) {
    const Bytes bytes = ReadFile(path);
    return std::string(AsText(bytes.view()));
  };
  return {.code = code, .out = text(out), .err = text(err)};
}

}  // namespace whittle::test
