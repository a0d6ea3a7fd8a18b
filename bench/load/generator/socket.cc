#include "generator/socket.h"

#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include <cerrno>
#include <cstring>
#include <ctime>

namespace whittle::bench {
namespace {

sockaddr Generic(std::uint32_t host, std::uint16_t port) {
  sockaddr_in address = {};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(host);
  sockaddr generic = {};
  static_assert(sizeof generic == sizeof address);
  std::memcpy(&generic, &address, sizeof generic);
  return generic;
}

void SetNoDelay(int fd) {
  const int on = 1;
  setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
}

}  // namespace

Descriptor Connect(std::uint16_t port) {
  Descriptor descriptor(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  if (descriptor.get() < 0) return {};
  SetNoDelay(descriptor.get());
  const sockaddr to = Generic(INADDR_LOOPBACK, port);
  if (connect(descriptor.get(), &to, sizeof to) != 0) return {};
  return descriptor;
}

Descriptor StartConnecting(std::uint16_t port, std::uint32_t from) {
  Descriptor descriptor(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  const int fd = descriptor.get();
  if (fd < 0) return {};
  const int on = 1;
  setsockopt(fd, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &on, sizeof on);
  const linger reset = {.l_onoff = 1, .l_linger = 0};
  setsockopt(fd, SOL_SOCKET, SO_LINGER, &reset, sizeof reset);
  const sockaddr own = Generic(from, 0);
  if (bind(fd, &own, sizeof own) != 0) return {};
  const sockaddr to = Generic(INADDR_LOOPBACK, port);
  if (connect(fd, &to, sizeof to) != 0 && errno != EINPROGRESS) return {};
  return descriptor;
}

double CpuSeconds() {
  timespec time = {};
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_nsec) / 1e9;
}

}  // namespace whittle::bench
