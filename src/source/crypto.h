// Digests, signatures and their spellings, as stores ask for them; by OpenSSL.
//
// Any thread. Cost: a microsecond or two, but a millisecond to sign with RSA. What OpenSSL fails at
// for want of memory throws std::bad_alloc.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "whittle/bytes.h"
#include "whittle/expected.h"

// NOLINTNEXTLINE(readability-identifier-naming): OpenSSL's name of what is EVP_PKEY, too
struct evp_pkey_st;

namespace whittle::source {

using Digest256 = std::array<std::uint8_t, 32>;

Digest256 Sha256(std::string_view message);
Digest256 HmacSha256(ByteView key, std::string_view message);

/// Lower-case hexadecimal digits.
std::string Hex(ByteView bytes);
/// With +, / and padding.
std::string Base64(ByteView bytes);
/// With - and _, without padding.
std::string Base64Url(ByteView bytes);
/// Reads what Base64 writes, nothing else.
std::optional<std::string> FromBase64(std::string_view text);

/// A private RSA key.
class RsaKey {
 public:
  /// From PKCS #8 or PKCS #1 in PEM, not encrypted. The error's detail tells nothing of the key.
  static Expected<RsaKey> FromPem(std::string_view pem);
  /// RSASSA-PKCS1-v1_5 with SHA-256, which JWT calls RS256.
  Expected<std::string> Sign(std::string_view message) const;

 private:
  struct Free {
    void operator()(evp_pkey_st* key) const;
  };
  explicit RsaKey(std::unique_ptr<evp_pkey_st, Free> key) : key_(std::move(key)) {}
  std::unique_ptr<evp_pkey_st, Free> key_;
};

}  // namespace whittle::source
