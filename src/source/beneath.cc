#include "source/beneath.h"

#include <fcntl.h>
#include <linux/openat2.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <utility>

namespace whittle::source {
namespace {

// O_NONBLOCK: opening a FIFO must not wait for its writer.
constexpr int kReadFlags = O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK;

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
      return Fail(ErrorKind::kOverloaded, std::move(detail));
    default:
      return Fail(ErrorKind::kUnreadable, std::move(detail));
  }
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
  open_how how{};
  how.flags = kReadFlags;
  how.resolve = RESOLVE_BENEATH | RESOLVE_NO_MAGICLINKS;
  // EAGAIN: something in the path was renamed meanwhile, so the kernel could not be sure.
  for (int attempt = 0; attempt < 8; ++attempt) {
    const auto fd =
        static_cast<int>(syscall(SYS_openat2, root.get(), path.c_str(), &how, sizeof how));
    if (fd >= 0) return Descriptor(fd);
    if (errno == ENOSYS || errno == EPERM) return OpenBeneathByWalking(root, path);
    if (errno != EAGAIN && errno != EINTR) break;
  }
  return FailWith(errno, path);
}

Expected<Descriptor> OpenBeneathByWalking(const Descriptor& root, const std::string& path) {
  Descriptor directory;
  std::size_t from = 0;
  while (true) {
    const std::size_t slash = path.find('/', from);
    const std::string component = path.substr(from, slash - from);
    if (component.empty() || component == "." || component == "..") return FailWith(EXDEV, path);
    const bool last = slash == std::string::npos;
    const int flags = O_NOFOLLOW | (last ? kReadFlags : O_PATH | O_DIRECTORY | O_CLOEXEC);
    Descriptor next(openat(directory ? directory.get() : root.get(), component.c_str(), flags));
    if (!next) return FailWith(errno, path);
    if (last) return next;
    directory = std::move(next);
    from = slash + 1;
  }
}

}  // namespace whittle::source
