// The sources of the golden pictures, made in code by whole numbers only, so that they are the same
// on every machine: gradients, saturated colours, fine stripes, and nothing that is symmetric.
//
// For goldens_test.cc. Slow and plain.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

#include "whittle/bytes.h"

namespace whittle::test {

/// 96x64 but for Subject.
enum class GoldenSource : std::uint8_t {
  kScene,      ///< a house, a hill, the sun, stripes and patches; PNG
  kPhoto,      ///< the same as a JPEG with colour at half resolution
  kTurned,     ///< the same as a JPEG whose EXIF orientation is 6
  kInk,        ///< the same as a CMYK JPEG
  kGrey,       ///< the same in grey, PNG
  kAlpha,      ///< the same fading into transparency around an ellipse, PNG
  kWide,       ///< the same in 16 bits, PNG
  kWideAlpha,  ///< the last two together
  kAdobe,      ///< the same with a profile of wider primaries, PNG
  kFramed,     ///< a part of it in a border whose codes differ by up to 3, PNG
  kSubject,    ///< 120x40: grey grain at the left, something of the colour of skin at the right
};

/// The file. Throws where a codec of it is not in this build.
Bytes FileOf(GoldenSource source);

/// Name of its format's codec.
std::string_view FormatOf(GoldenSource source);

}  // namespace whittle::test
