#include "async/replace_file.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/random.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <utility>

namespace whittle::async {
namespace {

constexpr std::size_t kChunk = 4U << 20;  // between two looks at the stop token
constexpr int kAttempts = 4;              // to find a name that nobody has

std::unexpected<Error> FailWith(int error) {
  std::string detail = std::strerror(error);
  switch (error) {
    case ENOSPC:
    case EDQUOT:
    case EMFILE:
    case ENFILE:
    case ENOMEM:
      return Fail(ErrorKind::kOverloaded, std::move(detail));
    case EISDIR:
    case ENOTEMPTY:
    case EEXIST:
    case ENAMETOOLONG:
      return Fail(ErrorKind::kBadRequest, std::move(detail));
    default:
      return Fail(ErrorKind::kUnreadable, std::move(detail));
  }
}

// A new file, and its name; no descriptor, and errno is set, when there is none.
Descriptor OpenAside(const Descriptor& directory, std::string& name) {
  for (int attempt = 0; attempt < kAttempts; ++attempt) {
    std::uint64_t number = 0;
    if (getrandom(&number, sizeof number, 0) != sizeof number) return {};
    name = fmt::format("{}{:016x}", kAside, number);
    Descriptor file(
        openat(directory.get(), name.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666));
    if (file || errno != EEXIST) return file;
  }
  return {};
}

Expected<void> WriteAll(const Descriptor& file, ByteView bytes, const std::stop_token& stop) {
  while (!bytes.empty()) {
    if (stop.stop_requested()) return Fail(ErrorKind::kCancelled);
    const ssize_t written = write(file.get(), bytes.data(), std::min(bytes.size(), kChunk));
    if (written < 0 && errno != EINTR) return FailWith(errno);
    bytes = bytes.subspan(static_cast<std::size_t>(std::max<ssize_t>(written, 0)));
  }
  if (stop.stop_requested()) return Fail(ErrorKind::kCancelled);
  return {};
}

// An O_PATH descriptor cannot be synced.
Expected<void> SyncDirectory(const Descriptor& directory) {
  const Descriptor opened(openat(directory.get(), ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!opened || fsync(opened.get()) != 0) return FailWith(errno);
  return {};
}

}  // namespace

Expected<void> ReplaceFile(const Descriptor& directory, const std::string& name, ByteView bytes,
                           bool durable, const std::stop_token& stop) {
  if (stop.stop_requested()) return Fail(ErrorKind::kCancelled);
  std::string aside;
  const Descriptor file = OpenAside(directory, aside);
  if (!file) return FailWith(errno);
  Expected<void> done = WriteAll(file, bytes, stop);
  if (done && durable && fsync(file.get()) != 0) done = FailWith(errno);
  if (done && renameat(directory.get(), aside.c_str(), directory.get(), name.c_str()) != 0) {
    done = FailWith(errno);
  }
  if (!done) {
    unlinkat(directory.get(), aside.c_str(), 0);
    return done;
  }
  return durable ? SyncDirectory(directory) : done;
}

}  // namespace whittle::async
