#include "pixel/range.h"

#include <algorithm>

namespace whittle::pixel {
namespace {

// kOffset + (code - kMiddle) * 255 / kDivisor, halves up. Plain enough for the compiler's vectors.
template <int kMiddle, int kOffset, int kPart, int kDivisor>
void Stretch(std::span<std::uint8_t> codes) {
  // 255 / kDivisor is 1 and kPart / kDivisor; the latter to 16 digits after the point, rounded
  // down, so that the half at chroma's lower end goes up.
  constexpr int kMore = kPart * 65536 / kDivisor;
  static_assert(kPart + kDivisor == 255 && kMore < 32768);
  for (std::uint8_t& code : codes) {
    const int distance = code - kMiddle;
    const int full = kOffset + distance + ((distance * kMore + (1 << 15)) >> 16);
    code = static_cast<std::uint8_t>(std::clamp(full, 0, 255));
  }
}

}  // namespace

void LumaToFull(std::span<std::uint8_t> codes) { Stretch<16, 0, 36, 219>(codes); }

void ChromaToFull(std::span<std::uint8_t> codes) { Stretch<128, 128, 31, 224>(codes); }

}  // namespace whittle::pixel
