// Whether SVG can be drawn by a process of its own, and what confines that here.
#include "app/doctor/check.h"

namespace whittle::app::doctor {
namespace {

Findings Examine(const Bench& bench) {
  if (!bench.settings.image.svg) return {Ok("off: SVG is not read")};
  const auto tried = bench.machine.try_svg(bench.settings);
  if (!tried) return {Failure(tried.error().text, "install it, or set svg=off")};
  if (!tried->warning.empty()) {
    return {Warning(tried->warning,
                    "allow it (seccomp and AppArmor profiles, sysctl "
                    "user.max_user_namespaces), if the host is yours")};
  }
  return {Ok("drawn by processes that seccomp, Landlock and namespaces confine")};
}

}  // namespace

extern const Check kSvgCheck;
constexpr Check kSvgCheck = {
    .name = "svg",
    .about =
        "draws with librsvg in its process, and tells what confines it here: seccomp, "
        "Landlock, namespaces",
    .of_server = Examine};

}  // namespace whittle::app::doctor
