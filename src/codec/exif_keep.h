// What of a camera's notes goes along into a result.
//
// For the pipeline. Any thread. Up to some 100 us.
#pragma once

#include "whittle/bytes.h"
#include "whittle/transform.h"

namespace whittle::codec {

/// An EXIF block for the result, made of the source's `exif` (a TIFF structure). kAll: everything
/// but the orientation, which the result does not need, and the thumbnail, which shows the source.
/// kCopyright: the author and the copyright (tags 0x013B and 0x8298) alone. Empty when nothing of
/// that is there or the block is broken.
Bytes ExifToKeep(ByteView exif, Keep keep);

}  // namespace whittle::codec
