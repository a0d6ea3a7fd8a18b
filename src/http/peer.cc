#include "http/peer.h"

#include <arpa/inet.h>
#include <fmt/compile.h>
#include <fmt/format.h>
#include <netinet/in.h>

#include <algorithm>
#include <random>

#include "base/hash.h"

namespace whittle::http {
namespace {

std::uint64_t HashOfClient(ByteView address) {
  static const std::uint64_t seed = std::random_device{}() | std::uint64_t{1} << 32;
  return std::max<std::uint64_t>(HashOf(address, seed).low, 1);
}

template <class T>
ByteView BytesOf(const T& value) {
  return AsBytes({reinterpret_cast<const char*>(&value), sizeof value});
}

Peer OfV4(const sockaddr_in& address) {
  const ByteView bytes = BytesOf(address.sin_addr.s_addr);
  // inet_ntop's sprintf costs as much as all the rest of accepting in this program.
  return {.text = fmt::format(FMT_COMPILE("{}.{}.{}.{}:{}"), bytes[0], bytes[1], bytes[2], bytes[3],
                              ntohs(address.sin_port)),
          .client = HashOfClient(bytes)};
}

Peer OfV6(const sockaddr_in6& address) {
  char text[INET6_ADDRSTRLEN];
  inet_ntop(AF_INET6, &address.sin6_addr, text, sizeof text);
  const ByteView all = BytesOf(address.sin6_addr);
  const bool mapped = IN6_IS_ADDR_V4MAPPED(&address.sin6_addr);
  return {.text = fmt::format("{}:{}", text, ntohs(address.sin6_port)),
          .client = HashOfClient(mapped ? all.last(4) : all.first(8))};
}

}  // namespace

Peer PeerOf(const sockaddr_storage& address) {
  if (address.ss_family == AF_INET) return OfV4(reinterpret_cast<const sockaddr_in&>(address));
  if (address.ss_family == AF_INET6) return OfV6(reinterpret_cast<const sockaddr_in6&>(address));
  return {.text = "unix"};
}

}  // namespace whittle::http
