// ICC profiles of colours that a file describes by code points or by a calibration, for results in
// formats that know profiles only.
//
// Version 4 (ICC.1:2022) with parametric curves, which every reader of this century takes, adapted
// to D50 by Bradford's matrix, without a date: some 480 bytes for colour and 300 for grey, the same
// ones every time. Made by lcms2 in some 20 us. Pure function, any thread.
#pragma once

#include "pixel/colour_space.h"
#include "whittle/bytes.h"

namespace whittle::color {

enum class ProfileKind : bool { kColour, kGrey };

/// Empty where the codes are sRGB's (encoding.h), for PQ and HLG, of which an ICC profile would say
/// little that readers agree on, and where lcms2 cannot express them.
Bytes MakeProfile(const pixel::ColourSpace& space, ProfileKind kind);

}  // namespace whittle::color
