// The packed rows of a compressed PNG picture, top to bottom: decompressed, unfiltered, and put in
// order where they were interlaced.
//
// For the png_*.cc files only. Two ways lead there. Small pictures that are not interlaced are
// decompressed by libdeflate in one call; all others, and those where anything is amiss, by zlib
// row by row, which gives what there is. So what counts as there is one thing:
//
//  - All rows are there: the picture is whole, whatever is behind them: nothing, no checksum
//    (Adler-32) or a wrong one, a last block that says it is longer, more rows than the picture
//    has.
//  - The data ends, zlib finds an error, or a row has no such filter: rows before are there, and
//    those after are missing. Of an interlaced picture that is all that can be made of the pixels
//    before: each stands for its block, as in browsers.
//  - In both cases, unless zlib's checksum is right, the CRCs of all chunks that are whole must be:
//    what was damaged on its way is undecodable.
//  - Not even the first row is there: undecodable.
//
// One belongs to one job. A stop request is seen at every row, and amid long ones (inflater.h).
#pragma once

#include <cstdint>
#include <memory>
#include <stop_token>

#include "codec/png/file.h"
#include "whittle/bytes.h"
#include "whittle/expected.h"

namespace whittle::codec {

class PngRows {
 public:
  virtual ~PngRows() = default;
  /// The next row, valid until the next call that gives one; null where it is missing, as are then
  /// all after it. At most shape.height calls, and none after an error. Errors: kUndecodable,
  /// kCancelled, kInternal.
  virtual Expected<const std::uint8_t*> Next() = 0;
  /// True once a row was missing, or made of fewer pixels than it has.
  virtual bool truncated() const = 0;
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

/// Always by zlib. In stream_rows.cc.
std::unique_ptr<PngRows> OpenPngStreamRows(const PngPicture& picture, std::stop_token stop);

/// Upper estimate of what OpenPngRows allocates, bytes.
std::uint64_t PngRowsBytes(const PngPicture& picture);
/// For any picture that is no wider, no higher and has no more compressed bytes.
std::uint64_t PngRowsBytesAtMost(const PngShape& shape, std::uint64_t data_bytes);

}  // namespace whittle::codec
