// What a PNG says of its colours beside a profile: cICP, and gAMA with cHRM (PNG third edition, 4.3
// and 11.3.2).
//
// For the png_*.cc files only. Pure functions, any thread, some ns. The order, by whoever asks:
// cICP, iCCP, sRGB, gAMA with cHRM; what is broken or unknown is passed over, as by Chromium.
#pragma once

#include <optional>

#include "codec/png/file.h"
#include "pixel/colour_space.h"

namespace whittle::codec {

/// Nothing where there is no cICP, where its code points are unknown or not for pictures (Chromium
/// 156 knows the same ones), and where samples are not RGB of full range.
std::optional<pixel::Cicp> PngCicpOf(const PngFile& png);

/// Nothing where there is no gAMA, which is needed by Chromium, too, or where either chunk makes no
/// sense. Nothing for what is meant as sRGB: a gamma within 5 % of 0.45455, which libpng and
/// Chromium take for the same, with sRGB's chromaticities or without any.
std::optional<pixel::Calibration> PngCalibrationOf(const PngFile& png);

}  // namespace whittle::codec
