// A file descriptor that closes itself: a file, a socket, a process, whatever the kernel numbers.
//
// For the rooms that know such things, which the core does not. A value that can be moved and not
// copied; not for two threads at a time. Nothing but close() is called here, and what it says is
// lost: who wants to know closes what Release gives.
#pragma once

#include <unistd.h>

#include <utility>

namespace whittle {

class Descriptor {
 public:
  Descriptor() = default;
  /// Takes `fd` over; a negative one is none.
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
  /// Gives it up: the caller closes it.
  int Release() { return std::exchange(fd_, -1); }
  /// Closes it now. Once is enough, and without one it is nothing.
  void Close() { *this = Descriptor(); }
  explicit operator bool() const { return fd_ >= 0; }

 private:
  int fd_ = -1;
};

}  // namespace whittle
