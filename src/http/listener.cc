#include "http/listener.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/stat.h>
#include <sys/un.h>

#include <boost/asio/ip/tcp.hpp>
#include <cerrno>
#include <cstring>
#include <string_view>

namespace whittle::http {
namespace {

constexpr std::string_view kUnix = "unix:";
constexpr int kBacklog = 4096;  // the kernel cuts it to net.core.somaxconn
// Bytes that a connection's kernel buffer holds unsent: the rest of an answer stays where it is
// counted, and a client that does not read costs no megabytes of the kernel's.
constexpr int kMaxUnsent = 128 * 1024;

// What is accepted inherits these.
void SetTcpOptions(int socket) {
  const int on = 1;
  setsockopt(socket, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  setsockopt(socket, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  setsockopt(socket, IPPROTO_TCP, TCP_NOTSENT_LOWAT, &kMaxUnsent, sizeof kMaxUnsent);
}

Descriptor NewSocket(int family) {
  return Descriptor(socket(family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
}

std::unexpected<Error> Failed(const std::string& where, const char* why) {
  return FailSaying(ErrorKind::kInternal, "cannot listen on " + where + ": " + why);
}

Expected<sockaddr_un> AddressOf(const std::string& where, std::string_view path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (path.size() >= sizeof address.sun_path) return Failed(where, "the path is too long");
  std::memcpy(address.sun_path, path.data(), path.size());
  return address;
}

// Makes room for a socket: what a process left that has ended is removed.
Expected<void> RemoveStale(const std::string& where, const sockaddr_un& address) {
  struct stat status{};
  if (lstat(address.sun_path, &status) != 0) return {};
  if (!S_ISSOCK(status.st_mode)) return Failed(where, "there is a file that is no socket");
  const Descriptor probe = NewSocket(AF_UNIX);
  if (!probe) return Failed(where, std::strerror(errno));
  const int answer =
      connect(probe.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address);
  if (answer == 0 || errno != ECONNREFUSED) return Failed(where, "somebody else listens there");
  unlink(address.sun_path);
  return {};
}

}  // namespace

Expected<void> Listener::Open(const Options& options) {
  Descriptor socket;
  if (options.address.starts_with(kUnix)) {
    const std::string path = options.address.substr(kUnix.size());
    WHITTLE_TRY(const sockaddr_un address, AddressOf(options.address, path));
    WHITTLE_CHECK(RemoveStale(options.address, address));
    socket = NewSocket(AF_UNIX);
    // Its rights are set before it listens: until then nobody can connect.
    struct stat status{};
    if (!socket ||
        bind(socket.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0 ||
        chmod(path.c_str(), options.unix_mode) != 0 || lstat(path.c_str(), &status) != 0 ||
        listen(socket.get(), kBacklog) != 0) {
      return Failed(options.address, std::strerror(errno));
    }
    path_ = path;
    device_ = status.st_dev;
    inode_ = status.st_ino;
  } else {
    boost::system::error_code error;
    boost::asio::ip::tcp::endpoint endpoint(boost::asio::ip::make_address(options.address, error),
                                            options.port);
    const std::string where = options.address + ":" + std::to_string(options.port);
    if (error) return Failed(where, error.message().c_str());
    socket = NewSocket(endpoint.data()->sa_family);
    if (socket) SetTcpOptions(socket.get());
    auto length = static_cast<socklen_t>(endpoint.capacity());
    if (!socket ||
        bind(socket.get(), endpoint.data(), static_cast<socklen_t>(endpoint.size())) != 0 ||
        listen(socket.get(), kBacklog) != 0 ||
        getsockname(socket.get(), endpoint.data(), &length) != 0) {
      return Failed(where, std::strerror(errno));
    }
    port_ = endpoint.port();
  }
  socket_.assign(socket.Release());
  return {};
}

std::expected<Listener::Accepted, int> Listener::Accept() {
  sockaddr_storage address{};
  socklen_t length = sizeof address;
  Descriptor socket(accept4(socket_.native_handle(), reinterpret_cast<sockaddr*>(&address), &length,
                            SOCK_NONBLOCK | SOCK_CLOEXEC));
  if (!socket) return std::unexpected(errno);
  return Accepted{
      .socket = std::move(socket), .family = address.ss_family, .peer = PeerOf(address)};
}

async::Awaitable<void> Listener::WaitForOne() {
  co_await socket_.async_wait(decltype(socket_)::wait_read, async::kAwaitTuple);
}

void Listener::Cancel() {
  boost::system::error_code ignored;
  socket_.cancel(ignored);
}

void Listener::Close() {
  boost::system::error_code ignored;
  socket_.close(ignored);
  struct stat status{};
  const bool ours = !path_.empty() && lstat(path_.c_str(), &status) == 0 &&
                    status.st_dev == device_ && status.st_ino == inode_;
  if (ours) unlink(path_.c_str());
  path_.clear();
}

}  // namespace whittle::http
