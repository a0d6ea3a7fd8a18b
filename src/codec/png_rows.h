// The packed rows of a compressed PNG picture, top to bottom: decompressed, unfiltered, and put in
// order where they were interlaced.
//
// For the png_*.cc files only. Two ways lead there. Small pictures that are not interlaced are
// decompressed by libdeflate in one call and unfiltered by us, at half the cost; all others, and
// those where anything is amiss, are read by libpng, so that what counts as damaged is one thing:
//
//  - The data ends before the last row, zlib finds an error, or a row has no such filter:
//    undecodable.
//  - zlib's checksum (Adler-32) is wrong or missing: undecodable, no matter what the CRCs say.
//  - Bytes behind that checksum: not our concern.
//  - More rows than the picture has: not decompressed, so that there is no checksum to compare.
//    Then the CRCs decide.
//
// One belongs to one job. A stop request is seen at every row and, by libpng, at every 8 KiB.
#pragma once

#include <cstdint>
#include <memory>
#include <stop_token>

#include "codec/png_file.h"
#include "whittle/bytes.h"
#include "whittle/expected.h"

namespace whittle::codec {

class PngRows {
 public:
  virtual ~PngRows() = default;
  /// The next row, valid until the next call; at most shape.height calls, and none after an error.
  /// Errors: kUndecodable, kCancelled, kInternal.
  virtual Expected<const std::uint8_t*> Next() = 0;
};

/// What a compressed picture is decoded from. `shape` may be that of a frame of an animation.
struct PngPicture {
  ByteView file;
  PngShape shape;
  PngData data;
};

/// The quick way is for pictures of no more than so many bytes of filtered rows. Beyond it they no
/// longer stay in a cache of usual size and less is gained, while memory for each job grows.
inline constexpr std::uint64_t kMaxInflatedPng = 32ULL << 20;

/// By whichever way suits.
std::unique_ptr<PngRows> OpenPngRows(const PngPicture& picture, std::stop_token stop);

/// Always by libpng. In png_libpng.cc.
std::unique_ptr<PngRows> OpenLibpngRows(const PngPicture& picture, std::stop_token stop);

/// Upper estimate of what OpenPngRows allocates, bytes.
std::uint64_t PngRowsBytes(const PngPicture& picture);

}  // namespace whittle::codec
