// Compiled once per instruction set by foreach_target.h, which includes this file again and again.
#include "pixel/range.h"

#include <algorithm>
#include <cstddef>

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "pixel/range.cc"
#include "hwy/foreach_target.h"
#include "hwy/highway.h"

#ifndef WHITTLE_PIXEL_RANGE_STRETCH
#define WHITTLE_PIXEL_RANGE_STRETCH
namespace whittle::pixel {

// offset + (code - middle) * 255 / divisor, halves up, as a whole and a part: 255 / divisor is 1
// and more / 32768. Of the numbers whose results are right for every code, those in the middle.
struct Stretch {
  int middle, offset, more;
};
inline constexpr Stretch kStretchLuma = {16, 0, 5387};       // 36 / 219
inline constexpr Stretch kStretchChroma = {128, 128, 4533};  // 31 / 224

}  // namespace whittle::pixel
#endif

HWY_BEFORE_NAMESPACE();
namespace whittle::pixel::HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

void StretchCodes(Stretch by, const std::uint8_t* codes, std::size_t count, std::uint8_t* full) {
  const hn::ScalableTag<std::int16_t> wide;
  const hn::Rebind<std::uint8_t, decltype(wide)> narrow;
  const std::size_t lanes = hn::Lanes(wide);
  const auto middle = hn::Set(wide, static_cast<std::int16_t>(by.middle));
  const auto offset = hn::Set(wide, static_cast<std::int16_t>(by.offset));
  const auto more = hn::Set(wide, static_cast<std::int16_t>(by.more));
  std::size_t i = 0;
  for (; i + lanes <= count; i += lanes) {
    const auto distance = hn::Sub(hn::PromoteTo(wide, hn::LoadU(narrow, codes + i)), middle);
    const auto added = hn::MulFixedPoint15(distance, more);
    const auto result = hn::Add(hn::Add(distance, offset), added);
    hn::StoreU(hn::DemoteTo(narrow, result), narrow, full + i);
  }
  for (; i < count; ++i) {
    const int distance = codes[i] - by.middle;
    const int result = by.offset + distance + ((distance * by.more + (1 << 14)) >> 15);
    full[i] = static_cast<std::uint8_t>(std::clamp(result, 0, 255));
  }
}

}  // namespace whittle::pixel::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace whittle::pixel {

HWY_EXPORT(StretchCodes);

void LumaToFull(std::span<const std::uint8_t> codes, std::uint8_t* full) {
  HWY_DYNAMIC_DISPATCH(StretchCodes)(kStretchLuma, codes.data(), codes.size(), full);
}

void ChromaToFull(std::span<const std::uint8_t> codes, std::uint8_t* full) {
  HWY_DYNAMIC_DISPATCH(StretchCodes)(kStretchChroma, codes.data(), codes.size(), full);
}

}  // namespace whittle::pixel
#endif
