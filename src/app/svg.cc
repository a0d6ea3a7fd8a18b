#include "app/svg.h"

#if WHITTLE_SVG
#include "codec/svg/renderer.h"
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

std::string SvgInput::warning() const {
#if WHITTLE_SVG
  if (processes_ == nullptr) return {};
  if (!processes_->reads_files()) {
    return "svg: this kernel has no Landlock, or this container does not let it be used, so no "
           "font can be read and text in SVG is drawn as boxes at best";
  }
  if (!processes_->own_namespaces()) {
    return "svg: this host allows no user namespaces; the processes that draw are confined by "
           "seccomp and Landlock alone";
  }
#endif
  return {};
}

bool SvgInput::on() { return is_on; }

}  // namespace whittle::app
