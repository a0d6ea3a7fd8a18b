#include "source/crypto.h"

#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/pem.h>

#include <new>
#include <utility>

namespace whittle::source {
namespace {

struct FreeBio {
  void operator()(BIO* bio) const { BIO_free(bio); }
};
struct FreeContext {
  void operator()(EVP_MD_CTX* context) const { EVP_MD_CTX_free(context); }
};

// Without this OpenSSL would ask at the terminal.
int NoPassphrase(char*, int, int, void*) { return -1; }

}  // namespace

Digest256 Sha256(std::string_view message) {
  Digest256 digest;
  const ByteView bytes = AsBytes(message);
  if (EVP_Digest(bytes.data(), bytes.size(), digest.data(), nullptr, EVP_sha256(), nullptr) != 1) {
    throw std::bad_alloc();
  }
  return digest;
}

Digest256 HmacSha256(ByteView key, std::string_view message) {
  Digest256 digest;
  const ByteView bytes = AsBytes(message);
  if (HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()), bytes.data(), bytes.size(),
           digest.data(), nullptr) == nullptr) {
    throw std::bad_alloc();
  }
  return digest;
}

std::string Hex(ByteView bytes) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string text;
  text.reserve(bytes.size() * 2);
  for (const std::uint8_t byte : bytes) {
    text += kDigits[byte >> 4];
    text += kDigits[byte & 15];
  }
  return text;
}

std::string Base64(ByteView bytes) {
  std::string text((bytes.size() + 2) / 3 * 4 + 1, '\0');  // and EVP_EncodeBlock's final 0
  const int size = EVP_EncodeBlock(reinterpret_cast<unsigned char*>(text.data()), bytes.data(),
                                   static_cast<int>(bytes.size()));
  text.resize(static_cast<std::size_t>(size));
  return text;
}

std::string Base64Url(ByteView bytes) {
  std::string text = Base64(bytes);
  text.resize(text.find_last_not_of('=') + 1);
  for (char& c : text) c = c == '+' ? '-' : c == '/' ? '_' : c;
  return text;
}

std::optional<std::string> FromBase64(std::string_view text) {
  if (text.size() % 4 != 0 || text.size() > 1ULL << 20) return std::nullopt;
  std::string bytes(text.size() / 4 * 3, '\0');
  const ByteView digits = AsBytes(text);
  if (EVP_DecodeBlock(reinterpret_cast<unsigned char*>(bytes.data()), digits.data(),
                      static_cast<int>(digits.size())) < 0) {
    return std::nullopt;
  }
  // It takes padding for zeros, and spaces for nothing.
  const std::size_t padding = text.ends_with("==") ? 2 : text.ends_with('=') ? 1 : 0;
  bytes.resize(bytes.size() - padding);
  if (Base64(AsBytes(bytes)) != text) return std::nullopt;
  return bytes;
}

void RsaKey::Free::operator()(evp_pkey_st* key) const { EVP_PKEY_free(key); }

Expected<RsaKey> RsaKey::FromPem(std::string_view pem) {
  if (pem.size() > 1ULL << 20) return Fail(ErrorKind::kUnreadable, "the private key is too long");
  const std::unique_ptr<BIO, FreeBio> bio(
      BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())));
  if (bio == nullptr) throw std::bad_alloc();
  std::unique_ptr<evp_pkey_st, Free> key(
      PEM_read_bio_PrivateKey(bio.get(), nullptr, NoPassphrase, nullptr));
  ERR_clear_error();
  if (key == nullptr || EVP_PKEY_get_base_id(key.get()) != EVP_PKEY_RSA) {
    return Fail(ErrorKind::kUnreadable, "the private key is not an RSA key in PEM");
  }
  return RsaKey(std::move(key));
}

Expected<std::string> RsaKey::Sign(std::string_view message) const {
  const std::unique_ptr<EVP_MD_CTX, FreeContext> context(EVP_MD_CTX_new());
  if (context == nullptr) throw std::bad_alloc();
  const ByteView bytes = AsBytes(message);
  auto size = static_cast<std::size_t>(EVP_PKEY_get_size(key_.get()));
  std::string signature(size, '\0');
  if (EVP_DigestSignInit(context.get(), nullptr, EVP_sha256(), nullptr, key_.get()) != 1 ||
      EVP_DigestSign(context.get(), reinterpret_cast<unsigned char*>(signature.data()), &size,
                     bytes.data(), bytes.size()) != 1) {
    ERR_clear_error();
    return Fail(ErrorKind::kUnreadable, "the private RSA key cannot sign");
  }
  signature.resize(size);
  return signature;
}

}  // namespace whittle::source
