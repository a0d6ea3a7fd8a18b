#include "base/text.h"

#include <gtest/gtest.h>

#include <cstdint>

namespace whittle {
namespace {

TEST(ParseByteCount, ReadsPlainBytesAndBinaryUnits) {
  EXPECT_EQ(ParseByteCount("0"), 0U);
  EXPECT_EQ(ParseByteCount("1000"), 1000U);
  EXPECT_EQ(ParseByteCount("30KiB"), 30U << 10);
  EXPECT_EQ(ParseByteCount("17179869183GiB"), 17179869183ULL << 30);
  for (const char* bad : {"", "KiB", "1KB", "1kib", "1.5KiB", "1 KiB", "-1", "17179869184GiB",
                          "18446744073709551616"}) {
    EXPECT_EQ(ParseByteCount(bad), std::nullopt) << bad;
  }
  for (const auto& [bytes, text] : {std::pair{0ULL, "0"},
                                    {1ULL, "1"},
                                    {1025ULL, "1025"},
                                    {1024ULL, "1KiB"},
                                    {5ULL << 20, "5MiB"},
                                    {1ULL << 40, "1024GiB"}}) {
    EXPECT_EQ(ByteCountText(bytes), text);
    EXPECT_EQ(ParseByteCount(text), bytes);
  }
}

TEST(ParseUnsigned, TakesWholeDecimalNumbersOnly) {
  EXPECT_EQ(ParseUnsigned<std::uint32_t>("0"), 0U);
  EXPECT_EQ(ParseUnsigned<std::uint32_t>("4294967295"), 4294967295U);
  for (const char* bad : {"", "-1", "+1", " 1", "1 ", "1x", "0x10", "4294967296", "1.0"}) {
    EXPECT_EQ(ParseUnsigned<std::uint32_t>(bad), std::nullopt) << bad;
  }
}

TEST(ParseDouble, RefusesWhatIsNotFinite) {
  EXPECT_EQ(ParseDouble("80.5"), 80.5);
  for (const char* bad : {"", "nan", "inf", "-inf", "80 ", "1e999", "8,5"}) {
    EXPECT_EQ(ParseDouble(bad), std::nullopt) << bad;
  }
}

TEST(PercentDecode, DecodesOnce) {
  EXPECT_EQ(PercentDecode("a%20b"), "a b");
  EXPECT_EQ(PercentDecode("%252e"), "%2e");
  EXPECT_EQ(PercentDecode("%2F%2f"), "//");
  EXPECT_EQ(PercentDecode(""), "");
  EXPECT_EQ(PercentDecode("%00"), std::string("\0", 1));
}

TEST(PercentDecode, RefusesBrokenEscapes) {
  for (const char* bad : {"%", "%1", "%zz", "a%2", "%g0", "%%20"}) {
    EXPECT_EQ(PercentDecode(bad), std::nullopt) << bad;
  }
}

TEST(IsUtf8, RefusesOverlongAndSurrogates) {
  EXPECT_TRUE(IsUtf8("gr\xC3\xBC\xC3\x9F\x65 \xE2\x82\xAC \xF0\x9F\x93\xB7"));
  for (const char* bad : {"\xC0\xAF", "\xE0\x80\xAF", "\xED\xA0\x80", "\xF5\x80\x80\x80", "\x80",
                          "\xC3", "\xF0\x8F\xBF\xBF", "\xF4\x90\x80\x80"}) {
    EXPECT_FALSE(IsUtf8(bad)) << Printable(bad);
  }
}

TEST(Printable, KeepsOneLineWhateverComes) {
  EXPECT_EQ(Printable("photo gr\xC3\xBCn.jpg"), "photo gr\xC3\xBCn.jpg");
  EXPECT_EQ(Printable("a\r\nb\"c\\d\x1B[31m\x7F"), "a\\x0d\\x0ab\\x22c\\x5cd\\x1b[31m\\x7f");
  EXPECT_EQ(Printable("\xFF\xC2\x85"), "\\xff\\xc2\\x85");
  EXPECT_EQ(Printable(std::string(600, 'a')).size(), 515U);
}

TEST(LowerCase, IsAsciiOnly) { EXPECT_EQ(LowerCase("@AZ[`az{\xC3\x84-9"), "@az[`az{\xC3\x84-9"); }

TEST(EqualsIgnoreCase, IsAsciiOnly) {
  EXPECT_TRUE(EqualsIgnoreCase("Keep-Alive", "keep-aLIVE"));
  EXPECT_FALSE(EqualsIgnoreCase("a", "ab"));
  EXPECT_FALSE(EqualsIgnoreCase("\xC3\x84", "\xC3\xA4"));
}

TEST(Trim, TakesSpacesAndTabs) {
  EXPECT_EQ(Trim(" \t a b \t"), "a b");
  EXPECT_EQ(Trim(" \t "), "");
}

TEST(IsPathBelow, NamesNothingElse) {
  for (const std::string_view path : {"a", "a.jpg", "a/b/c.jpg", "..a", "a..", "...", "a b",
                                      "gr\xC3\xBCn", ".hidden/a", "a/.../b"}) {
    EXPECT_TRUE(IsPathBelow(path)) << path;
  }
  for (const std::string_view path :
       {"", "/", "/a", "a/", "a//b", ".", "..", "./a", "../a", "a/.", "a/..", "a/./b", "a/../b",
        "a\\b", "a\nb", "a\x1F", "a\x7F", "\xFF", "\xC0\xAE\xC0\xAE/a"}) {
    EXPECT_FALSE(IsPathBelow(path)) << path;
  }
  EXPECT_FALSE(IsPathBelow(std::string_view("a\0b", 3)));
}

}  // namespace
}  // namespace whittle
