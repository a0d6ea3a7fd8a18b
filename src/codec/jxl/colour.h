// JPEG XL's names for colours and the code points that say the same.
//
// For the jxl_*.cc files only. Pure functions, any thread.
#pragma once

#include <jxl/color_encoding.h>

#include <optional>

#include "pixel/colour_space.h"

namespace whittle::codec {

/// Nothing for what code points cannot say, or do not say alike everywhere: other whites and
/// primaries, gammas, BT.709's transfer function.
std::optional<pixel::Cicp> CicpOf(const JxlColorEncoding& colour);

/// For primaries 1, 9 and 12 and transfer functions 8, 13, 16 and 18; others are taken for sRGB's.
/// `grey`: primaries do not count.
JxlColorEncoding JxlColourOf(const pixel::Cicp& cicp, bool grey);

}  // namespace whittle::codec
