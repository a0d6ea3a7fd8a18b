// 128-bit content hashes (XXH3): for ETags and coalescing keys, never for secrets.
//
// Any thread; about 30 GB/s. The digest is the same on every machine, byte order included.
#pragma once

#include <cstdint>
#include <memory>
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

/// The hash of bytes that come a piece at a time. One thread at a time; allocates 576 bytes.
class Hasher {
 public:
  explicit Hasher(std::uint64_t seed = 0);
  void Add(ByteView bytes);
  /// Equal to HashOf all that was added so far, in one piece.
  Hash128 Get() const;

 private:
  struct Free {
    void operator()(void* state) const;
  };
  std::unique_ptr<void, Free> state_;
};

/// 32 lower-case hexadecimal digits.
std::string ToHex(const Hash128& hash);

}  // namespace whittle
