// 128-bit content hashes (XXH3): for ETags and coalescing keys, never for secrets.
//
// Any thread; about 30 GB/s. The digest is the same on every machine, byte order included.
#pragma once

#include <cstdint>
#include <string>

#include "whittle/bytes.h"

namespace whittle {

struct Hash128 {
  std::uint64_t high = 0;
  std::uint64_t low = 0;
  friend bool operator==(const Hash128&, const Hash128&) = default;
};

/// Hash of `bytes`; different seeds give unrelated hashes.
Hash128 HashOf(ByteView bytes, std::uint64_t seed = 0);

/// 32 lower-case hexadecimal digits.
std::string ToHex(const Hash128& hash);

}  // namespace whittle
