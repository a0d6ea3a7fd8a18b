// What libjpeg has read from a header, in the terms of our own decoder (room jpeg).
//
// For planes.cc and tests. libjpeg's reading of headers decides; there is no second opinion on
// markers, tables or colour.
#pragma once

#include <optional>

#include "codec/jpeg/decoder.h"
#include "jpeg/scan.h"

namespace whittle::codec {

/// The only scan of a plain baseline picture; nothing for all others: progressive, arithmetic
/// coding, more than one scan, and whatever else is not as usual. `decoder` has read the header and
/// stands at the scan's data, which the result refers to.
std::optional<jpeg::Scan> ScanOf(const Decoder& decoder);

}  // namespace whittle::codec
