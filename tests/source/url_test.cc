#include "source/url.h"

#include <gtest/gtest.h>

#include <string>

namespace whittle::source {
namespace {

std::string Spelled(std::string_view text) {
  const auto url = Url::Parse(text);
  return url ? url->ToText() : "refused: " + url.error().text;
}

TEST(Url, HasOneSpelling) {
  constexpr std::pair<std::string_view, std::string_view> kRows[] = {
      {"http://example.com", "http://example.com/"},
      {"HTTP://EXAMPLE.com/A", "http://example.com/A"},
      {"https://example.com:443/a", "https://example.com/a"},
      {"https://example.com:80/a", "https://example.com:80/a"},
      {"http://example.com:8080", "http://example.com:8080/"},
      {"http://example.com./a", "http://example.com/a"},
      {"http://example.com/a#b?c", "http://example.com/a"},
      {"http://example.com#b", "http://example.com/"},
      {"http://example.com?b=c", "http://example.com/?b=c"},
      {"http://example.com/a?", "http://example.com/a?"},
      {"http://example.com/%61%2f%7e%C3%BC", "http://example.com/a%2F~%C3%BC"},
      {"http://example.com/\xC3\xBC b", "http://example.com/%C3%BC%20b"},
      {"http://example.com/a\\b<>\"", "http://example.com/a%5Cb%3C%3E%22"},
      {"http://example.com/a+b&c=d;e@f!$'(),:*", "http://example.com/a+b&c=d;e@f!$'(),:*"},
      {"http://example.com/%2B%26", "http://example.com/%2B%26"},
      {"http://example.com/?a=%7e/?&b", "http://example.com/?a=~/?&b"},
      {"http://example.com/a/../b/./c", "http://example.com/b/c"},
      {"http://example.com/../../a", "http://example.com/a"},
      {"http://example.com/%2e%2E/a/%2e", "http://example.com/a/"},
      {"http://example.com/a/..", "http://example.com/"},
      {"http://example.com/...", "http://example.com/..."},
      {"http://example.com//a//", "http://example.com//a//"},
      {"http://example.com/?a=../b", "http://example.com/?a=../b"},
      // addresses
      {"http://127.0.0.1/", "http://127.0.0.1/"},
      {"http://127.1/", "http://127.0.0.1/"},
      {"http://127.0.1/", "http://127.0.0.1/"},
      {"http://2130706433/", "http://127.0.0.1/"},
      {"http://0x7f000001/", "http://127.0.0.1/"},
      {"http://0X7F.1/", "http://127.0.0.1/"},
      {"http://017700000001/", "http://127.0.0.1/"},
      {"http://0177.0.0.01/", "http://127.0.0.1/"},
      {"http://127.0.0.1./", "http://127.0.0.1/"},
      {"http://0/", "http://0.0.0.0/"},
      {"http://0x/", "http://0.0.0.0/"},
      {"http://4294967295/", "http://255.255.255.255/"},
      {"http://1.16777215/", "http://1.255.255.255/"},
      {"http://[::1]:8080/", "http://[::1]:8080/"},
      {"http://[2001:DB8:0::1]/", "http://[2001:db8::1]/"},
      {"http://[::ffff:10.0.0.1]/", "http://10.0.0.1/"},
      // names of other scripts
      {"http://b\xC3\xBC"
       "cher.example/",
       "http://xn--bcher-kva.example/"},
      {"http://B\xC3\x9C"
       "CHER.EXAMPLE/",
       "http://xn--bcher-kva.example/"},
      {"http://a\xE3\x80\x82"
       "b/",
       "http://a.b/"},
      {"http://\xEF\xBC\x91\xEF\xBC\x92\xEF\xBC\x97.0.0.1/", "http://127.0.0.1/"},
      {"http://\xE2\x91\xA0.1.1.1/", "http://1.1.1.1/"},
  };
  for (const auto& [text, spelled] : kRows) {
    EXPECT_EQ(Spelled(text), spelled) << text;
    EXPECT_EQ(Spelled(spelled), spelled) << "it has just one";
  }
}

TEST(Url, WhatCouldBeReadInTwoWaysIsRefused) {
  using namespace std::string_view_literals;
  constexpr std::string_view kRows[] = {
      "",
      "example.com/a.jpg",
      "//example.com/a.jpg",
      "ftp://example.com/",
      "file:///etc/passwd",
      "gopher://example.com/",
      "javascript:alert(1)",
      " http://example.com/",
      "http:example.com",
      "http:/example.com",
      "http:///a.jpg",
      "http://:80/",
      "http://./",
      "http://../",
      "http://user@example.com/",
      "http://user:secret@example.com/",
      "http://example.com@127.0.0.1/",
      "http://@example.com/",
      "http://example.com:/",
      "http://example.com:0/",
      "http://example.com:65536/",
      "http://example.com:80:80/",
      "http://example.com:8o/",
      "http://example.com:+80/",
      "http://exa mple.com/",
      "http://exam\tple.com/",
      "http://example.com\\@127.0.0.1/",
      "http://127.0.0.1\\.example.com/",
      "http://%31%32%37.0.0.1/",
      "http://example.com%00.evil/",
      "http://a..b/",
      "http://.a/",
      "http://a.b../",
      "http://[::1/",
      "http://::1/",
      "http://[]/",
      "http://[127.0.0.1]/",
      "http://[fe80::1%25eth0]/",
      "http://[fe80::1%eth0]/",
      "http://[::1]x/",
      "http://[v1.a]/",
      "http://256.256.256.256/",
      "http://1.2.3.4.5/",
      "http://4294967296/",
      "http://1.16777216/",
      "http://08/",
      "http://a.1/",
      "http://a.0x1/",
      "http://1.2.3.0xg.4/",
      "http://example.com/\n",
      "http://example.com/\x7f",
      "http://example.com/\0"sv,
      "http://ex\0\xC3\xBC.com/"sv,
      "http://example.com/%",
      "http://example.com/%2",
      "http://example.com/%zz",
      "http://example.com/?%g1",
      "http://\xFF\xFE/",
      "http://a\u2100b/",  // a sign that becomes "a/c"
      "http://ex\u200Dample.com/",
  };
  for (const std::string_view text : kRows) {
    const auto url = Url::Parse(text);
    EXPECT_FALSE(url) << text << " is " << url->ToText();
    if (!url) EXPECT_EQ(url.error().kind, ErrorKind::kBadRequest);
  }
}

TEST(Url, LimitsAreJustWhatTheyAre) {
  const std::string label(63, 'a');
  EXPECT_EQ(Spelled("http://" + label + ".b/"), "http://" + label + ".b/");
  EXPECT_FALSE(Url::Parse("http://" + label + "a.b/"));
  std::string name;
  while (name.size() < 252) name += "a.";
  EXPECT_TRUE(Url::Parse("http://" + name + "a/")) << "253 bytes";
  EXPECT_FALSE(Url::Parse("http://" + name + "aa/"));
  std::string text = "http://a/";
  text.resize(Url::kMaxBytes, 'x');
  EXPECT_TRUE(Url::Parse(text));
  EXPECT_FALSE(Url::Parse(text + "x"));
  EXPECT_TRUE(Url::Parse("http://a:1/"));
  EXPECT_TRUE(Url::Parse("http://a:65535/"));
}

TEST(Url, KnowsItsParts) {
  const auto url = Url::Parse("https://[2606:4700::1]/a%20b?c#d");
  ASSERT_TRUE(url);
  EXPECT_TRUE(url->tls);
  EXPECT_EQ(url->host, "2606:4700::1");
  EXPECT_EQ(url->address, Address::Parse("2606:4700::1"));
  EXPECT_EQ(url->port, 443);
  EXPECT_EQ(url->path, "/a%20b");
  EXPECT_EQ(url->query, "?c");
  EXPECT_EQ(url->HostAndPort(), "[2606:4700::1]:443");
  EXPECT_EQ(Url::Parse("http://a.b:81")->HostAndPort(), "a.b:81");
  EXPECT_FALSE(Url::Parse("http://a.b")->address);
}

// Mostly the examples of RFC 3986, 5.4.
TEST(Url, ReferencesLeadWhereTheyShould) {
  const auto base = Url::Parse("http://a/b/c/d?q");
  ASSERT_TRUE(base);
  constexpr std::pair<std::string_view, std::string_view> kRows[] = {
      {"g", "http://a/b/c/g"},
      {"./g", "http://a/b/c/g"},
      {"g/", "http://a/b/c/g/"},
      {"/g", "http://a/g"},
      {"//g", "http://g/"},
      {"?y", "http://a/b/c/d?y"},
      {"g?y", "http://a/b/c/g?y"},
      {"#s", "http://a/b/c/d?q"},
      {"", "http://a/b/c/d?q"},
      {"g?y/./x", "http://a/b/c/g?y/./x"},
      {"..", "http://a/b/"},
      {"../g", "http://a/b/g"},
      {"../../../../g", "http://a/g"},
      {"https://other/x", "https://other/x"},
      {"HTTPS://other/x", "https://other/x"},
      {"/\xC3\xBC", "http://a/%C3%BC"},
  };
  for (const auto& [reference, target] : kRows) {
    const auto url = base->Resolve(reference);
    ASSERT_TRUE(url) << reference;
    EXPECT_EQ(url->ToText(), target) << reference;
  }
  for (const std::string_view bad :
       {"file:///etc/passwd", "//user@g", "ftp:x", "http:g", "javascript:x", "/%", "g\r\nh"}) {
    EXPECT_FALSE(base->Resolve(bad)) << bad;
  }
}

TEST(Url, PathsAreEncoded) {
  const std::string path = "a b/\xC3\xBC+%~!*'()$&,;=:@?#[]-._/";
  EXPECT_EQ(EncodePath(path), "a%20b/%C3%BC+%25~!*'()$&,;=:@%3F%23%5B%5D-._/");
}

}  // namespace
}  // namespace whittle::source
