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

namespace whittle::app {
namespace {

constexpr std::size_t kChunkBytes = 256U << 10;
constexpr mode_t kNewFileMode = 0666;  // less the umask, as any program's new file

/// A file descriptor; stdin and stdout are borrowed, others are closed.
class Descriptor {
 public:
  explicit Descriptor(int fd) : fd_(fd) {}
  ~Descriptor() {
    if (fd_ > STDERR_FILENO) ::close(fd_);
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  int get() const { return fd_; }
  /// False when the system reports now that earlier writes failed.
  bool Close() { return ::close(std::exchange(fd_, -1)) == 0; }

 private:
  int fd_;
};

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
  const Descriptor file(path == "-" ? STDIN_FILENO : ::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (file.get() < 0) {
    const int error = errno;
    return FailSaying(error == ENOENT ? ErrorKind::kNotFound : ErrorKind::kUnreadable,
                      Reason(error));
  }
  Bytes bytes;
  for (;;) {
    const std::size_t used = bytes.size();
    if (used > max_bytes) {
      return FailSaying(ErrorKind::kTooLarge, fmt::format("larger than {} bytes", max_bytes));
    }
    if (bytes.capacity() - used < kChunkBytes) bytes.Reserve(used + used / 2 + kChunkBytes);
    bytes.Resize(used + kChunkBytes);
    const ssize_t got = ::read(file.get(), bytes.data() + used, kChunkBytes);
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
  if (file.get() < 0) return FailSaying(ErrorKind::kInternal, Reason(errno));
  const auto failed = [&](std::string reason) {
    ::unlink(temporary.c_str());
    return FailSaying(ErrorKind::kInternal, std::move(reason));
  };
  if (auto written = WriteAll(file.get(), bytes); !written) return failed(written.error().text);
  if (::fchmod(file.get(), ModeFor(path)) != 0) return failed(Reason(errno));
  if (!file.Close()) return failed(Reason(errno));
  if (::rename(temporary.c_str(), path.c_str()) != 0) return failed(Reason(errno));
  return {};
}

}  // namespace whittle::app
