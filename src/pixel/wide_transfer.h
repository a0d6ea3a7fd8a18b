// sRGB's transfer function for 16-bit codes: to amounts of light as floats, and back.
//
// Used by WideResizer and ConvertRows. Immutable; the tables are built on first use, 256 KB for
// decoding and 128 KB for encoding. The same on every CPU: no table value lies so close to the
// middle between two floats that the last bit of the C library's pow could change it, and a lookup
// only multiplies, subtracts and adds.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>

namespace whittle::pixel {

inline constexpr int kWideMost = 65535;

/// The amount of light, 0..1, of each code.
using WideDecodeTable = std::array<float, kWideMost + 1>;
const WideDecodeTable& WideDecoding();

/// Codes at equally spaced amounts of light, with straight lines between. The function is straight
/// itself where it is steep, so that at most 0.1 of a code is lost, at the bend between its pieces.
class WideEncodeTable {
 public:
  /// The code nearest to `light`, give or take what is lost; what passes 0..1 is clamped. Decoding
  /// a code and encoding the result gives the code back.
  std::uint16_t operator()(float light) const {
    const float place = std::clamp(light, 0.0F, 1.0F) * float{kSteps};
    const int step = static_cast<int>(place);
    const float* code = codes_.data() + step;
    const float between = code[0] + (place - static_cast<float>(step)) * (code[1] - code[0]);
    return static_cast<std::uint16_t>(between + 0.5F);
  }

 private:
  friend const WideEncodeTable& WideEncoding();
  WideEncodeTable();  // NOLINT(modernize-use-equals-delete): its friend calls it

  static constexpr int kSteps = 1 << 15;
  std::array<float, kSteps + 2> codes_{};  ///< the last is read only to be multiplied by 0
};
const WideEncodeTable& WideEncoding();

}  // namespace whittle::pixel
