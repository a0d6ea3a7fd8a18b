// Whether a text is SVG: XML whose root element is called svg.
//
// Pure; any thread. Cost: one step for each of the first kSvgSniffBytes at most.
#pragma once

#include <cstddef>

#include "whittle/bytes.h"

namespace whittle::codec {

/// The root element has to begin within so many characters; comments and a DOCTYPE may precede it.
inline constexpr std::size_t kSvgSniffBytes = 64 << 10;

/// UTF-8 and whatever else shares ASCII, or UTF-16, with a byte order mark or without. The element
/// may have any prefix. HTML that has an svg element is not SVG.
bool IsSvgText(ByteView head);

}  // namespace whittle::codec
