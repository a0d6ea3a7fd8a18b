// A zlib stream by libdeflate, which has neither a stream nor a way to be stopped: what would take
// long goes in bands, each compressed by itself, and the bands' blocks are joined into one stream.
//
// For the writing files of codec/png only. Any thread. What one call costs is in deflate.cc; a stop
// request is seen between two bands, 0.1 s of CPU at most. Bands cost up to 1 % more bytes, since
// none refers to the one before it.
#pragma once

#include <stop_token>

#include "whittle/bytes.h"
#include "whittle/expected.h"

namespace whittle::codec {

/// `level` is libdeflate's, 1 to 12. Errors: kInternal without memory, kCancelled.
Expected<Bytes> DeflatedPng(ByteView bytes, int level, const std::stop_token& stop);

}  // namespace whittle::codec
