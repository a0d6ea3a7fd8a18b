#include "base/hash.h"

#include <fmt/format.h>
#include <xxhash.h>

namespace whittle {

Hash128 HashOf(ByteView bytes, std::uint64_t seed) {
  const XXH128_hash_t hash = XXH3_128bits_withSeed(bytes.data(), bytes.size(), seed);
  return {hash.high64, hash.low64};
}

std::string ToHex(const Hash128& hash) {
  return fmt::format("{:016x}{:016x}", hash.high, hash.low);
}

}  // namespace whittle
