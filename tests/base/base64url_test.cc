#include "base/base64url.h"

#include <gtest/gtest.h>

namespace whittle {
namespace {

// RFC 4648, 10, without padding, and what differs from plain base64.
TEST(Base64Url, IsThatOfTheStandard) {
  for (const auto& [bytes, text] :
       {std::pair("", ""), std::pair("f", "Zg"), std::pair("fo", "Zm8"), std::pair("foo", "Zm9v"),
        std::pair("foob", "Zm9vYg"), std::pair("fooba", "Zm9vYmE"), std::pair("foobar", "Zm9vYmFy"),
        std::pair("\xFB\xFF", "-_8")}) {
    EXPECT_EQ(ToBase64Url(AsBytes(std::string_view(bytes))), text);
    EXPECT_EQ(FromBase64Url(text), bytes);
  }
}

TEST(Base64Url, IsNothingElse) {
  for (const char* bad : {"Z", "Zg==", "Zm9v+", "Zm9v/", "Zm9 v", "Zm9vY"}) {
    EXPECT_FALSE(FromBase64Url(bad)) << bad;
  }
  EXPECT_EQ(FromBase64Url("Zh"), "f") << "left over bits are not looked at";
}

}  // namespace
}  // namespace whittle
