// The listening socket: TCP, or a Unix socket at a path.
//
// The server's, on one strand. A path of a Unix socket that nobody listens on any more is taken
// over; one that somebody does, or a file that is no socket, never. What was made is removed at the
// end, unless somebody else has put a socket of his own there meanwhile.
#pragma once

#include <sys/types.h>

#include <boost/asio/posix/basic_stream_descriptor.hpp>
#include <cstdint>
#include <expected>
#include <string>

#include "async/strand.h"
#include "base/descriptor.h"
#include "http/peer.h"
#include "whittle/expected.h"

namespace whittle::http {

class Listener {
 public:
  struct Options {
    std::string address = "0.0.0.0";  ///< IPv4, IPv6, or "unix:" and a path
    std::uint16_t port = 8081;        ///< 0 lets the system pick one
    unsigned unix_mode = 0660;        ///< rights of a Unix socket's file
  };
  /// A connection that the kernel has completed.
  struct Accepted {
    Descriptor socket;  ///< non-blocking
    int family = 0;
    Peer peer;
  };

  explicit Listener(const async::Strand& strand) : socket_(strand) {}
  ~Listener() { Close(); }
  Listener(const Listener&) = delete;
  Listener& operator=(const Listener&) = delete;

  /// Binds and listens. The error's text is for the operator.
  Expected<void> Open(const Options& options);
  /// 0 for a Unix socket.
  std::uint16_t port() const { return port_; }
  bool is_open() const { return socket_.is_open(); }

  /// The next connection, or what accept(2) says; EAGAIN when there is none.
  std::expected<Accepted, int> Accept();
  /// Until there may be one, or Cancel.
  async::Awaitable<void> WaitForOne();
  void Cancel();
  void Close();

 private:
  boost::asio::posix::basic_stream_descriptor<async::Strand> socket_;
  std::uint16_t port_ = 0;
  std::string path_;  // of a Unix socket that is ours
  dev_t device_ = 0;  // and its file's identity
  ino_t inode_ = 0;
};

}  // namespace whittle::http
