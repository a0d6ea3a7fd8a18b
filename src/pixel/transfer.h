// Transfer functions: 8-bit codes to the 16-bit fixed point the resizer computes in, and back.
//
// The fixed point is a signed 16-bit number in which kOne is full white. 1.38 times white still
// fits, and so does the negative side: the lobes of Lanczos3 reach at most 1.28 and -0.28 per axis,
// so nothing is clipped between the passes. sRGB's darkest step (code 1) is 7.2 units.
//
// Used by the resizer and its kernels. Immutable; the tables are built on first use (24 KB each).
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "pixel/range.h"

namespace whittle::pixel {

/// Fixed-point value of full white, in either light: 255 gamma-coded steps of 93.
inline constexpr int kGammaStep = 93;
inline constexpr int kOne = 255 * kGammaStep;

/// What the samples are averaged as. Linear: as amounts of light, decoded and encoded by sRGB's
/// transfer function (IEC 61966-2-1). Gamma: as the codes stand, for chroma that is not weighed by
/// luma (chroma_resizer.h).
enum class Light : std::uint8_t { kLinear, kGamma };

/// sRGB decoding in pieces of 16 codes, so that it needs only 16-entry tables and 16-bit
/// multiplication. Code 16*h + l with h >= 1 has the linear value
///
///   x = 256*l + kDecodeOffset
///   value[h] + M(slope[h] + M(curve[h], x), x)    with M(a, b) = round(a * b / 32768)
///
/// The numbers were searched such that every code gives exactly the rounded value of
/// kOne * linear(code / 255); kOne itself was chosen because such numbers exist for it. The first
/// piece holds the end of sRGB's straight line and is a table of its own.
struct DecodePieces {
  std::array<std::int16_t, 16> value, slope, curve;
};
inline constexpr int kDecodeOffset = 88;
inline constexpr DecodePieces kDecodePieces = {
    .value = {0, 120, 337, 692, 1203, 1885, 2753, 3818, 5089, 6580, 8297, 10251, 12451, 14903,
              17616, 20597},
    .slope = {0, 1206, 2232, 3419, 4753, 6201, 7722, 9309, 11049, 12797, 14689, 16606, 18585, 20640,
              22767, 24955},
    .curve = {0, 4213, 4833, 5356, 5654, 5928, 6320, 6885, 6970, 7528, 7519, 7914, 8211, 8522, 8667,
              8774}};
inline constexpr std::array<std::uint8_t, 16> kDecodeDarkest = {0,  7,  14, 22, 29, 36, 43,  50,
                                                                58, 65, 72, 79, 87, 95, 104, 113};

/// A table of 16-bit values as two tables of bytes, which is how vector units look things up.
template <std::size_t kSize>
struct SplitTable {
  alignas(64) std::array<std::uint8_t, kSize> low{}, high{};

  explicit constexpr SplitTable(const std::array<std::int16_t, kSize>& table) {
    for (std::size_t i = 0; i < kSize; ++i) {
      low[i] = static_cast<std::uint8_t>(table[i] & 0xFF);
      high[i] = static_cast<std::uint8_t>(table[i] >> 8);
    }
  }
};

/// The pieces put together: the linear value of each code.
constexpr std::array<std::int16_t, 256> MakeDecodeTable() {
  const auto multiply = [](int a, int b) { return (a * b + (1 << 14)) >> 15; };
  std::array<std::int16_t, 256> table = {};
  for (std::size_t code = 0; code < 256; ++code) {
    const std::size_t piece = code / 16;
    const int x = static_cast<int>(code % 16) * 256 + kDecodeOffset;
    const int tangent = kDecodePieces.slope[piece] + multiply(kDecodePieces.curve[piece], x);
    table[code] =
        piece == 0 ? std::int16_t{kDecodeDarkest[code]}
                   : static_cast<std::int16_t>(kDecodePieces.value[piece] + multiply(tangent, x));
  }
  return table;
}
inline constexpr SplitTable<256> kDecodeTable{MakeDecodeTable()};

/// The 8-bit code nearest to each value 0..kOne. Decoding a code and encoding the result gives the
/// code back.
using EncodeTable = std::array<std::uint8_t, kOne + 1>;
const EncodeTable& EncodeTableFor(Light light);
/// The same with codes of studio range: of luma for Light::kLinear, 16 + 219 * coded, of chroma for
/// Light::kGamma, 128 + (coded - 128) * 224 / 255.
const EncodeTable& EncodeTableFor(Light light, CodeRange range);

}  // namespace whittle::pixel
