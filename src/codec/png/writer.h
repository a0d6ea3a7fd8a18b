// Chunks of a new PNG file: all but the compressed picture.
//
// For the writing png_*.cc files only. Any thread. Cost: what is embedded is deflated and summed.
#pragma once

#include <cstdint>

#include "codec/codec.h"
#include "codec/png/image.h"
#include "whittle/bytes.h"

namespace whittle::codec {

/// In the order of PNG's bytes, most significant first.
void AppendPng32(Bytes& to, std::uint32_t value);

/// Whole chunk.
void AppendPngChunk(Bytes& file, std::uint32_t name, ByteView body);

/// Signature up to the picture: IHDR, cICP, iCCP, PLTE, tRNS, eXIf and XMP as iTXt.
void AppendPngHead(Bytes& file, const PngImage& image, const EncodeSpec& spec);

}  // namespace whittle::codec
