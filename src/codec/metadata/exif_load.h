// An EXIF block in libexif's hands, within a bound: the library copies each value, values may
// overlap, and 64 KiB that were made for it became 14 MB, and 14 more when they were written.
//
// For codec/metadata/exif*.cc only. Any thread, but a block stays with the one that loaded it.
#pragma once

#include <libexif/exif-data.h>

#include <cstddef>
#include <memory>

#include "whittle/bytes.h"

namespace whittle::codec {

struct ReleaseExif {
  void operator()(ExifData* data) const { exif_data_unref(data); }
};
using ExifPtr = std::unique_ptr<ExifData, ReleaseExif>;

/// A JPEG segment's; more cannot be an EXIF block.
inline constexpr std::size_t kLargestExif = 0xFFFF;
/// What is loaded of one: its values and thumbnail, and up to a thousand small objects.
inline constexpr std::size_t kLoadedExif = std::size_t{3} * 65536;

/// An empty one, which does not change what is put into it; null without memory.
ExifPtr NewExif();

/// `block` is "Exif\0\0" and at most kLargestExif after it. Null when it would take more than
/// kLoadedExif. What is broken is left out.
ExifPtr LoadExif(ByteView block);

}  // namespace whittle::codec
