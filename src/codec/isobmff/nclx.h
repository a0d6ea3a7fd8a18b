// Colours that AVIF and HEIF describe by code points (the box colr, nclx; ISO/IEC 23008-12, 6.5.5).
//
// For codecs, and for `whittle probe`. Pure functions, any thread.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <optional>

#include "pixel/colour_space.h"
#include "whittle/bytes.h"

namespace whittle::codec {

/// Empty where they are sRGB's. Stills that say BT.709 or another camera's transfer function mean
/// the curve of their screens, and browsers (Chromium 156) take sRGB's for it, as for what is
/// unspecified; so does this. What has no meaning (H.273, tables 2 and 3) counts as unspecified.
inline pixel::ColourSpace ColourOfNclx(int primaries, int transfer) {
  constexpr std::array kPrimaries = {1, 4, 5, 6, 7, 8, 9, 10, 11, 12, 22};
  constexpr std::array kTransfers = {4, 5, 7, 8, 13, 16, 17, 18};
  if (std::ranges::find(kPrimaries, primaries) == kPrimaries.end()) primaries = 1;
  if (std::ranges::find(kTransfers, transfer) == kTransfers.end()) transfer = 13;
  if (primaries == 1 && transfer == 13) return {};
  return {.cicp = pixel::Cicp{static_cast<std::uint8_t>(primaries),
                              static_cast<std::uint8_t>(transfer)},
          .calibration = {}};
}

/// The box as it stands (H.273, 8.1 to 8.3).
struct NclxBox {
  int primaries = 2;  ///< 2: unspecified, here and below
  int transfer = 2;
  int matrix = 2;
  bool full_range = false;
};
/// The primary item's; nothing where it has none, or where its boxes are not to be read.
std::optional<NclxBox> ReadNclx(ByteView file);

}  // namespace whittle::codec
