#include "observe/outlet.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <climits>

namespace whittle::observe {

Outlet::Outlet(int fd) {
  constexpr int kAboveStandardStreams = 3;
  struct stat about{};
  if (fstat(fd, &about) != 0) return;
  if (S_ISFIFO(about.st_mode) || S_ISCHR(about.st_mode)) {
    out_ = Descriptor(open(fmt::format("/proc/self/fd/{}", fd).c_str(),
                           O_WRONLY | O_NONBLOCK | O_CLOEXEC | O_NOCTTY));
    kind_ = out_ ? Kind::kNonblocking : Kind::kPolled;
  } else if (S_ISSOCK(about.st_mode)) {
    kind_ = Kind::kSocket;
  }
  if (!out_) out_ = Descriptor(fcntl(fd, F_DUPFD_CLOEXEC, kAboveStandardStreams));
}

std::optional<std::size_t> Outlet::Write(std::string_view text) const {
  if (kind_ == Kind::kPolled) {
    pollfd room = {out_.get(), POLLOUT, 0};
    if (poll(&room, 1, 0) == 0) return 0;
    text = text.substr(0, PIPE_BUF);  // what a pipe takes whole when it takes anything
  }
  ssize_t written = 0;
  do {
    written = kind_ == Kind::kSocket
                  ? send(out_.get(), text.data(), text.size(), MSG_DONTWAIT | MSG_NOSIGNAL)
                  : write(out_.get(), text.data(), text.size());
  } while (written < 0 && errno == EINTR);
  if (written > 0) return static_cast<std::size_t>(written);
  if (written < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) return 0;
  return std::nullopt;
}

void Outlet::WaitForRoom(std::chrono::milliseconds time) const {
  pollfd room = {out_.get(), POLLOUT, 0};
  poll(&room, 1, static_cast<int>(time.count()));
}

}  // namespace whittle::observe
