// Who the server runs as, and who may ask at its Unix socket.
#include <fmt/format.h>

#include "app/doctor/check.h"

namespace whittle::app::doctor {
namespace {

constexpr unsigned kOthersMayWrite = 02;  // which is what connecting takes

Findings Examine(const Bench& bench) {
  constexpr unsigned kRoot = 0;
  const auto& http = bench.settings.http;
  if (http.address.starts_with("unix:") && (http.unix_mode & kOthersMayWrite) != 0) {
    return {
        Warning(fmt::format("unix_mode={:03o}: every user of this machine may ask", http.unix_mode),
                "take 660, with the proxy's user in the group")};
  }
  if (bench.machine.user == kRoot) {
    return {Warning("this runs as root, which a server of pictures has no use for",
                    "run both as a user of their own")};
  }
  return {Ok(fmt::format("runs as user {}", bench.machine.user))};
}

}  // namespace

extern const Check kUserCheck;
constexpr Check kUserCheck = {
    .name = "user",
    .about = "running as root; a Unix socket that every user may use (`unix_mode`)",
    .of_server = Examine};

}  // namespace whittle::app::doctor
