#include "http/signature.h"

#include <gtest/gtest.h>

#include <string>

namespace whittle::http {
namespace {

// RFC 4231, test case 2 has a key of 4 bytes, which is too short here; case 1 has 20.
TEST(Signature, IsThatOfTheStandard) {
  const auto key = ParseSigningKey("0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b");
  ASSERT_TRUE(key);
  // b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7 in base64url
  EXPECT_EQ(Sign(*key, "Hi There"), "sDRMYdjbOFNcqK_OrwvxK4gdwgDJgz2nJuk3bC4yz_c");
}

TEST(SigningKey, IsHexOf16BytesAtLeast) {
  EXPECT_EQ(ParseSigningKey("00112233445566778899aAbBcCdDeEfF")->size(), 16U);
  EXPECT_EQ(ParseSigningKey("00112233445566778899aabbccddeeff")->back(), 0xFF);
  for (const char* bad : {"", "00112233445566778899aabbccddee", "00112233445566778899aabbccddeef",
                          "00112233445566778899aabbccddeefff", "00112233445566778899aabbccddeefg",
                          " 0112233445566778899aabbccddeeff"}) {
    EXPECT_FALSE(ParseSigningKey(bad)) << bad;
  }
}

class SignatureTest : public ::testing::Test {
 protected:
  const SigningKey first_ = SigningKey(16, 1);
  const SigningKey second_ = SigningKey(32, 2);
  const std::vector<SigningKey> keys_ = {first_, second_};
  const std::string message_ = "/resize/800/600/a%20b.jpg?q=5";
};

TEST_F(SignatureTest, OfAnyKeyIsTaken) {
  EXPECT_TRUE(IsSignedBy(keys_, Sign(first_, message_), message_));
  EXPECT_TRUE(IsSignedBy(keys_, Sign(second_, message_), message_));
  EXPECT_FALSE(IsSignedBy(keys_, Sign(SigningKey(16, 3), message_), message_));
  EXPECT_FALSE(IsSignedBy({}, Sign(first_, message_), message_));
}

TEST_F(SignatureTest, IsOfEveryBit) {
  const std::string signature = Sign(first_, message_);
  for (std::size_t i = 0; i < signature.size(); ++i) {
    for (const char other : {'A', 'B', '-', '_', '9'}) {
      std::string forged = signature;
      if (forged[i] == other) continue;
      forged[i] = other;
      EXPECT_FALSE(IsSignedBy(keys_, forged, message_)) << forged;
    }
  }
  for (std::size_t i = 0; i < message_.size(); ++i) {
    std::string other = message_;
    other[i] = static_cast<char>(other[i] ^ 1);
    EXPECT_FALSE(IsSignedBy(keys_, signature, other)) << other;
  }
}

// 22 characters hold 16 bytes and four bits that have to be zero.
TEST_F(SignatureTest, MayBeCutToSixteenBytes) {
  const std::string whole = Sign(first_, message_);
  int taken = 0;
  for (std::size_t size = 0; size <= whole.size(); ++size) {
    const bool is = IsSignedBy(keys_, whole.substr(0, size), message_);
    if (size < 22) {
      EXPECT_FALSE(is) << size;
    }
    taken += is ? 1 : 0;
  }
  EXPECT_GE(taken, 1 + 5) << "whole, and cut between bytes";
  // Of 16 bytes exactly: the last character without the bits of the byte behind.
  const std::string alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
  std::string cut = whole.substr(0, 22);
  cut.back() = alphabet[alphabet.find(cut.back()) & ~15U];
  EXPECT_TRUE(IsSignedBy(keys_, cut, message_));
  EXPECT_FALSE(IsSignedBy(keys_, cut.substr(0, 20), message_)) << "15 bytes";
}

TEST_F(SignatureTest, IsNothingElse) {
  const std::string whole = Sign(first_, message_);
  for (const std::string& bad :
       {std::string(), whole + "=", whole + "A", "A" + whole, whole + whole, std::string(1000, 'A'),
        std::string(22, 'A'), std::string(22, '+')}) {
    EXPECT_FALSE(IsSignedBy(keys_, bad, message_)) << bad;
  }
}

}  // namespace
}  // namespace whittle::http
