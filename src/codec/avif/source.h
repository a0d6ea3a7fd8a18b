// The decoding half of the AVIF codec. Called through codec.h only; see there for the contract.
#pragma once

#include <cstdint>
#include <memory>
#include <stop_token>

#include "codec/codec.h"

namespace whittle::codec {

/// Parses the boxes; AV1 is decoded by the first Read, whole.
Expected<std::unique_ptr<RowSource>> OpenAvif(ByteView file, const Limits& limits,
                                              std::stop_token stop);

/// The same for planes, of pictures that have them.
Expected<std::unique_ptr<PlaneSource>> OpenAvifPlanes(ByteView file, const Limits& limits,
                                                      std::stop_token stop);

/// The boxes alone.
Expected<Header> ProbeAvif(ByteView file, const Limits& limits);
Metadata MetadataOfAvif(ByteView file, const Limits& limits);

/// Bytes of the rows that a source converts at once.
std::uint64_t AvifBandBytes(std::uint32_t width, pixel::PixelFormat format);

}  // namespace whittle::codec
