#include "source/address.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <algorithm>
#include <cstring>

namespace whittle::source {
namespace {

// The addresses whose first `length` bits are those of `start`.
struct Range {
  std::string_view start;
  int length;
};

// Not global unicast. From IANA's registries of special-purpose addresses (iana.org/assignments/
// iana-ipv4-special-registry and iana-ipv6-special-registry), of multicast addresses and of IPv6
// address space. Ranges that are global in parts only are refused whole.
constexpr Range kSpecialV4[] = {
    {"0.0.0.0", 8},        // this network (RFC 791)
    {"10.0.0.0", 8},       // private (RFC 1918)
    {"100.64.0.0", 10},    // shared by carriers' NAT (RFC 6598)
    {"127.0.0.0", 8},      // loopback (RFC 1122)
    {"169.254.0.0", 16},   // link-local, and clouds' metadata services (RFC 3927)
    {"172.16.0.0", 12},    // private (RFC 1918)
    {"192.0.0.0", 24},     // protocol assignments (RFC 6890)
    {"192.0.2.0", 24},     // documentation (RFC 5737)
    {"192.88.99.0", 24},   // relays of 6to4, deprecated (RFC 7526)
    {"192.168.0.0", 16},   // private (RFC 1918)
    {"198.18.0.0", 15},    // benchmarks (RFC 2544)
    {"198.51.100.0", 24},  // documentation (RFC 5737)
    {"203.0.113.0", 24},   // documentation (RFC 5737)
    {"224.0.0.0", 4},      // multicast (RFC 5771)
    {"240.0.0.0", 4},      // reserved, and broadcast (RFC 1112, RFC 919)
};

// All of IPv6 that is given out as global unicast (RFC 3587). Outside of it lie loopback, ::/96
// with IPv4 inside (deprecated), 64:ff9b:1::/48 (a network's own NAT64), discard-only 100::/64,
// unique local fc00::/7, link-local fe80::/10, site-local fec0::/10 and multicast ff00::/8.
constexpr Range kUnicastV6 = {"2000::", 3};

constexpr Range kSpecialV6[] = {
    {"2001::", 23},      // protocol assignments: Teredo, benchmarks, ORCHID (RFC 2928)
    {"2001:db8::", 32},  // documentation (RFC 3849)
    {"2002::", 16},      // 6to4: IPv4 inside, by relays that are no more (RFC 3056, RFC 7526)
    {"3fff::", 20},      // documentation (RFC 9637)
};

// IPv4 in the last four bytes; the gateway goes there (RFC 6052).
constexpr Range kNat64 = {"64:ff9b::", 96};

constexpr std::array<std::uint8_t, 12> kMapped = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF};

bool IsIn(const Range& range, const Address& address) {
  const Address start = Address::Parse(range.start).value_or(Address{});
  const int length = start.is_v4() ? range.length + 96 : range.length;
  const auto whole = static_cast<std::size_t>(length / 8);
  if (!std::equal(start.bytes.begin(), start.bytes.begin() + static_cast<std::ptrdiff_t>(whole),
                  address.bytes.begin())) {
    return false;
  }
  const int rest = length % 8;
  return rest == 0 || (start.bytes[whole] ^ address.bytes[whole]) >> (8 - rest) == 0;
}

Address LastFourBytes(const Address& address) {
  Address v4;
  std::ranges::copy(kMapped, v4.bytes.begin());
  std::copy_n(address.bytes.begin() + 12, 4, v4.bytes.begin() + 12);
  return v4;
}

bool IsPublicV4(const Address& address) {
  return std::ranges::none_of(kSpecialV4, [&](const Range& range) { return IsIn(range, address); });
}

// ISATAP (RFC 5214): any network's prefix, then 0000:5efe or 0200:5efe, then IPv4.
bool IsIsatap(const Address& address) {
  return (address.bytes[8] & 0xFC) == 0 && address.bytes[9] == 0 && address.bytes[10] == 0x5E &&
         address.bytes[11] == 0xFE;
}

}  // namespace

bool Address::is_v4() const { return std::equal(kMapped.begin(), kMapped.end(), bytes.begin()); }

std::string Address::ToText() const {
  char text[INET6_ADDRSTRLEN] = {};
  const bool v4 = is_v4();
  inet_ntop(v4 ? AF_INET : AF_INET6, bytes.data() + (v4 ? 12 : 0), text, sizeof text);
  return text;
}

Address Address::FromV4(std::uint32_t host_order) {
  Address address;
  std::ranges::copy(kMapped, address.bytes.begin());
  for (std::size_t i = 0; i < 4; ++i) {
    address.bytes[12 + i] = static_cast<std::uint8_t>(host_order >> (24 - 8 * i));
  }
  return address;
}

std::optional<Address> Address::Of(const sockaddr& address) {
  if (address.sa_family == AF_INET) {
    sockaddr_in v4{};
    std::memcpy(&v4, &address, sizeof v4);
    return FromV4(ntohl(v4.sin_addr.s_addr));
  }
  if (address.sa_family != AF_INET6) return std::nullopt;
  sockaddr_in6 v6{};
  std::memcpy(&v6, &address, sizeof v6);
  Address result;
  std::memcpy(result.bytes.data(), &v6.sin6_addr, 16);
  return result;
}

std::optional<Address> Address::Parse(std::string_view text) {
  const std::string terminated(text);
  if (terminated.find('\0') != std::string::npos) return std::nullopt;
  in_addr v4{};
  if (inet_pton(AF_INET, terminated.c_str(), &v4) == 1) return FromV4(ntohl(v4.s_addr));
  Address result;
  if (inet_pton(AF_INET6, terminated.c_str(), result.bytes.data()) == 1) return result;
  return std::nullopt;
}

bool IsPublic(const Address& address) {
  if (address.is_v4()) return IsPublicV4(address);
  const bool by_nat64 = IsIn(kNat64, address);
  if ((by_nat64 || IsIsatap(address)) && !IsPublicV4(LastFourBytes(address))) return false;
  if (by_nat64) return true;
  if (!IsIn(kUnicastV6, address)) return false;
  return std::ranges::none_of(kSpecialV6, [&](const Range& range) { return IsIn(range, address); });
}

}  // namespace whittle::source
