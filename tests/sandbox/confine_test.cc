// What a confined process cannot do any more, tried out in one.
#include "sandbox/confine.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <string>

#include "tests/support/corpus.h"

namespace whittle::sandbox {
namespace {

// Under a sanitizer nothing is refused.
#if !__has_feature(address_sanitizer) && !__has_feature(thread_sanitizer)

constexpr Confinement kRoomy = {
    .memory_bytes = 64ULL << 20, .later_bytes = 16ULL << 20, .time = std::chrono::seconds(60)};

// What `act` returns in a confined process of its own: an errno, or 0.
int Confined(int (*act)(const std::string&), const std::string& argument = "") {
  const pid_t child = fork();
  if (child == 0) _exit(Confine(kRoomy) ? act(argument) : 255);
  int status = 0;
  EXPECT_EQ(waitpid(child, &status, 0), child);
  EXPECT_TRUE(WIFEXITED(status)) << "signal " << WTERMSIG(status);
  return WEXITSTATUS(status);
}

int Failed(long result) { return result < 0 ? errno : 0; }

TEST(Confine, RefusesSocketsProcessesSignalsAndWriting) {
  const test::TempDir dir;
  const std::string file = dir.path() / "there";
  test::WriteFile(file, {});
  EXPECT_EQ(Confined([](const std::string&) { return Failed(socket(AF_INET, SOCK_STREAM, 0)); }),
            EPERM);
  EXPECT_EQ(Confined([](const std::string&) { return Failed(socket(AF_UNIX, SOCK_STREAM, 0)); }),
            EPERM);
  EXPECT_EQ(Confined([](const std::string&) {
              const pid_t child = fork();
              if (child == 0) _exit(0);
              return Failed(child);
            }),
            EPERM);
  EXPECT_EQ(Confined([](const std::string&) {
              return Failed(execl("/bin/true", "true", static_cast<char*>(nullptr)));
            }),
            EPERM);
  EXPECT_EQ(Confined([](const std::string&) { return Failed(kill(getppid(), 0)); }), EPERM);
  EXPECT_EQ(Confined([](const std::string& f) { return Failed(open(f.c_str(), O_WRONLY)); }, file),
            EPERM);
  EXPECT_EQ(Confined([](const std::string& f) { return Failed(unlink(f.c_str())); }, file), EPERM);
  EXPECT_EQ(
      Confined([](const std::string& f) { return Failed(open(f.c_str(), O_CREAT | O_RDWR, 0600)); },
               file + "2"),
      EPERM);
  // What librsvg needs goes on working: fonts are read.
  EXPECT_EQ(Confined([](const std::string& f) { return Failed(open(f.c_str(), O_RDONLY)); }, file),
            0);
}

TEST(Confine, LimitsMemoryUntilMoreIsAllowed) {
  EXPECT_EQ(Confined([](const std::string&) {
              const auto map = [](std::size_t bytes) {
                return mmap(nullptr, bytes, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
              };
              if (map(48U << 20) == MAP_FAILED) return 1;  // of 64
              if (map(24U << 20) != MAP_FAILED) return 2;
              if (AllowMemory(17U << 20)) return 3;  // more than was foreseen
              if (!AllowMemory(16U << 20)) return 4;
              return map(24U << 20) == MAP_FAILED ? 5 : 0;
            }),
            0);
}
#endif

TEST(Confine, EndsAProcessWhoseTimeIsUp) {
  const pid_t child = fork();
  if (child == 0) {
    if (!Confine({.memory_bytes = 64ULL << 20, .time = std::chrono::milliseconds(1)})) _exit(255);
    while (true) pause();
  }
  int status = 0;
  ASSERT_EQ(waitpid(child, &status, 0), child);
  ASSERT_TRUE(WIFSIGNALED(status));
  EXPECT_EQ(WTERMSIG(status), SIGALRM);
}

}  // namespace
}  // namespace whittle::sandbox
