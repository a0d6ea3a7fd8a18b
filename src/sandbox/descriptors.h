// Files without names, shared pages, and messages between processes that carry descriptors.
//
// Any thread. Every descriptor made here is closed by exec.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <utility>

#include "base/descriptor.h"
#include "whittle/bytes.h"
#include "whittle/expected.h"

namespace whittle::sandbox {

/// Pages that are shared with another process, for as long as this lives.
class Mapping {
 public:
  Mapping() = default;
  Mapping(Mapping&& other) noexcept : bytes_(std::exchange(other.bytes_, {})) {}
  Mapping& operator=(Mapping&& other) noexcept {
    std::swap(bytes_, other.bytes_);
    return *this;
  }
  ~Mapping();
  /// The first `size` bytes of a file in memory; nothing where that fails.
  static std::optional<Mapping> Of(const Descriptor& file, std::size_t size, bool writable);

  std::span<std::uint8_t> bytes() const { return bytes_; }

 private:
  std::span<std::uint8_t> bytes_;
};

/// A file in memory with this content, which nobody can change any more.
Expected<Descriptor> FileOf(ByteView content);
/// A file in memory of `size` zeros, whose size nobody can change any more.
Expected<Descriptor> FileOfSize(std::size_t size);
/// Size of a file; 0 where it cannot be told.
std::size_t SizeOf(const Descriptor& file);

struct SocketPair {
  Descriptor ours, theirs;
};
/// Two ends of a connection that keeps the bounds of messages.
Expected<SocketPair> ConnectedSockets();

/// Sends one message and, unless it is none, a descriptor. Never blocks; false when nobody
/// listens, or nobody has for so long that there is no room.
bool Send(const Descriptor& socket, std::span<const std::byte> message, const Descriptor& file);
/// Receives one message of exactly this size and what descriptor came along, of several the first.
/// Blocks; false at the end, and when the message is another.
bool Receive(const Descriptor& socket, std::span<std::byte> message, Descriptor& file);
/// Receives one message and no descriptor; its size, 0 at the end and for one that is too long.
std::size_t ReceiveAny(const Descriptor& socket, std::span<std::byte> room);

template <class Message>
bool SendMessage(const Descriptor& socket, const Message& message, const Descriptor& file = {}) {
  return Send(socket, std::as_bytes(std::span(&message, 1)), file);
}
template <class Message>
bool ReceiveMessage(const Descriptor& socket, Message& message, Descriptor& file) {
  return Receive(socket, std::as_writable_bytes(std::span(&message, 1)), file);
}

}  // namespace whittle::sandbox
