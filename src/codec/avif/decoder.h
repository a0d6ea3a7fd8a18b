// A libavif decoder that reads from memory, stops on request and keeps within Limits; AV1 itself is
// decoded by dav1d.
//
// For the avif_*.cc files only; nothing above the codec room sees libavif's types. A decoder
// belongs to one job and stays where it was made, since libavif points into it.
//
// libavif has no hook inside one AV1 picture: a stop request is seen before each tile of a grid and
// between bands of rows, and a single-tile picture, once begun, is decoded whole.
#pragma once

#include <avif/avif.h>

#include <memory>
#include <optional>
#include <stop_token>
#include <vector>

#include "codec/avif/mend.h"
#include "codec/codec.h"
#include "pixel/view.h"
#include "whittle/bytes.h"
#include "whittle/expected.h"
#include "whittle/limits.h"

namespace whittle::codec {

struct DestroyAvifDecoder {
  void operator()(avifDecoder* decoder) const { avifDecoderDestroy(decoder); }
};

struct AvifDecoder {
  avifIO io{};
  ByteView file;
  std::vector<MendedBox> mended;  // in their places
  std::stop_token stop;
  bool decoding = false;   // the boxes are read: what is missing from now on is pixels
  bool truncated = false;  // some are, and have been filled in
  std::unique_ptr<avifDecoder, DestroyAvifDecoder> d;
};
using AvifDecoderPtr = std::unique_ptr<AvifDecoder>;

/// What is to be shown of the picture, and how.
struct AvifView {
  avifCropRect part{};  ///< of the coded picture: its clean aperture, or all
  int orientation = 1;  ///< EXIF's word for the file's rotation and mirror, in this order
  pixel::PixelFormat format = pixel::PixelFormat::kRgb8;  ///< of rows
};

enum class AvifMetadata : std::uint8_t { kSkip, kRead };

/// Parses the boxes of `file`, which must outlive the decoder, and holds them against `limits`:
/// source bytes, pixels and memory. Nothing is decoded. Errors: kUnsupported, kUndecodable,
/// kTooLarge, kCancelled, kInternal.
Expected<AvifDecoderPtr> OpenAvifDecoder(ByteView file, const Limits& limits, std::stop_token stop,
                                         AvifMetadata metadata = AvifMetadata::kSkip);

/// As the parsed boxes say.
AvifView ViewOf(const avifDecoder& decoder);

/// Luma and chroma, where the whole picture can be given so: 8 bits, BT.601, no alpha.
std::optional<PlaneShapes> AvifPlanesOf(const avifDecoder& decoder);

/// Decodes the picture, whole, into decoder.d->image. What the boxes said holds then. Of a grid
/// that is cut, whole rows of cells are there, and below them each plane has the mean of its last
/// row; nothing of one with alpha, a cell of which begins behind the end of the file: there libavif
/// 0.11 gives up. Errors: kUndecodable, kTooLarge, kCancelled.
Expected<void> DecodeAvif(AvifDecoder& decoder);

/// Upper estimate of what libavif, dav1d, our own conversion and the mended boxes hold at once,
/// bytes.
std::uint64_t AvifDecodeBytes(const AvifDecoder& decoder);

/// The error for a `result` that is not AVIF_RESULT_OK.
Error AvifErrorOf(const AvifDecoder& decoder, avifResult result);

}  // namespace whittle::codec
