// What libjpeg calls while it reads: our source manager over memory, the catcher of metadata
// segments, and the monitor that ends scan bombs and cancelled jobs.
//
// For decoder.cc only. All of it runs inside Guarded() and leaves through the trap.
#pragma once

#include "codec/jpeg/decoder.h"

namespace whittle::codec {

/// Lets `decoder.c` read from `file`. A header that runs into the file's end is kUndecodable at
/// once, for libjpeg's own memory source plays end-of-image markers for ever, which made megabyte
/// files cost seconds. So a header costs 3.3 ms a megabyte at worst (a flood of tables; measured),
/// and the limit on source bytes is all it needs. Behind the header the file's end reads as one
/// end-of-image marker (whole.h), which is the last that libjpeg asks for.
void ReadFrom(Decoder& decoder, ByteView file);

/// Notes where the Exif and ICC segments lie, without copying them.
void CatchSegments(Decoder& decoder);

/// Checks the stop request and the scan limits on every row of blocks that libjpeg consumes.
void WatchScans(Decoder& decoder);

}  // namespace whittle::codec
