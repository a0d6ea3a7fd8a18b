// Signatures in URLs: who has a key may say what is made of which picture, and nobody else.
//
// A signed path is "/<signature>/<rest>", and the signature is the HMAC-SHA256 (RFC 2104) of the
// exact bytes that are parsed then, still encoded: the mount's prefix, "/<rest>", and "?<query>"
// where there is one. It is written in base64url (RFC 4648, 5) without padding, whole or cut to 16
// bytes at least. Pure, any thread; some microseconds for each key.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "whittle/bytes.h"

namespace whittle::http {

/// A secret of 16 bytes at least.
using SigningKey = std::vector<std::uint8_t>;

/// Reads hex digits. Nothing when they are none, or too few.
std::optional<SigningKey> ParseSigningKey(std::string_view hex);

/// The signature of `message`, whole: 43 characters.
std::string Sign(const SigningKey& key, std::string_view message);

/// True when `signature` is one of `message` by one of `keys`. Takes as long wherever they differ.
bool IsSignedBy(std::span<const SigningKey> keys, std::string_view signature,
                std::string_view message);

}  // namespace whittle::http
