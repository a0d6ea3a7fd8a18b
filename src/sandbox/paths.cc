#include "sandbox/paths.h"

#include <fcntl.h>
#include <linux/landlock.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <array>
#include <cstdint>

#include "sandbox/descriptors.h"

namespace whittle::sandbox {
namespace {

// Newer than Debian 12's headers.
constexpr std::uint64_t kTruncate = 1ULL << 14;       // of version 3
constexpr std::uint64_t kDeviceControl = 1ULL << 15;  // of version 5

constexpr std::uint64_t kReadDirectory = LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_READ_DIR;
constexpr std::uint64_t kFirstVersion =
    LANDLOCK_ACCESS_FS_EXECUTE | LANDLOCK_ACCESS_FS_WRITE_FILE | kReadDirectory |
    LANDLOCK_ACCESS_FS_REMOVE_DIR | LANDLOCK_ACCESS_FS_REMOVE_FILE | LANDLOCK_ACCESS_FS_MAKE_CHAR |
    LANDLOCK_ACCESS_FS_MAKE_DIR | LANDLOCK_ACCESS_FS_MAKE_REG | LANDLOCK_ACCESS_FS_MAKE_SOCK |
    LANDLOCK_ACCESS_FS_MAKE_FIFO | LANDLOCK_ACCESS_FS_MAKE_BLOCK | LANDLOCK_ACCESS_FS_MAKE_SYM;

// All that this kernel can refuse.
std::uint64_t Refusable(long version) {
  std::uint64_t rights = kFirstVersion;
  if (version >= 2) rights |= LANDLOCK_ACCESS_FS_REFER;
  if (version >= 3) rights |= kTruncate;
  if (version >= 5) rights |= kDeviceControl;
  return rights;
}

bool AllowReading(const Descriptor& rules, const std::string& path) {
  const Descriptor file(open(path.c_str(), O_PATH | O_CLOEXEC));
  struct stat about{};
  if (!file || fstat(file.get(), &about) != 0) return true;  // not there
  const landlock_path_beneath_attr rule = {
      .allowed_access =
          S_ISDIR(about.st_mode) ? kReadDirectory : std::uint64_t{LANDLOCK_ACCESS_FS_READ_FILE},
      .parent_fd = file.get()};
  return syscall(SYS_landlock_add_rule, rules.get(), LANDLOCK_RULE_PATH_BENEATH, &rule, 0) == 0;
}

}  // namespace

bool RestrictFiles(std::span<const std::string> readable) {
  const long version =
      syscall(SYS_landlock_create_ruleset, nullptr, 0, LANDLOCK_CREATE_RULESET_VERSION);
  if (version < 1) return false;
  const landlock_ruleset_attr all = {.handled_access_fs = Refusable(version)};
  const Descriptor rules(
      static_cast<int>(syscall(SYS_landlock_create_ruleset, &all, sizeof all, 0)));
  if (!rules) return false;
  for (const std::string& path : readable) {
    if (!AllowReading(rules, path)) return false;
  }
  return syscall(SYS_landlock_restrict_self, rules.get(), 0) == 0;
}

}  // namespace whittle::sandbox
