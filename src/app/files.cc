#include "app/files.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <memory>
#include <string>
#include <system_error>
#include <utility>

#include "base/descriptor.h"

namespace whittle::app {
namespace {

constexpr std::size_t kChunkBytes = 256U << 10;
constexpr mode_t kNewFileMode = 0666;  // less the umask, as any program's new file

std::string Reason(int error) { return std::generic_category().message(error); }

Expected<void> WriteAll(int fd, ByteView bytes) {
  while (!bytes.empty()) {
    const ssize_t written = ::write(fd, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return FailSaying(ErrorKind::kInternal, Reason(errno));
    bytes = bytes.subspan(static_cast<std::size_t>(written));
  }
  return {};
}

/// The mode a file at `path` should have: its present one, or what the umask leaves of 0666.
mode_t ModeFor(const std::filesystem::path& path) {
  struct stat status{};
  if (::stat(path.c_str(), &status) == 0) return status.st_mode & 07777;
  const mode_t mask = ::umask(0);
  ::umask(mask);
  return kNewFileMode & ~mask;
}

}  // namespace

Expected<Bytes> ReadWhole(const std::filesystem::path& path, std::uint64_t max_bytes) {
  Descriptor opened;  // not standard input, which is not ours to close
  if (path != "-") opened = Descriptor(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (path != "-" && !opened) {
    const int error = errno;
    return FailSaying(error == ENOENT ? ErrorKind::kNotFound : ErrorKind::kUnreadable,
                      Reason(error));
  }
  const int file = opened ? opened.get() : STDIN_FILENO;
  Bytes bytes;
  for (;;) {
    const std::size_t used = bytes.size();
    if (used > max_bytes) {
      return FailSaying(ErrorKind::kTooLarge, fmt::format("larger than {} bytes", max_bytes));
    }
    if (bytes.capacity() - used < kChunkBytes) bytes.Reserve(used + used / 2 + kChunkBytes);
    bytes.Resize(used + kChunkBytes);
    const ssize_t got = ::read(file, bytes.data() + used, kChunkBytes);
    const int error = errno;
    bytes.Resize(used + (got > 0 ? static_cast<std::size_t>(got) : 0));
    if (got == 0) return bytes;
    if (got < 0 && error != EINTR) return FailSaying(ErrorKind::kUnreadable, Reason(error));
  }
}

Expected<void> WriteWhole(const std::filesystem::path& path, ByteView bytes) {
  if (path == "-") return WriteAll(STDOUT_FILENO, bytes);

  std::string temporary = path.string() + ".XXXXXX";
  Descriptor file(::mkostemp(temporary.data(), O_CLOEXEC));
  if (!file) return FailSaying(ErrorKind::kInternal, Reason(errno));
  const auto failed = [&](std::string reason) {
    ::unlink(temporary.c_str());
    return FailSaying(ErrorKind::kInternal, std::move(reason));
  };
  if (auto written = WriteAll(file.get(), bytes); !written) return failed(written.error().text);
  if (::fchmod(file.get(), ModeFor(path)) != 0) return failed(Reason(errno));
  // The system may say only now that what was written before has failed.
  if (::close(file.Release()) != 0) return failed(Reason(errno));
  if (::rename(temporary.c_str(), path.c_str()) != 0) return failed(Reason(errno));
  return {};
}

}  // namespace whittle::app
