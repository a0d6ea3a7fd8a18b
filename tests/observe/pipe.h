// A pipe of one page.
#pragma once

#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <stdexcept>
#include <string>
#include <utility>

namespace whittle::test {

class Pipe {
 public:
  static constexpr int kBytes = 4096;

  Pipe() {
    if (pipe2(ends_.data(), O_CLOEXEC) != 0) throw std::runtime_error("pipe2");
    fcntl(ends_[1], F_SETPIPE_SZ, kBytes);
  }
  ~Pipe() {
    CloseIn();
    CloseOut();
  }
  Pipe(const Pipe&) = delete;
  Pipe& operator=(const Pipe&) = delete;

  int in() const { return ends_[1]; }
  int out() const { return ends_[0]; }
  void CloseIn() const { Close(ends_[1]); }
  void CloseOut() const { Close(ends_[0]); }

  /// What is there, or comes next; nothing when nobody can write any more.
  std::string ReadSome() const {
    std::array<char, 4096> bytes;
    ssize_t got = 0;
    do {
      got = read(ends_[0], bytes.data(), bytes.size());
    } while (got < 0 && errno == EINTR);
    return {bytes.data(), got > 0 ? static_cast<std::size_t>(got) : 0};
  }
  /// Everything until nobody can write any more.
  std::string ReadAll() const {
    std::string text;
    for (std::string more = ReadSome(); !more.empty(); more = ReadSome()) text += more;
    return text;
  }

 private:
  static void Close(int& end) {
    if (end >= 0) close(std::exchange(end, -1));
  }
  mutable std::array<int, 2> ends_{};
};

}  // namespace whittle::test
