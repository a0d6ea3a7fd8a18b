// What of an XMP packet goes along into a result, which stands upright and has a size of its own.
//
// For the pipeline. Any thread. Parsed by expat, without recursion; linear in the packet (100 KiB
// in about 1 ms). Memory: what escapes can make of a packet at most is asked for at once, and taken
// from the system as it is filled.
#pragma once

#include <cstdint>
#include <stop_token>
#include <string>

#include "whittle/bytes.h"

namespace whittle::codec {

/// What escapes can make of a byte at most: of a quote in an attribute six.
inline constexpr std::uint64_t kXmpGrowth = 6;

/// `xmp` written anew, in UTF-8 and without padding, as it holds for a result of `width` times
/// `height` pixels: tiff:Orientation is 1, tiff:ImageWidth and ImageLength and exif:PixelXDimension
/// and PixelYDimension are the result's, wherever in the packet they stand, as attributes or
/// elements. Thumbnails, areas of the source in pixels and the pointer to an extended packet go.
/// Names count by their namespace, whatever its prefix; a prefix that nobody declared means what it
/// usually does. Empty when the packet is no well-formed XML, declares a document type (which XMP
/// never does), or nests or declares beyond all use: better none than a wrong one.
/// Empty also where `stop` asks for an end before it.
Bytes XmpToKeep(ByteView xmp, std::uint32_t width, std::uint32_t height,
                const std::stop_token& stop = {});

/// Bytes that a packet of so many and what is kept of it take together, with the longest value as
/// the parser gathers it, in a buffer that doubles.
constexpr std::uint64_t XmpBytesNeeded(std::uint64_t packet) {
  return (1 + kXmpGrowth + 2) * packet;
}

/// "expat 2.5.0", as it is linked.
std::string XmpLibraryVersion();

}  // namespace whittle::codec
