// Whether a JPEG file says that it carries an HDR gain map: a second picture behind the first one's
// end, by which a bright display may raise the first. Whittle gives the first picture alone.
//
// For the JPEG codec's header. Any thread; a walk over the segments before the first scan, and over
// those of the pictures that a multi-picture index (CIPA DC-007) names.
#pragma once

#include "whittle/bytes.h"

namespace whittle::codec {

/// True when the file, or a picture that its index points to, names a gain map: by Adobe's XMP
/// namespace, which Ultra HDR uses as well, by Apple's, or by ISO 21496-1.
bool JpegHasGainMap(ByteView file);

/// True when an XMP packet describes a gain map, which a new file that has none must not carry.
bool XmpNamesGainMap(ByteView xmp);

}  // namespace whittle::codec
