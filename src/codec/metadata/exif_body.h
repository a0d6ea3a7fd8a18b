// Where an EXIF block's TIFF structure begins: formats put different things before it.
//
// For codecs. Any thread; looks at a few bytes.
#pragma once

#include "whittle/bytes.h"

namespace whittle::codec {

/// True when `bytes` begin as a TIFF structure does.
bool IsTiff(ByteView bytes);

/// `exif` without "Exif\0\0" in front; empty when no TIFF structure follows.
ByteView TiffPart(ByteView exif);

/// The same for an item or box of ISO base media files (HEIF, AVIF, JPEG XL), which begins with how
/// many bytes lie between its first four and the TIFF structure.
ByteView TiffPartOfItem(ByteView item);

}  // namespace whittle::codec
