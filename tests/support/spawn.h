// What starting a program and waiting for it takes in tests, for those who look at it in ways of
// their own.
#pragma once

#include <sys/wait.h>

#include <cerrno>
#include <string>
#include <vector>

namespace whittle::test {

/// For posix_spawn; valid as long as `texts`.
inline std::vector<char*> Pointers(std::vector<std::string>& texts) {
  std::vector<char*> pointers;
  for (std::string& text : texts) pointers.push_back(text.data());
  pointers.push_back(nullptr);
  return pointers;
}

/// Waits for its end: the exit code, or 128 + the number of the signal.
inline int WaitForEnd(pid_t process) {
  int status = 0;
  while (waitpid(process, &status, 0) < 0 && errno == EINTR) {
  }
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

}  // namespace whittle::test
