#include "http/plain_stream.h"

#include <linux/sockios.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include <array>
#include <boost/asio/basic_stream_socket.hpp>
#include <boost/asio/generic/stream_protocol.hpp>
#include <cerrno>
#include <utility>

namespace whittle::http {
namespace {

namespace asio = boost::asio;
using asio::generic::stream_protocol;
using Socket = asio::basic_stream_socket<stream_protocol, async::Strand>;

// What recv says about the next byte, without taking it.
ssize_t Peek(int socket) {
  char byte;
  return recv(socket, &byte, 1, MSG_PEEK | MSG_DONTWAIT);
}

// Nothing more will come from the peer: it has closed its side, or the connection is broken.
bool HasLeft(int socket) {
  const ssize_t got = Peek(socket);
  return got == 0 || (got < 0 && errno != EAGAIN && errno != EWOULDBLOCK && errno != EINTR);
}

class PlainStream final : public Stream {
 public:
  PlainStream(const async::Strand& strand, int family, Descriptor socket)
      : socket_(strand, stream_protocol(family, 0), socket.get()) {
    socket.Release();
    ErrorCode ignored;
    socket_.non_blocking(true, ignored);
  }

  async::Awaitable<std::tuple<ErrorCode, std::size_t>> ReadSome(
      asio::mutable_buffer room) override {
    return socket_.async_read_some(room, async::kAwaitTuple);
  }
  std::size_t WriteSome(std::string_view head, std::string_view body, ErrorCode& error) override {
    if (body.empty()) return socket_.write_some(asio::buffer(head), error);
    return socket_.write_some(std::array{asio::buffer(head), asio::buffer(body)}, error);
  }
  async::Awaitable<std::tuple<ErrorCode>> WaitWritable() override {
    return socket_.async_wait(Socket::wait_write, async::kAwaitTuple);
  }

  std::uint64_t Unacknowledged() const override {
    int waiting = 0;  // sent and not acknowledged, or not sent yet
    if (ioctl(fd(), SIOCOUTQ, &waiting) != 0 || waiting < 0) return 0;
    return static_cast<std::uint64_t>(waiting);
  }
  bool HasInput() const override { return Peek(fd()) > 0; }

  // A readable socket means the end of the connection, or a pipelined request, which can wait;
  // behind that one only a reset shows.
  void WatchPeer(std::stop_source gone, std::shared_ptr<const void> owner) override {
    auto on_read = [this, gone = std::move(gone), owner = std::move(owner)](auto error) mutable {
      if (error) return;  // answered
      if (HasLeft(fd())) {
        gone.request_stop();
        return;
      }
      auto on_reset = [gone = std::move(gone)](auto answered) mutable {
        if (!answered) gone.request_stop();
      };
      socket_.async_wait(Socket::wait_error, std::move(on_reset));
    };
    socket_.async_wait(Socket::wait_read, std::move(on_read));
  }

  void Cancel() override {
    ErrorCode ignored;
    socket_.cancel(ignored);
  }
  void ShutDown() override {
    ErrorCode ignored;
    socket_.shutdown(Socket::shutdown_send, ignored);
  }
  void Close() override {
    ErrorCode ignored;
    socket_.close(ignored);
  }

 private:
  int fd() const { return const_cast<Socket&>(socket_).native_handle(); }

  Socket socket_;
};

}  // namespace

std::unique_ptr<Stream> MakePlainStream(const async::Strand& strand, int family,
                                        Descriptor socket) {
  return std::make_unique<PlainStream>(strand, family, std::move(socket));
}

}  // namespace whittle::http
