// Kernels that weigh chroma by luma and take the weights out again, for the target being compiled.
// Included by kernels.cc only, once per target; see kernels.h for what they compute and
// chroma_resizer.h for why.
#if defined(WHITTLE_PIXEL_CHROMA_ROWS_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef WHITTLE_PIXEL_CHROMA_ROWS_INL_H_
#undef WHITTLE_PIXEL_CHROMA_ROWS_INL_H_
#else
#define WHITTLE_PIXEL_CHROMA_ROWS_INL_H_
#endif

#include <cstddef>
#include <cstdint>
#include <cstring>

#include "hwy/highway.h"
#include "pixel/decode-inl.h"
#include "pixel/kernels.h"

HWY_BEFORE_NAMESPACE();
namespace whittle::pixel::HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

void WeighChroma(const std::uint8_t* cb, const std::uint8_t* cr, const std::uint8_t* luma,
                 std::size_t width, std::int16_t* HWY_RESTRICT half_row, std::size_t plane) {
  const Words words;
  const hn::Rebind<std::uint8_t, Words> codes;
  const std::size_t lanes = hn::Lanes(words);
  const WordVec step = hn::Set(words, kWeightStep);
  const WordVec black = hn::Set(words, kWeightStep * kWeightOffset);
  const auto weigh = [&](const std::uint8_t* b, const std::uint8_t* r, const std::uint8_t* y,
                         std::int16_t* to) {
    const auto load = [&](const std::uint8_t* from) {
      return hn::PromoteTo(words, hn::LoadU(codes, from));
    };
    const WordVec weight = hn::Add(hn::Mul(load(y), step), black);
    hn::Store(weight, words, to);
    hn::Store(hn::MulFixedPoint15(weight, hn::ShiftLeft<7>(load(b))), words, to + plane);
    hn::Store(hn::MulFixedPoint15(weight, hn::ShiftLeft<7>(load(r))), words, to + 2 * plane);
  };
  std::size_t x = 0;
  for (; x + lanes <= width; x += lanes) weigh(cb + x, cr + x, luma + x, half_row + x);
  if (x == width) return;
  // The caller's rows are never read past their end.
  std::uint8_t tail[3][kBlock] = {};
  std::memcpy(tail[0], cb + x, width - x);
  std::memcpy(tail[1], cr + x, width - x);
  std::memcpy(tail[2], luma + x, width - x);
  weigh(tail[0], tail[1], tail[2], half_row + x);
}

// The differences are integers below 2^17, so floats hold them exactly; product and quotient are
// rounded as IEEE 754 has it, and with a gain of 128 the product is exact.
void UnweighChroma(const std::int16_t* weighed, const std::int16_t* w, std::size_t samples,
                   float gain, std::uint8_t* HWY_RESTRICT codes) {
  const hn::CappedTag<float, kGroupRows> floats;
  const hn::RebindToSigned<decltype(floats)> ints;
  const hn::Rebind<std::int16_t, decltype(floats)> words;
  const hn::Rebind<std::uint8_t, decltype(floats)> bytes;
  for (std::size_t i = 0; i < samples; i += hn::Lanes(floats)) {
    const auto weight = hn::PromoteTo(ints, hn::Load(words, w + i));
    const auto twice = hn::ShiftLeft<1>(hn::PromoteTo(ints, hn::Load(words, weighed + i)));
    const auto excess =
        hn::Mul(hn::ConvertTo(floats, hn::Sub(twice, weight)), hn::Set(floats, gain));
    const auto divisor = hn::ConvertTo(floats, hn::Max(weight, hn::Set(ints, kLeastWeight)));
    const auto code = hn::Add(hn::Div(excess, divisor), hn::Set(floats, 128.5F));
    // The conversion drops the fraction, the demotion saturates.
    hn::StoreU(hn::DemoteTo(bytes, hn::ConvertTo(ints, hn::Max(code, hn::Zero(floats)))), bytes,
               codes + i);
  }
}

void AverageCodes(const std::uint8_t* even, const std::uint8_t* odd, std::size_t samples,
                  std::uint8_t* HWY_RESTRICT averages) {
  const Words words;
  const hn::Repartition<std::uint16_t, Bytes> wide;
  const hn::Rebind<std::uint8_t, Words> narrow;
  const auto pairs = [&](const std::uint8_t* from) {
    const auto both = hn::BitCast(wide, hn::LoadU(Bytes(), from));
    return hn::Add(hn::And(both, hn::Set(wide, 0xFF)), hn::ShiftRight<8>(both));
  };
  const std::size_t lanes = hn::Lanes(words);
  std::size_t x = 0;
  for (; x + lanes <= samples; x += lanes) {
    const auto four = hn::Add(pairs(even + 2 * x), pairs(odd + 2 * x));
    const auto average = hn::ShiftRight<2>(hn::Add(four, hn::Set(wide, 2)));
    hn::StoreU(hn::DemoteTo(narrow, hn::BitCast(words, average)), narrow, averages + x);
  }
  for (; x < samples; ++x) {
    const int four = even[2 * x] + even[2 * x + 1] + odd[2 * x] + odd[2 * x + 1];
    averages[x] = static_cast<std::uint8_t>((four + 2) / 4);
  }
}

}  // namespace whittle::pixel::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif  // include guard per target
