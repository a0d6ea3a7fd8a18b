#include "app/serve.h"

#include <fcntl.h>
#include <sys/resource.h>
#include <unistd.h>

#include <csignal>
#include <iostream>
#include <string>

#include "app/heif.h"
#include "app/runtime.h"
#include "app/svg.h"
#include "observe/library_lines.h"
#include "whittle/expected.h"

namespace whittle::app {
namespace {

// Exit codes, as cli.h has them.
constexpr int kFailed = 1;
constexpr int kWrongSettings = 2;

// Connections need descriptors: as many as the system lets us have.
void RaiseDescriptorLimit() {
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
  limit.rlim_cur = limit.rlim_max;
  setrlimit(RLIMIT_NOFILE, &limit);
}

// A stream that was closed by whoever started us would lend its number to the first thing that is
// opened, and a library that prints would write into a client's connection.
void HoldStandardStreams() {
  for (const int fd : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) {
    if (fcntl(fd, F_GETFD) < 0) open("/dev/null", O_RDWR);  // takes the lowest number that is free
  }
}

Expected<int> RunServer(const Settings& settings) {
  Runtime runtime(settings);
  const observe::LibraryLines lines(runtime.log());
  WHITTLE_CHECK(runtime.Start());
  return runtime.RunUntilStopped();
}

}  // namespace

int Serve(const Settings& settings) {
  HoldStandardStreams();
  RaiseDescriptorLimit();
  std::signal(SIGPIPE, SIG_IGN);
  const HeifInput heif(settings);
  const SvgInput svg(settings);
  if (!svg.ok()) {
    std::cerr << "whittle: " << svg.problem() << '\n';
    return kWrongSettings;
  }
  if (const std::string warning = svg.warning(); !warning.empty()) {
    std::cerr << "whittle: " << warning << '\n';
  }
  const auto served = RunServer(settings);
  if (served) return *served;
  std::cerr << "whittle: " << served.error().text << '\n';
  return served.error().kind == ErrorKind::kBadRequest ? kWrongSettings : kFailed;
}

}  // namespace whittle::app
