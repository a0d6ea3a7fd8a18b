// WebP files whose sizes do not agree: those that end too early, and those that only say so.
//
// For the webp_*.cc files only. Any thread. Cost: a walk over chunk heads, and a copy of the file.
#pragma once

#include <cstddef>
#include <cstdint>

#include "whittle/bytes.h"

namespace whittle::codec {

// The container (RFC 9649, 2.3 to 2.5).
inline constexpr std::size_t kRiffHead = 12;  ///< "RIFF", its size, "WEBP"
inline constexpr std::size_t kChunkHead = 8;  ///< a name and a size

std::uint64_t LittleEndian(ByteView bytes, std::size_t at, std::size_t count);

struct MendedWebp {
  Bytes file;
  bool cut = false;            ///< amid the picture or a frame
  std::size_t picture_at = 0;  ///< offset of the picture's chunk where that is cut, else 0
};

/// A copy with sizes that agree: all whole chunks from the first on, and what is there of a still
/// picture. What is not whole otherwise is left out, with all behind it.
MendedWebp MendWebp(ByteView file);

/// Makes the chunk at `at`, unless that is 0, say that it is longer than it is: libwebp gives rows
/// of a lossless picture that ends early only while it waits for more.
void ExpectMore(Bytes& mended, std::size_t at);

}  // namespace whittle::codec
