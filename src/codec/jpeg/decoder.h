// A libjpeg decompressor that reads from memory, stops on request and keeps within Limits.
//
// For the jpeg_*.cc files only; nothing above the codec room sees libjpeg's types. A Decoder
// belongs to one job and stays where it was made, since libjpeg points into it.
#pragma once

#include <memory>
#include <optional>
#include <stop_token>

#include "codec/codec.h"
#include "codec/jpeg/error.h"
#include "codec/jpeg/mcus.h"
#include "codec/metadata/icc.h"
#include "pixel/view.h"
#include "whittle/bytes.h"
#include "whittle/expected.h"
#include "whittle/limits.h"

namespace whittle::codec {

struct Decoder {
  jpeg_decompress_struct c{};
  ErrorTrap trap;
  jpeg_source_mgr input{};
  jpeg_progress_mgr progress{};
  std::stop_token stop;
  Limits limits;
  ByteView file;  ///< without the zeros at its end
  bool header_read = false;
  bool ran_out = false;  ///< behind the header, libjpeg asked for what is behind the file's end
  McuWatch mcus;         ///< attached where the trap allows gaps
  ByteView exif;  ///< body of the first Exif APP1, with its "Exif\0\0"; empty when there is none
  IccChunks icc;
};

struct DestroyDecoder {
  void operator()(Decoder* decoder) const;
};
using DecoderPtr = std::unique_ptr<Decoder, DestroyDecoder>;

/// Reads the header of `file`, which must outlive the decoder, and holds it against `limits`:
/// source bytes, pixels and memory. Decoding has not begun. Errors: kUnsupported, kUndecodable,
/// kTooLarge, kInternal.
Expected<DecoderPtr> OpenDecoder(ByteView file, const Limits& limits, std::stop_token stop);

/// Opens `decoder`'s file once more, to be read with its gaps; nothing is decoded then. Errors as
/// OpenDecoder.
Expected<void> ReopenForGaps(DecoderPtr& decoder);

/// The format of decoded rows; nothing for two components, five and more.
std::optional<pixel::PixelFormat> FormatOf(const jpeg_decompress_struct& c);

/// The planes of a YCbCr picture whose luma is whole and whose chroma is reduced by whole numbers;
/// nothing for all else. In planes_source.cc.
std::optional<PlaneShapes> PlanesOf(const jpeg_decompress_struct& c);

/// Upper estimate of what libjpeg allocates to decode the picture whose header `c` has read, bytes.
std::uint64_t DecodeBytes(jpeg_decompress_struct& c);

}  // namespace whittle::codec
