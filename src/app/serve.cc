#include "app/serve.h"

#include <sys/resource.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>
#include <csignal>
#include <iostream>
#include <thread>
#include <vector>

#include "app/cpus.h"
#include "app/runtime.h"
#include "pixel/simd.h"

namespace whittle::app {
namespace {

// Connections need descriptors: as many as the system lets us have.
void RaiseDescriptorLimit() {
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
  limit.rlim_cur = limit.rlim_max;
  setrlimit(RLIMIT_NOFILE, &limit);
}

int Complain(std::string_view what) {
  std::cerr << "whittle: " << what << '\n';
  return 1;
}

}  // namespace

int Serve(const Settings& settings) {
  RaiseDescriptorLimit();
  std::signal(SIGPIPE, SIG_IGN);
  if (const auto forced = pixel::ForceSimdTarget(settings.image.simd); !forced) {
    return Complain(forced.error().text);
  }
  Runtime runtime(settings);
  if (const auto started = runtime.Start(); !started) return Complain(started.error().text);
  return runtime.RunUntilStopped();
}

}  // namespace whittle::app
