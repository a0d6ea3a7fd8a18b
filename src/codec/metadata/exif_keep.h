// What of a camera's notes goes along into a result, which stands upright and has a size of its
// own.
//
// For the pipeline and for stripping. Any thread. Up to some 100 us.
#pragma once

#include <cstdint>
#include <string_view>

#include "whittle/bytes.h"
#include "whittle/choices.h"

namespace whittle::codec {

/// An EXIF block for a result of `width` times `height` pixels, made of the source's `exif` (a TIFF
/// structure). kAll: everything, sizes in pixels being the result's, but the orientation, which the
/// result does not need, the second directory with its thumbnail, which shows the source, and what
/// says where in the source something lies. kCopyright: the author and the copyright (tags 0x013B
/// and 0x8298) alone. Empty when nothing of that is there or the block is broken.
Bytes ExifToKeep(ByteView exif, Keep keep, std::uint32_t width, std::uint32_t height);

/// Bytes that making it takes besides `exif`: the block and what is loaded of it, and the result
/// while it grows, which may be as large until it is seen to be too large.
inline constexpr std::uint64_t kExifBytes = 1 << 20;

/// "libexif 0.6.24", as it was when Whittle was built: the library does not tell.
std::string_view ExifLibraryVersion();

/// The smallest EXIF block (a TIFF structure) that says an orientation, 1..8.
Bytes OrientationExif(int orientation);

}  // namespace whittle::codec
