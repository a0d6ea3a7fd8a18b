// A file descriptor that closes itself.
//
// A value that can be moved and not copied. The system calls are POSIX's.
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
  explicit operator bool() const { return fd_ >= 0; }

 private:
  int fd_ = -1;
};

}  // namespace whittle
