// EXIF and XMP of a JPEG file.
//
// For the codec's row alone. Any thread; a walk over the segments before the first scan.
#pragma once

#include "codec/codec.h"

namespace whittle::codec {

/// The first EXIF and XMP segments (EXIF 2.3, 4.7.2; XMP part 3, 1.1.3). Empty for what is missing
/// or has more than limits.max_icc_bytes; what an extended XMP packet adds is left out.
Metadata JpegMetadata(ByteView file, const Limits& limits);

}  // namespace whittle::codec
