#include "app/serve.h"

#include <sys/resource.h>

#include <csignal>
#include <iostream>

#include "app/runtime.h"
#include "app/svg.h"

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

}  // namespace

int Serve(const Settings& settings) {
  RaiseDescriptorLimit();
  std::signal(SIGPIPE, SIG_IGN);
  const SvgInput svg(settings);
  if (!svg.ok()) {
    std::cerr << "whittle: " << svg.problem() << '\n';
    return kWrongSettings;
  }
  Runtime runtime(settings);
  const auto started = runtime.Start();
  if (started) return runtime.RunUntilStopped();
  std::cerr << "whittle: " << started.error().text << '\n';
  return started.error().kind == ErrorKind::kBadRequest ? kWrongSettings : kFailed;
}

}  // namespace whittle::app
