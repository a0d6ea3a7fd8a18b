// Who is at the other end of a connection.
//
// A value. Any thread.
#pragma once

#include <sys/socket.h>

#include <cstdint>
#include <string>

namespace whittle::http {

struct Peer {
  std::string text;  ///< address and port, for the log
  /// The same for all connections of one client, by a hash that nobody outside can foresee: its
  /// IPv4 address, or the first 64 bits of an IPv6 one, of which one host has all the others. 0
  /// when it is unknown, as behind a Unix socket.
  std::uint64_t client = 0;
};

/// Reads what accept(2) has written.
Peer PeerOf(const sockaddr_storage& address);

}  // namespace whittle::http
