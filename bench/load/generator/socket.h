// What both generators stand on: a socket that closes itself, connecting to a server on this
// machine, and the generator's own CPU time. Any thread.
#pragma once

#include <netinet/in.h>
#include <unistd.h>

#include <cstdint>
#include <utility>

namespace whittle::bench {

class Descriptor {
 public:
  Descriptor() = default;
  explicit Descriptor(int fd) : fd_(fd) {}
  Descriptor(Descriptor&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  Descriptor& operator=(Descriptor&& other) noexcept {
    std::swap(fd_, other.fd_);
    return *this;
  }
  ~Descriptor() {
    if (fd_ >= 0) close(fd_);
  }
  int get() const { return fd_; }
  void Close() { Descriptor gone = std::exchange(*this, Descriptor()); }

 private:
  int fd_ = -1;
};

/// Connected to 127.0.0.1, blocking; without a descriptor (and errno set) when that failed.
Descriptor Connect(std::uint16_t port);

/// The same without waiting: it is connected, or has failed, when it becomes writable. `from` (in
/// host order, within 127.0.0.0/8) is the client's address: one address has only some 28 000 ports,
/// and those of closed connections rest for a minute. Closing it resets the connection, so that
/// none rest.
Descriptor StartConnecting(std::uint16_t port, std::uint32_t from);

/// User and system time of this process so far.
double CpuSeconds();

}  // namespace whittle::bench
