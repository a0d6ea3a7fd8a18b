#include "app/svg.h"

#include <string_view>

#if WHITTLE_SVG
#include "codec/svg/renderer.h"
#include "sandbox/svg_fork_server.h"
#include "sandbox/svg_messages.h"
#include "sandbox/svg_processes.h"
#else
namespace whittle::sandbox {
class SvgProcesses {};
}  // namespace whittle::sandbox
#endif

namespace whittle::app {
namespace {

bool is_on = false;

}  // namespace

SvgInput::SvgInput(const Settings& settings) {
  if (!settings.image.svg) return;
#if WHITTLE_SVG
  auto started = sandbox::SvgProcesses::Start({.time = settings.image.svg_timeout});
  if (!started) {
    problem_ = started.error().text;
    return;
  }
  processes_ = *std::move(started);
  codec::UseSvgRenderer(processes_.get());
  is_on = true;
#else
  problem_ = "svg is on, but this build has no SVG (WHITTLE_SVG=OFF)";
#endif
}

SvgInput::~SvgInput() {
  if (processes_ == nullptr) return;
#if WHITTLE_SVG
  codec::UseSvgRenderer(nullptr);
#endif
  is_on = false;
}

bool SvgInput::on() { return is_on; }

bool IsSvgForkServer(int argc, const char* const* argv) {
#if WHITTLE_SVG
  return argc == 2 && std::string_view(argv[1]) == sandbox::kForkServerCommand;
#else
  return argc < 0 && argv == nullptr;
#endif
}

int RunSvgForkServer() {
#if WHITTLE_SVG
  return sandbox::RunSvgForkServer();
#else
  return 1;
#endif
}

}  // namespace whittle::app
