#include "http/signature.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <array>
#include <cstddef>

#include "base/base64url.h"

namespace whittle::http {
namespace {

constexpr std::size_t kLeastKey = 16;        // bytes
constexpr std::size_t kLeastSignature = 16;  // bytes
constexpr std::size_t kWhole = 32;
using Digest = std::array<std::uint8_t, kWhole>;

Digest DigestOf(const SigningKey& key, std::string_view message) {
  Digest digest{};
  unsigned size = 0;
  const ByteView bytes = AsBytes(message);
  HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()), bytes.data(), bytes.size(),
       digest.data(), &size);
  return digest;
}

int HexDigit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

}  // namespace

std::optional<SigningKey> ParseSigningKey(std::string_view hex) {
  if (hex.size() % 2 != 0 || hex.size() < 2 * kLeastKey) return std::nullopt;
  SigningKey key;
  for (std::size_t i = 0; i < hex.size(); i += 2) {
    const int high = HexDigit(hex[i]);
    const int low = HexDigit(hex[i + 1]);
    if (high < 0 || low < 0) return std::nullopt;
    key.push_back(static_cast<std::uint8_t>(high * 16 + low));
  }
  return key;
}

std::string Sign(const SigningKey& key, std::string_view message) {
  return ToBase64Url(DigestOf(key, message));
}

bool IsSignedBy(std::span<const SigningKey> keys, std::string_view signature,
                std::string_view message) {
  // More characters than these cannot be a signature; they are not worth decoding.
  if (signature.size() > (kWhole * 4 + 2) / 3) return false;
  const auto given = FromBase64Url(signature);
  if (!given || given->size() < kLeastSignature || given->size() > kWhole) return false;
  if (ToBase64Url(AsBytes(*given)) != signature) return false;  // no two texts say the same
  bool any = false;
  for (const SigningKey& key : keys) {
    const Digest digest = DigestOf(key, message);
    any |= CRYPTO_memcmp(digest.data(), given->data(), given->size()) == 0;
  }
  return any;
}

}  // namespace whittle::http
