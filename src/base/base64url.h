// base64url (RFC 4648, 5) without padding: bytes in URLs.
//
// Pure functions; any thread; linear.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "whittle/bytes.h"

namespace whittle {

std::string ToBase64Url(ByteView bytes);

/// Nothing for other characters, padding included, and for a length that none has. Bits that are
/// left over are not looked at: who needs one text for the same bytes compares with ToBase64Url.
std::optional<std::string> FromBase64Url(std::string_view text);

}  // namespace whittle
