// Kernels that average 2x2 samples, in the light that the resize works in, for the target being
// compiled. Included by kernels.cc only, once per target; see kernels.h for the layouts.
//
// Averages are rounded to nearest, halves up, and samples come out in place.
#if defined(WHITTLE_PIXEL_HALVE_ROWS_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef WHITTLE_PIXEL_HALVE_ROWS_INL_H_
#undef WHITTLE_PIXEL_HALVE_ROWS_INL_H_
#else
#define WHITTLE_PIXEL_HALVE_ROWS_INL_H_
#endif

#include <cstddef>
#include <cstdint>

#include "base/checked.h"
#include "hwy/highway.h"
#include "pixel/decode-inl.h"
#include "pixel/kernels.h"
#include "pixel/pair_rows-inl.h"

HWY_BEFORE_NAMESPACE();
namespace whittle::pixel::HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

template <class Decoder>
HWY_INLINE void HalveGreyAs(const std::uint8_t* even, const std::uint8_t* odd, std::size_t width,
                            std::int16_t* HWY_RESTRICT half_row) {
  const Decoder decode;
  ForEachVector<1>(even, odd, width, RoundUp(width, 2 * kBlock),
                   [&](const std::uint8_t* e, const std::uint8_t* o, std::size_t x) {
                     const Bytes bytes;
                     hn::Store(decode.Average(hn::LoadU(bytes, e), hn::LoadU(bytes, o)), Words(),
                               half_row + x / 2);
                   });
}

template <class Decoder>
HWY_INLINE void HalveRgbAs(const std::uint8_t* even, const std::uint8_t* odd, std::size_t width,
                           std::int16_t* HWY_RESTRICT half_row, std::size_t plane) {
  const Decoder decode;
  ForEachVector<3>(even, odd, width, RoundUp(width, 2 * kBlock),
                   [&](const std::uint8_t* e, const std::uint8_t* o, std::size_t x) {
                     ByteVec er, eg, eb, odd_r, odd_g, odd_b;
                     hn::LoadInterleaved3(Bytes(), e, er, eg, eb);
                     hn::LoadInterleaved3(Bytes(), o, odd_r, odd_g, odd_b);
                     std::int16_t* to = half_row + x / 2;
                     hn::Store(decode.Average(er, odd_r), Words(), to);
                     hn::Store(decode.Average(eg, odd_g), Words(), to + plane);
                     hn::Store(decode.Average(eb, odd_b), Words(), to + 2 * plane);
                   });
}

void HalveGrey(const std::uint8_t* even, const std::uint8_t* odd, std::size_t width, Light light,
               std::int16_t* half_row) {
  if (light == Light::kLinear) {
    HalveGreyAs<LinearDecoder>(even, odd, width, half_row);
  } else {
    HalveGreyAs<GammaDecoder>(even, odd, width, half_row);
  }
}

void HalveRgb(const std::uint8_t* even, const std::uint8_t* odd, std::size_t width, Light light,
              std::int16_t* half_row, std::size_t plane) {
  if (light == Light::kLinear) {
    HalveRgbAs<LinearDecoder>(even, odd, width, half_row, plane);
  } else {
    HalveRgbAs<GammaDecoder>(even, odd, width, half_row, plane);
  }
}

// Samples are 0..kOne here, so that two of them fit 16 bits and four of them 32.
void Halve(const std::int16_t* even, const std::int16_t* odd, std::size_t samples,
           std::int16_t* HWY_RESTRICT half_row) {
  const Words words;
  const Sums sums;
  const hn::Rebind<std::int16_t, Sums> narrow;
  const SumVec low = hn::Set(sums, 0xFFFF);
  const hn::Repartition<std::uint32_t, Words> wide;
  for (std::size_t x = 0; x < samples; x += hn::Lanes(words)) {
    const auto two =
        hn::BitCast(wide, hn::Add(hn::Load(words, even + x), hn::Load(words, odd + x)));
    const SumVec four =
        hn::Add(hn::And(hn::BitCast(sums, two), low), hn::BitCast(sums, hn::ShiftRight<16>(two)));
    const SumVec average = hn::ShiftRight<2>(hn::Add(four, hn::Set(sums, 2)));
    hn::Store(hn::DemoteTo(narrow, average), narrow, half_row + x / 2);
  }
}

void PairHalves(const std::int16_t* even, const std::int16_t* odd, std::size_t samples,
                std::int16_t* HWY_RESTRICT pair_row) {
  const Words words;
  const std::size_t lanes = hn::Lanes(words);
  for (std::size_t x = 0; x < samples; x += lanes) {
    const WordVec e = hn::Load(words, even + x);
    const WordVec o = hn::Load(words, odd + x);
    hn::Store(hn::InterleaveLower(words, e, o), words, pair_row + 2 * x);
    hn::Store(hn::InterleaveUpper(words, e, o), words, pair_row + 2 * x + lanes);
  }
}

}  // namespace whittle::pixel::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif  // include guard per target
