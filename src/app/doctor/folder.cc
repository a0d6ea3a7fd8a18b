// Who may write into the directory that pictures are read from.
#include <fmt/format.h>
#include <sys/stat.h>

#include "app/doctor/check.h"

namespace whittle::app::doctor {
namespace {

Findings Examine(const Bench& bench, const Probe& probe) {
  struct stat status{};
  if (probe.kind != Probe::Kind::kDirectory || !probe.is_open ||
      stat(probe.location.c_str(), &status) != 0) {
    return {};
  }
  if ((status.st_mode & S_IWOTH) != 0) {
    return {Warning(probe.location + " can be written to by everybody on this machine",
                    "chmod o-w " + probe.location)};
  }
  constexpr unsigned kRoot = 0;  // may write anywhere: the check of users says so
  if (bench.machine.user != kRoot && bench.machine.may_write(probe.location)) {
    return {Warning(fmt::format("{} can be written to by user {}, as who this runs", probe.location,
                                bench.machine.user),
                    "a server that reads strangers' pictures needs no more than to read: give it a "
                    "user of its own, or mount the folder read-only")};
  }
  return {Ok(fmt::format("{} is for its owner to write", probe.location))};
}

}  // namespace

extern const Check kFolderCheck;
constexpr Check kFolderCheck = {
    .name = "folder",
    .about = "whether the server, or everybody, may write into a directory of pictures",
    .of_source = Examine};

}  // namespace whittle::app::doctor
