// Addresses of the Internet, and which of them may be asked on behalf of strangers.
//
// IPv4 is held as the IPv6 that maps it (::ffff:a.b.c.d), so that both spellings are one value and
// one table judges both. Values; any thread; no cost beyond a walk over some thirty rows.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

struct sockaddr;  // NOLINT(readability-identifier-naming): POSIX has named it

namespace whittle::source {

struct Address {
  std::array<std::uint8_t, 16> bytes{};
  friend bool operator==(const Address&, const Address&) = default;

  bool is_v4() const;
  /// "192.0.2.1", "2001:db8::1".
  std::string ToText() const;

  static Address FromV4(std::uint32_t host_order);
  /// Nothing for other families than IPv4 and IPv6.
  static std::optional<Address> Of(const sockaddr& address);
  /// Four decimal numbers, or IPv6 without brackets and zone; nothing else.
  static std::optional<Address> Parse(std::string_view text);
};

/// True for global unicast: what is neither private, local, multicast, reserved, for documentation
/// or benchmarks, nor a way (6to4, Teredo, ISATAP, NAT64) that leads to such a place.
bool IsPublic(const Address& address);

}  // namespace whittle::source
