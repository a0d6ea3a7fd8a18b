#include "source/small_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <utility>

#include "base/descriptor.h"

namespace whittle::source {

Expected<std::string> ReadSmallFile(const std::string& path) {
  // A FIFO would block without O_NONBLOCK, which a regular file ignores.
  const Descriptor file(open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY));
  if (!file) {
    const bool is_missing = errno == ENOENT || errno == ENOTDIR;
    return Fail(is_missing ? ErrorKind::kNotFound : ErrorKind::kUnreadable, std::strerror(errno));
  }
  struct stat status{};
  if (fstat(file.get(), &status) != 0 || !S_ISREG(status.st_mode)) {
    return Fail(ErrorKind::kUnreadable, "not a regular file");
  }
  std::string text(kMostSmallFile + 1, '\0');
  std::size_t size = 0;
  while (size < text.size()) {
    const ssize_t got = read(file.get(), text.data() + size, text.size() - size);
    if (got == 0) break;
    if (got < 0 && errno != EINTR) return Fail(ErrorKind::kUnreadable, std::strerror(errno));
    if (got > 0) size += static_cast<std::size_t>(got);
  }
  if (size > kMostSmallFile) return Fail(ErrorKind::kUnreadable, "too long");
  text.resize(size);
  return text;
}

std::function<async::Awaitable<Expected<std::string>>(std::string path, Wait wait)> ReadOn(
    async::BlockingPool& files) {
  return [&files](std::string path, Wait wait) {
    return files.Run([path = std::move(path)] { return ReadSmallFile(path); }, wait.until,
                     std::move(wait.stop));
  };
}

}  // namespace whittle::source
