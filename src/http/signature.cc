#include "http/signature.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <array>
#include <cstddef>

namespace whittle::http {
namespace {

constexpr std::size_t kLeastKey = 16;        // bytes
constexpr std::size_t kLeastSignature = 16;  // bytes
constexpr std::size_t kWhole = 32;
constexpr std::string_view kAlphabet =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

using Digest = std::array<std::uint8_t, kWhole>;

Digest DigestOf(const SigningKey& key, std::string_view message) {
  Digest digest{};
  unsigned size = 0;
  const ByteView bytes = AsBytes(message);
  HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()), bytes.data(), bytes.size(),
       digest.data(), &size);
  return digest;
}

// The bytes of base64url, nothing when it is malformed: what is left of the last character's bits
// has to be zero, so that no two texts say the same.
std::optional<std::vector<std::uint8_t>> Decode(std::string_view text) {
  std::vector<std::uint8_t> bytes;
  std::uint32_t bits = 0;
  int count = 0;
  for (const char c : text) {
    const std::size_t value = kAlphabet.find(c);
    if (value == std::string_view::npos) return std::nullopt;
    bits = bits << 6 | static_cast<std::uint32_t>(value);
    count += 6;
    if (count < 8) continue;
    count -= 8;
    bytes.push_back(static_cast<std::uint8_t>(bits >> count));
    bits &= (1U << count) - 1;
  }
  if (count >= 6 || bits != 0) return std::nullopt;
  return bytes;
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
  std::string text;
  std::uint32_t bits = 0;
  int count = 0;
  for (const std::uint8_t byte : DigestOf(key, message)) {
    bits = bits << 8 | byte;
    for (count += 8; count >= 6; count -= 6) text += kAlphabet[bits >> (count - 6) & 63];
    bits &= (1U << count) - 1;
  }
  text += kAlphabet[bits << (6 - count) & 63];  // 32 bytes leave some
  return text;
}

bool IsSignedBy(std::span<const SigningKey> keys, std::string_view signature,
                std::string_view message) {
  // More characters than these cannot be a signature; they are not worth decoding.
  if (signature.size() > (kWhole * 4 + 2) / 3) return false;
  const auto given = Decode(signature);
  if (!given || given->size() < kLeastSignature || given->size() > kWhole) return false;
  bool any = false;
  for (const SigningKey& key : keys) {
    const Digest digest = DigestOf(key, message);
    any |= CRYPTO_memcmp(digest.data(), given->data(), given->size()) == 0;
  }
  return any;
}

}  // namespace whittle::http
