// Compiled once per instruction set by foreach_target.h, which includes this file again and again.
#include "jpeg/rgb_planes.h"

#include <algorithm>

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "jpeg/rgb_planes.cc"
#include "hwy/foreach_target.h"
#include "hwy/highway.h"

HWY_BEFORE_NAMESPACE();
namespace whittle::jpeg::HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

// BT.601 as JFIF uses it, times 2^16; each row's sum is exact, so grey stays grey.
struct Weights {
  std::int32_t r, g, b, offset;
};
constexpr std::int32_t kHalf = 1 << 15;
constexpr Weights kLuma = {19595, 38470, 7471, kHalf};
constexpr Weights kBlue = {-11059, -21709, 32768, (128 << 16) + kHalf - 1};
constexpr Weights kRed = {32768, -27439, -5329, (128 << 16) + kHalf - 1};

using Ints = hn::ScalableTag<std::int32_t>;
using Bytes = hn::Rebind<std::uint8_t, Ints>;
using IntVec = hn::Vec<Ints>;

HWY_INLINE void Weigh(IntVec r, IntVec g, IntVec b, const Weights& w,
                      std::uint8_t* HWY_RESTRICT to) {
  const Ints ints;
  const IntVec sum =
      hn::Add(hn::Add(hn::Mul(r, hn::Set(ints, w.r)), hn::Mul(g, hn::Set(ints, w.g))),
              hn::Add(hn::Mul(b, hn::Set(ints, w.b)), hn::Set(ints, w.offset)));
  hn::StoreU(hn::DemoteTo(Bytes(), hn::ShiftRight<16>(sum)), Bytes(), to);
}

std::uint8_t WeighOne(const std::uint8_t* rgb, const Weights& w) {
  return static_cast<std::uint8_t>((rgb[0] * w.r + rgb[1] * w.g + rgb[2] * w.b + w.offset) >> 16);
}

void Split(const std::uint8_t* HWY_RESTRICT rgb, std::size_t width, std::uint8_t* HWY_RESTRICT y,
           std::uint8_t* HWY_RESTRICT cb, std::uint8_t* HWY_RESTRICT cr) {
  using Wide = hn::ScalableTag<std::uint8_t>;
  const Wide wide;
  const Ints ints;
  const std::size_t lanes = hn::Lanes(wide), step = hn::Lanes(ints);
  HWY_ALIGN std::uint8_t planes[3][hn::MaxLanes(Wide())];
  std::size_t x = 0;
  for (; x + lanes <= width; x += lanes) {
    hn::Vec<Wide> r, g, b;
    hn::LoadInterleaved3(wide, rgb + 3 * x, r, g, b);
    hn::Store(r, wide, planes[0]);
    hn::Store(g, wide, planes[1]);
    hn::Store(b, wide, planes[2]);
    for (std::size_t i = 0; i < lanes; i += step) {
      const IntVec r4 = hn::PromoteTo(ints, hn::Load(Bytes(), planes[0] + i));
      const IntVec g4 = hn::PromoteTo(ints, hn::Load(Bytes(), planes[1] + i));
      const IntVec b4 = hn::PromoteTo(ints, hn::Load(Bytes(), planes[2] + i));
      Weigh(r4, g4, b4, kLuma, y + x + i);
      Weigh(r4, g4, b4, kBlue, cb + x + i);
      Weigh(r4, g4, b4, kRed, cr + x + i);
    }
  }
  for (; x < width; ++x) {
    y[x] = WeighOne(rgb + 3 * x, kLuma);
    cb[x] = WeighOne(rgb + 3 * x, kBlue);
    cr[x] = WeighOne(rgb + 3 * x, kRed);
  }
}

void Halve(const std::uint8_t* upper, const std::uint8_t* lower, std::size_t width,
           std::uint8_t* out) {
  const hn::ScalableTag<std::uint8_t> bytes;
  const hn::Repartition<std::uint16_t, decltype(bytes)> words;
  const hn::Rebind<std::uint8_t, decltype(words)> narrow;
  const std::size_t lanes = hn::Lanes(bytes);
  const auto low = hn::Set(words, 0xFF);
  // 1, 2, 1, 2, ... before the two bits of the sum are dropped.
  const auto bias = hn::Add(hn::Set(words, 1), hn::And(hn::Iota(words, 0), hn::Set(words, 1)));
  const auto pairs = [&](const std::uint8_t* row) {
    const auto both = hn::BitCast(words, hn::LoadU(bytes, row));
    return hn::Add(hn::And(both, low), hn::ShiftRight<8>(both));
  };
  std::size_t x = 0;
  for (; x + lanes <= width; x += lanes) {
    const auto sum = hn::Add(hn::Add(pairs(upper + x), pairs(lower + x)), bias);
    hn::StoreU(hn::TruncateTo(narrow, hn::ShiftRight<2>(sum)), narrow, out + x / 2);
  }
  for (; x < width; x += 2) {
    const std::size_t right = std::min(x + 1, width - 1);
    const std::size_t sum =
        std::size_t{upper[x]} + upper[right] + lower[x] + lower[right] + 1 + x / 2 % 2;
    out[x / 2] = static_cast<std::uint8_t>(sum / 4);
  }
}

}  // namespace whittle::jpeg::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace whittle::jpeg {

HWY_EXPORT(Split);
HWY_EXPORT(Halve);

void SplitRgb(const std::uint8_t* rgb, std::size_t width, std::uint8_t* y, std::uint8_t* cb,
              std::uint8_t* cr) {
  HWY_DYNAMIC_DISPATCH(Split)(rgb, width, y, cb, cr);
}
void HalveRows(const std::uint8_t* upper, const std::uint8_t* lower, std::size_t width,
               std::uint8_t* out) {
  HWY_DYNAMIC_DISPATCH(Halve)(upper, lower, width, out);
}

}  // namespace whittle::jpeg
#endif
