#include "source/url_text.h"

#include <gtest/gtest.h>

namespace whittle::source {
namespace {

TEST(UrlText, EveryByteButTheUnreservedIsEncoded) {
  std::string all;
  for (int c = 0; c < 256; ++c) all += static_cast<char>(c);
  std::string plain;
  for (const char c : all) {
    if (UrlEncode({&c, 1}) == std::string(1, c)) plain += c;
  }
  EXPECT_EQ(plain, "-.0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ_abcdefghijklmnopqrstuvwxyz~");
  EXPECT_EQ(UrlEncode(std::string("\0\n /\xff", 5)), "%00%0A%20%2F%FF");
  EXPECT_EQ(UrlEncode("a/b c", "/"), "a/b%20c");
}

TEST(UrlText, Forms) {
  EXPECT_EQ(FormEncode({}), "");
  EXPECT_EQ(FormEncode({{"a", "1"}, {"b c", "&=+"}, {"d", ""}}), "a=1&b%20c=%26%3D%2B&d=");
}

TEST(UrlText, IsTakenApart) {
  const auto url = SplitUrl("https://host:8443/a/b?c=d?e");
  ASSERT_TRUE(url);
  EXPECT_TRUE(url->secure());
  EXPECT_EQ(url->authority, "host:8443");
  EXPECT_EQ(url->host(), "host");
  EXPECT_EQ(url->path, "/a/b");
  EXPECT_EQ(url->query, "c=d?e");
  EXPECT_EQ(SplitUrl("http://h?q")->query, "q");
  EXPECT_EQ(SplitUrl("http://h?q")->path, "");
  EXPECT_EQ(SplitUrl("http://h")->authority, "h");
  EXPECT_EQ(SplitUrl("http://[fe80::1]/")->host(), "[fe80::1]");
  EXPECT_EQ(SplitUrl("http://[fe80::1]:80/")->host_field(), "[fe80::1]");
  EXPECT_EQ(SplitUrl("http://h:8080/")->host_field(), "h:8080");
  for (const char* text :
       {"", "h", "ftp://h/", "HTTP://h/", "http:///a", "http://:80/", "http://u@h/", "http://h/a b",
        "http://h/a\nb", "http://h/a#b", "http://h/\x7f", "http//h"}) {
    EXPECT_FALSE(SplitUrl(text)) << text;
  }
}

}  // namespace
}  // namespace whittle::source
