// ICC profiles as codecs carry them: collected from a file's pieces, judged by their header, never
// interpreted.
//
// For codecs. One collector belongs to one file. Cost: views only; one copy in Assemble.
#pragma once

#include <array>
#include <cstdint>

#include "whittle/bytes.h"

namespace whittle::codec {

/// True when `profile` looks like a whole ICC profile (ICC.1:2022, 7.2) for pictures of `channels`
/// samples: signature, length, and the colour space GRAY, RGB or CMYK.
bool IccSuits(ByteView profile, int channels);

/// Gathers the APP2 segments over which a JPEG spreads its profile (ICC.1:2022, annex B.4).
class IccChunks {
 public:
  /// Offers the body of one APP2 segment. It is looked at again in Assemble, so it must stay.
  void Add(ByteView segment);
  /// The profile, or nothing when a chunk is missing or disagrees about their number, or when all
  /// are more than `max_bytes` together. Of chunks that come twice the first counts, equal or not,
  /// as in Chromium and libvips.
  Bytes Assemble(std::uint32_t max_bytes) const;

 private:
  std::array<ByteView, 256> chunks_;  ///< by sequence number, from 1
  int count_ = 0;                     ///< chunks there should be
  bool broken_ = false;
};

}  // namespace whittle::codec
