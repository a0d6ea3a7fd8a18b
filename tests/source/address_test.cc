#include "source/address.h"

#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/un.h>

#include <cstring>

namespace whittle::source {
namespace {

struct Row {
  const char* address;
  bool is_public;
};

// The last before, the first, the last and the first after each range.
constexpr Row kRows[] = {
    // IPv4
    {"0.0.0.0", false},
    {"0.255.255.255", false},
    {"1.0.0.0", true},
    {"8.8.8.8", true},
    {"9.255.255.255", true},
    {"10.0.0.0", false},
    {"10.255.255.255", false},
    {"11.0.0.0", true},
    {"100.63.255.255", true},
    {"100.64.0.0", false},
    {"100.127.255.255", false},
    {"100.128.0.0", true},
    {"126.255.255.255", true},
    {"127.0.0.0", false},
    {"127.0.0.1", false},
    {"127.255.255.255", false},
    {"128.0.0.0", true},
    {"169.253.255.255", true},
    {"169.254.0.0", false},
    {"169.254.169.254", false},
    {"169.254.255.255", false},
    {"169.255.0.0", true},
    {"172.15.255.255", true},
    {"172.16.0.0", false},
    {"172.31.255.255", false},
    {"172.32.0.0", true},
    {"191.255.255.255", true},
    {"192.0.0.0", false},
    {"192.0.0.9", false},
    {"192.0.0.255", false},
    {"192.0.1.0", true},
    {"192.0.1.255", true},
    {"192.0.2.0", false},
    {"192.0.2.255", false},
    {"192.0.3.0", true},
    {"192.88.98.255", true},
    {"192.88.99.0", false},
    {"192.88.99.255", false},
    {"192.88.100.0", true},
    {"192.167.255.255", true},
    {"192.168.0.0", false},
    {"192.168.255.255", false},
    {"192.169.0.0", true},
    {"198.17.255.255", true},
    {"198.18.0.0", false},
    {"198.19.255.255", false},
    {"198.20.0.0", true},
    {"198.51.99.255", true},
    {"198.51.100.0", false},
    {"198.51.100.255", false},
    {"198.51.101.0", true},
    {"203.0.112.255", true},
    {"203.0.113.0", false},
    {"203.0.113.255", false},
    {"203.0.114.0", true},
    {"223.255.255.255", true},
    {"224.0.0.0", false},
    {"239.255.255.255", false},
    {"240.0.0.0", false},
    {"255.255.255.255", false},
    // IPv6
    {"::", false},
    {"::1", false},
    {"::2", false},
    {"100::", false},
    {"100::ffff:ffff:ffff:ffff", false},
    {"1fff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", false},
    {"2000::", true},
    {"2000:ffff:ffff:ffff:ffff:ffff:ffff:ffff", true},
    {"2001::", false},
    {"2001:1ff:ffff:ffff:ffff:ffff:ffff:ffff", false},
    {"2001:200::", true},
    {"2001:2::1", false},
    {"2001:10::1", false},
    {"2001:20::1", false},
    {"2001:db7:ffff:ffff:ffff:ffff:ffff:ffff", true},
    {"2001:db8::", false},
    {"2001:db8:ffff:ffff:ffff:ffff:ffff:ffff", false},
    {"2001:db9::", true},
    {"2001:ffff:ffff:ffff:ffff:ffff:ffff:ffff", true},
    {"2003::", true},
    {"2606:4700:4700::1111", true},
    {"2a00:1450:4001:80b::200e", true},
    {"3ffe:ffff:ffff:ffff:ffff:ffff:ffff:ffff", true},
    {"3fff::", false},
    {"3fff:fff:ffff:ffff:ffff:ffff:ffff:ffff", false},
    {"3fff:1000::", true},
    {"3fff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", true},
    {"4000::", false},
    {"5f00::1", false},
    {"fbff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", false},
    {"fc00::", false},
    {"fd00:ec2::254", false},
    {"fdff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", false},
    {"fe80::", false},
    {"fe80::1", false},
    {"febf:ffff:ffff:ffff:ffff:ffff:ffff:ffff", false},
    {"fec0::", false},
    {"feff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", false},
    {"ff00::", false},
    {"ff02::1", false},
    {"ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", false},
    // IPv4 in IPv6: mapped
    {"::ffff:0.0.0.0", false},
    {"::ffff:7f00:1", false},
    {"::ffff:10.0.0.1", false},
    {"::ffff:169.254.169.254", false},
    {"::ffff:8.8.8.8", true},
    {"::fffe:8.8.8.8", false},
    {"::1:0:808:808", false},
    // compatible
    {"::127.0.0.1", false},
    {"::8.8.8.8", false},
    // translated (RFC 2765)
    {"::ffff:0:8.8.8.8", false},
    // 6to4
    {"2001:ffff:ffff::", true},
    {"2002::", false},
    {"2002:7f00:1::1", false},
    {"2002:808:808::1", false},
    {"2002:ffff:ffff:ffff:ffff:ffff:ffff:ffff", false},
    // NAT64
    {"64:ff9a:ffff::8.8.8.8", false},
    {"64:ff9b::", false},
    {"64:ff9b::8.8.8.8", true},
    {"64:ff9b::127.0.0.1", false},
    {"64:ff9b::10.1.2.3", false},
    {"64:ff9b::a9fe:a9fe", false},
    {"64:ff9b::1:808:808", false},
    {"64:ff9b:1::8.8.8.8", false},
    {"64:ff9b:1::10.0.0.1", false},
    {"64:ff9b:1:ffff:ffff:ffff:ffff:ffff", false},
    // Teredo
    {"2001:0:4136:e378:8000:63bf:3fff:fdd2", false},
    {"2001:0:ffff:ffff:ffff:ffff:ffff:ffff", false},
    {"2001:1::", false},
    // ISATAP
    {"2606:4700::5efe:10.0.0.1", false},
    {"2606:4700::200:5efe:127.0.0.1", false},
    {"2606:4700::5efe:8.8.8.8", true},
    {"2606:4700::200:5efe:8.8.8.8", true},
    {"2606:4700::400:5efe:10.0.0.1", true},
    {"2606:4700::5eff:10.0.0.1", true},
    {"fe80::5efe:8.8.8.8", false},
};

TEST(Address, OnlyGlobalUnicastIsPublic) {
  static_assert(std::size(kRows) >= 100);
  for (const Row& row : kRows) {
    const auto address = Address::Parse(row.address);
    ASSERT_TRUE(address) << row.address;
    EXPECT_EQ(IsPublic(*address), row.is_public) << row.address;
  }
}

TEST(Address, MappedIPv4IsIPv4) {
  const auto address = Address::Parse("::ffff:192.0.2.1");
  ASSERT_TRUE(address);
  EXPECT_EQ(address, Address::Parse("192.0.2.1"));
  EXPECT_EQ(address, Address::FromV4(0xC0000201));
  EXPECT_EQ(address->ToText(), "192.0.2.1");
  EXPECT_EQ(Address::Parse("2001:DB8:0:0::1")->ToText(), "2001:db8::1");
}

TEST(Address, OnlyPlainNumbersAreRead) {
  for (const char* text : {"", "1", "1.2.3", "1.2.3.4.5", "256.1.1.1", "0x7f.0.0.1", "1.2.3.4 ",
                           "[::1]", "fe80::1%eth0", "::1::", "a.b.c.d"}) {
    EXPECT_FALSE(Address::Parse(text)) << text;
  }
  EXPECT_FALSE(Address::Parse(std::string_view("1.2.3.4\0", 8)));
}

TEST(Address, IsReadFromSockets) {
  sockaddr_storage storage{};
  sockaddr_in v4{.sin_family = AF_INET};
  v4.sin_addr.s_addr = htonl(0x01020304);
  std::memcpy(&storage, &v4, sizeof v4);
  EXPECT_EQ(Address::Of(reinterpret_cast<const sockaddr&>(storage)), Address::Parse("1.2.3.4"));
  sockaddr_in6 v6{.sin6_family = AF_INET6};
  v6.sin6_addr = in6addr_loopback;
  std::memcpy(&storage, &v6, sizeof v6);
  EXPECT_EQ(Address::Of(reinterpret_cast<const sockaddr&>(storage)), Address::Parse("::1"));
  storage.ss_family = AF_UNIX;
  EXPECT_FALSE(Address::Of(reinterpret_cast<const sockaddr&>(storage)));
}

}  // namespace
}  // namespace whittle::source
