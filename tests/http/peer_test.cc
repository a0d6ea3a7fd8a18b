#include "http/peer.h"

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>

#include "http/address_counts.h"

namespace whittle::http {
namespace {

Peer V4(const char* address, std::uint16_t port) {
  sockaddr_storage storage{};
  auto& in = reinterpret_cast<sockaddr_in&>(storage);
  in.sin_family = AF_INET;
  in.sin_port = htons(port);
  inet_pton(AF_INET, address, &in.sin_addr);
  return PeerOf(storage);
}

Peer V6(const char* address) {
  sockaddr_storage storage{};
  auto& in = reinterpret_cast<sockaddr_in6&>(storage);
  in.sin6_family = AF_INET6;
  in.sin6_port = htons(80);
  inet_pton(AF_INET6, address, &in.sin6_addr);
  return PeerOf(storage);
}

TEST(Peer, IsOneClientWhateverItsPort) {
  EXPECT_EQ(V4("10.0.0.1", 1).client, V4("10.0.0.1", 2).client);
  EXPECT_NE(V4("10.0.0.1", 1).client, V4("10.0.0.2", 1).client);
  EXPECT_NE(V4("10.0.0.1", 1).client, 0U);
  EXPECT_EQ(V4("10.0.0.1", 8081).text, "10.0.0.1:8081");
}

TEST(Peer, HasAllAddressesOfItsIPv6Network) {
  EXPECT_EQ(V6("2001:db8:1:2::1").client, V6("2001:db8:1:2:ffff::9").client);
  EXPECT_NE(V6("2001:db8:1:2::1").client, V6("2001:db8:1:3::1").client);
  EXPECT_EQ(V6("2001:db8::1").text, "2001:db8::1:80");
}

// On a socket of both kinds IPv4 clients would all be one: their first 64 bits are zeros.
TEST(Peer, IsKnownByItsIPv4AddressOnAnIPv6Socket) {
  EXPECT_EQ(V6("::ffff:10.0.0.1").client, V4("10.0.0.1", 1).client);
  EXPECT_NE(V6("::ffff:10.0.0.1").client, V6("::ffff:10.0.0.2").client);
}

TEST(Peer, IsUnknownBehindAUnixSocket) {
  sockaddr_storage storage{};
  storage.ss_family = AF_UNIX;
  EXPECT_EQ(PeerOf(storage).client, 0U);
  EXPECT_EQ(PeerOf(storage).text, "unix");
}

TEST(AddressCounts, GiveEachClientItsShareAndTakeItBack) {
  const auto counts = std::make_shared<AddressCounts>(2);
  auto first = counts->Enter(7);
  auto second = counts->Enter(7);
  EXPECT_TRUE(first && second);
  EXPECT_FALSE(counts->Enter(7));
  EXPECT_TRUE(counts->Enter(8));
  AddressCounts::Entry moved = std::move(*second);
  second.reset();
  EXPECT_FALSE(counts->Enter(7)) << "moved, not given back";
  first.reset();
  EXPECT_TRUE(counts->Enter(7));
}

TEST(AddressCounts, CountNobodyUnknownAndNothingWithoutALimit) {
  const auto one = std::make_shared<AddressCounts>(1);
  const auto unknown = one->Enter(0);
  EXPECT_TRUE(one->Enter(0));
  const auto none = std::make_shared<AddressCounts>(0);
  const auto known = none->Enter(7);
  EXPECT_TRUE(none->Enter(7));
}

}  // namespace
}  // namespace whittle::http
