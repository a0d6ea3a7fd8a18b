#include "source/crypto.h"

#include <gtest/gtest.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>

#include <cstring>
#include <memory>
#include <utility>

namespace whittle::source {
namespace {

std::string HmacHex(std::string_view key, std::string_view message) {
  return Hex(HmacSha256(AsBytes(key), message));
}

TEST(Crypto, Sha256OfFips180) {
  EXPECT_EQ(Hex(Sha256("abc")), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  EXPECT_EQ(Hex(Sha256("")), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
}

TEST(Crypto, HmacOfRfc4231) {
  EXPECT_EQ(HmacHex(std::string(20, '\x0b'), "Hi There"),
            "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7");
  EXPECT_EQ(HmacHex("Jefe", "what do ya want for nothing?"),
            "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
  EXPECT_EQ(
      HmacHex(std::string(131, '\xaa'), "Test Using Larger Than Block-Size Key - Hash Key First"),
      "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54");
}

TEST(Crypto, Base64OfRfc4648) {
  const std::pair<std::string, std::string> pairs[] = {{"", ""},
                                                       {"f", "Zg=="},
                                                       {"fo", "Zm8="},
                                                       {"foo", "Zm9v"},
                                                       {"foob", "Zm9vYg=="},
                                                       {"fooba", "Zm9vYmE="},
                                                       {"foobar", "Zm9vYmFy"},
                                                       {"\xfb\xff", "+/8="}};
  for (const auto& [bytes, text] : pairs) {
    EXPECT_EQ(Base64(AsBytes(bytes)), text);
    EXPECT_EQ(FromBase64(text), bytes);
  }
  EXPECT_EQ(Base64Url(AsBytes("\xfb\xff")), "-_8");
  EXPECT_EQ(Base64Url(AsBytes("f")), "Zg");
  EXPECT_EQ(Base64Url({}), "");
}

TEST(Crypto, WhatIsNoBase64IsNotRead) {
  for (const char* text :
       {"Zg=", "Zg", "Z===", "Zm9v\n", " Zm9", "Zh==", "Zm9=Zm9v", "Zm-_", "===="}) {
    EXPECT_EQ(FromBase64(text), std::nullopt) << text;
  }
  EXPECT_EQ(FromBase64(std::string((1ULL << 20) + 4, 'A')), std::nullopt);
  EXPECT_TRUE(FromBase64(std::string(1ULL << 20, 'A')));
}

struct FreeKey {
  void operator()(EVP_PKEY* key) const { EVP_PKEY_free(key); }
};
struct FreeBio {
  void operator()(BIO* bio) const { BIO_free(bio); }
};
struct FreeContext {
  void operator()(EVP_MD_CTX* context) const { EVP_MD_CTX_free(context); }
};
using Key = std::unique_ptr<EVP_PKEY, FreeKey>;

// `password`: encrypted with it.
std::string PemOf(const Key& key, const char* password = nullptr) {
  const std::unique_ptr<BIO, FreeBio> bio(BIO_new(BIO_s_mem()));
  const int size = password == nullptr ? 0 : static_cast<int>(std::strlen(password));
  PEM_write_bio_PKCS8PrivateKey(bio.get(), key.get(),
                                password == nullptr ? nullptr : EVP_aes_128_cbc(), password, size,
                                nullptr, nullptr);
  char* text = nullptr;
  const long length = BIO_get_mem_data(bio.get(), &text);
  return {text, static_cast<std::size_t>(length)};
}

TEST(RsaKey, ItsSignatureIsVerified) {
  const Key key(EVP_RSA_gen(2048));
  const auto ours = RsaKey::FromPem(PemOf(key));
  ASSERT_TRUE(ours);
  const auto signature = ours->Sign("a message");
  ASSERT_TRUE(signature);
  const auto verify = [&](std::string_view message) {
    const std::unique_ptr<EVP_MD_CTX, FreeContext> context(EVP_MD_CTX_new());
    EVP_DigestVerifyInit(context.get(), nullptr, EVP_sha256(), nullptr, key.get());
    const ByteView signed_bytes = AsBytes(*signature);
    const ByteView bytes = AsBytes(message);
    return EVP_DigestVerify(context.get(), signed_bytes.data(), signed_bytes.size(), bytes.data(),
                            bytes.size()) == 1;
  };
  EXPECT_TRUE(verify("a message"));
  EXPECT_FALSE(verify("a massage"));
}

// OpenSSL asked for the passphrase at the terminal.
TEST(RsaKey, AKeyThatIsLockedOrNoneIsRefused) {
  const std::string encrypted = PemOf(Key(EVP_RSA_gen(2048)), "secret");
  ASSERT_TRUE(encrypted.contains("ENCRYPTED"));
  const std::string curve = PemOf(Key(EVP_EC_gen("P-256")));
  for (const std::string& pem : {encrypted, curve, std::string("no key"), std::string()}) {
    const auto key = RsaKey::FromPem(pem);
    ASSERT_FALSE(key);
    EXPECT_EQ(key.error().kind, ErrorKind::kUnreadable);
    EXPECT_EQ(key.error().detail, "the private key is not an RSA key in PEM");
  }
  EXPECT_FALSE(RsaKey::FromPem(std::string((1ULL << 20) + 1, 'x')));
}

}  // namespace
}  // namespace whittle::source
