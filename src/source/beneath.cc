#include "source/beneath.h"

#include <fcntl.h>
#include <linux/openat2.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <expected>
#include <utility>

namespace whittle::source {
namespace {

// O_NONBLOCK: opening a FIFO must not wait for its writer.
constexpr int kReadFlags = O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK;
constexpr int kDirectoryFlags = O_PATH | O_DIRECTORY | O_CLOEXEC;

std::unexpected<Error> FailWith(int error, const std::string& path) {
  std::string detail = path + ": " + std::strerror(error);
  switch (error) {
    case ENOENT:
    case ENOTDIR:
    case ENAMETOOLONG:
    case EXDEV:  // the path leads out of the root
    case ELOOP:  // too many links, or one of the kind that is never followed
      return Fail(ErrorKind::kNotFound, std::move(detail));
    case EMFILE:
    case ENFILE:
    case ENOMEM:  // ours, not the file's: it may be read a moment later
    case ENOSPC:  // of directories that are made
    case EDQUOT:
      return Fail(ErrorKind::kOverloaded, std::move(detail));
    default:
      return Fail(ErrorKind::kUnreadable, std::move(detail));
  }
}

// What was opened, or errno: closing what was opened on the way may change that.
using Opened = std::expected<Descriptor, int>;

Opened OpenAt(int directory, const std::string& name, int flags) {
  Descriptor opened(openat(directory, name.c_str(), flags));
  if (!opened) return std::unexpected(errno);
  return opened;
}

// An error when there is no such thing, or it is not below.
Opened Walk(const Descriptor& root, const std::string& path, int flags) {
  Descriptor directory;
  std::size_t from = 0;
  while (true) {
    const std::size_t slash = path.find('/', from);
    const std::string component = path.substr(from, slash - from);
    if (component.empty() || component == "." || component == "..") return std::unexpected(EXDEV);
    const bool last = slash == std::string::npos;
    Opened next = OpenAt(directory ? directory.get() : root.get(), component,
                         O_NOFOLLOW | (last ? flags : kDirectoryFlags));
    if (!next || last) return next;
    directory = *std::move(next);
    from = slash + 1;
  }
}

// As Walk, by the kernel where it can.
Opened Resolve(const Descriptor& root, const std::string& path, int flags) {
  open_how how{};
  how.flags = static_cast<std::uint64_t>(flags);
  how.resolve = RESOLVE_BENEATH | RESOLVE_NO_MAGICLINKS;
  int error = EAGAIN;
  // EAGAIN: something in the path was renamed meanwhile, so the kernel could not be sure.
  for (int attempt = 0; attempt < 8 && (error == EAGAIN || error == EINTR); ++attempt) {
    const auto fd =
        static_cast<int>(syscall(SYS_openat2, root.get(), path.c_str(), &how, sizeof how));
    if (fd >= 0) return Descriptor(fd);
    error = errno;
    if (error == ENOSYS || error == EPERM) return Walk(root, path, flags);
  }
  return std::unexpected(error);
}

}  // namespace

Expected<Descriptor> OpenRoot(const std::string& directory) {
  Descriptor root(open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!root) {
    return FailSaying(ErrorKind::kUnreadable,
                      "cannot open directory '" + directory + "': " + std::strerror(errno));
  }
  return root;
}

Expected<Descriptor> OpenBeneath(const Descriptor& root, const std::string& path) {
  Opened file = Resolve(root, path, kReadFlags);
  if (!file) return FailWith(file.error(), path);
  return *std::move(file);
}

Expected<Descriptor> OpenBeneathByWalking(const Descriptor& root, const std::string& path) {
  Opened file = Walk(root, path, kReadFlags);
  if (!file) return FailWith(file.error(), path);
  return *std::move(file);
}

// mkdirat follows no link at its end, and each directory is looked up from the root before anything
// is made in it.
Expected<Descriptor> MakeDirectoryBeneath(const Descriptor& root, const std::string& path) {
  if (path.empty()) {
    Descriptor same(fcntl(root.get(), F_DUPFD_CLOEXEC, 0));
    if (!same) return FailWith(errno, path);
    return same;
  }
  Opened there = Resolve(root, path, kDirectoryFlags);
  if (there) return *std::move(there);
  if (there.error() != ENOENT) return FailWith(there.error(), path);
  Descriptor directory;
  for (std::size_t slash = 0; slash != std::string::npos;) {
    const std::size_t from = slash == 0 ? 0 : slash + 1;
    slash = path.find('/', from);
    const std::string name = path.substr(from, slash - from);
    const int parent = directory ? directory.get() : root.get();
    if (mkdirat(parent, name.c_str(), 0777) != 0 && errno != EEXIST) return FailWith(errno, path);
    Opened made = Resolve(root, path.substr(0, slash), kDirectoryFlags);
    if (!made) return FailWith(made.error(), path);
    directory = *std::move(made);
  }
  return directory;
}

}  // namespace whittle::source
