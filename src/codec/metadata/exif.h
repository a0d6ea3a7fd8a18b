// The one thing we take from a camera's notes: which way up the picture is.
//
// For codecs. Any thread. 3 to 11 us for a camera's EXIF block; about 5 ms for the worst 64 KiB
// that could be made (thousands of overlapping entries).
#pragma once

#include "whittle/bytes.h"

namespace whittle::codec {

/// The orientation (1..8, EXIF 2.3 tag 0x0112) an EXIF block asks for. `exif` begins with
/// "Exif\0\0". 1, as stored, when the block is broken, silent or asks for anything else.
int ExifOrientation(ByteView exif);

}  // namespace whittle::codec
