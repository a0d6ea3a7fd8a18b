// What a session talks through: bytes to and from one peer, whatever carries them.
//
// TCP and Unix sockets are plain_stream.cc; TLS would be another file like it, and a line where the
// server makes streams. Made, used and destroyed on the strand that it was made with. The two calls
// of an ordinary request (ReadSome, WriteSome) cost a virtual call each and no coroutine frame of
// their own: ReadSome hands out the awaitable of the operation below it.
#pragma once

#include <boost/asio/buffer.hpp>
#include <boost/asio/error.hpp>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <stop_token>
#include <string_view>
#include <tuple>

#include "async/strand.h"

namespace whittle::http {

class Stream {
 public:
  using ErrorCode = boost::system::error_code;

  virtual ~Stream() = default;

  /// Waits for bytes and takes those that are there: at least one, or an error, which is asio's eof
  /// when the peer has said that no more will come.
  virtual async::Awaitable<std::tuple<ErrorCode, std::size_t>> ReadSome(
      boost::asio::mutable_buffer room) = 0;
  /// Hands over as much of `head` and then of `body` as is taken at once, and returns how much.
  /// would_block: nothing was, see WaitWritable.
  virtual std::size_t WriteSome(std::string_view head, std::string_view body, ErrorCode& error) = 0;
  /// Until WriteSome is worth another try.
  virtual async::Awaitable<std::tuple<ErrorCode>> WaitWritable() = 0;

  /// Of all that WriteSome has taken, the bytes that the peer has not acknowledged yet. As exact as
  /// what carries them can tell; it shrinks as the peer reads.
  virtual std::uint64_t Unacknowledged() const = 0;
  /// True when bytes are there for ReadSome.
  virtual bool HasInput() const = 0;
  /// From now until Cancel: requests a stop of `gone` when the peer closes its side or breaks the
  /// connection. Input does not end the watch, but behind it only a broken connection shows.
  /// `owner` keeps the stream alive meanwhile.
  virtual void WatchPeer(std::stop_source gone, std::shared_ptr<const void> owner) = 0;

  /// Ends what waits, with operation_aborted.
  virtual void Cancel() = 0;
  /// Says that no more will come from us; the peer's bytes can still be read.
  virtual void ShutDown() = 0;
  /// Ends the connection, and what waits.
  virtual void Close() = 0;
};

}  // namespace whittle::http
