// Kernels for pixels with alpha, for the target being compiled: colour is multiplied by alpha on
// its way in and divided by it on its way out. Included by kernels.cc only, once per target; see
// kernels.h for what they compute and for the layouts.
#if defined(WHITTLE_PIXEL_ALPHA_ROWS_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef WHITTLE_PIXEL_ALPHA_ROWS_INL_H_
#undef WHITTLE_PIXEL_ALPHA_ROWS_INL_H_
#else
#define WHITTLE_PIXEL_ALPHA_ROWS_INL_H_
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

// round(sample * opacity / 65536) by way of a halved product; `opacity` is 257 * alpha without
// sign. Twice a sample fits 16 bits without sign.
HWY_INLINE WordVec Premultiply(WordVec sample, WordVec opacity) {
  const hn::Repartition<std::uint16_t, Words> wide;
  const auto twice = hn::BitCast(wide, hn::Add(sample, sample));
  const auto product = hn::MulHigh(twice, hn::BitCast(wide, opacity));
  return hn::BitCast(Words(), hn::AverageRound(product, hn::Zero(wide)));
}

// One vector of pixels, decoded and premultiplied: kColours planes of colour, then alpha.
template <class Decoder, std::size_t kColours>
struct AlphaPixels {
  Unpacked planes[kColours + 1];

  HWY_INLINE AlphaPixels(const Decoder& decode, const std::uint8_t* from) {
    const Bytes bytes;
    ByteVec codes[kColours + 1];
    if constexpr (kColours == 1) {
      hn::LoadInterleaved2(bytes, from, codes[0], codes[1]);
    } else {
      hn::LoadInterleaved4(bytes, from, codes[0], codes[1], codes[2], codes[3]);
    }
    const ByteVec alpha = codes[kColours];
    const Unpacked opacity = Interleave(alpha, alpha);  // 257 * alpha
    for (std::size_t c = 0; c < kColours; ++c) {
      const Unpacked colour = decode(codes[c]);
      planes[c] = {Premultiply(colour.lower, opacity.lower),
                   Premultiply(colour.upper, opacity.upper)};
    }
    planes[kColours] = GammaDecoder()(alpha);
  }
};

template <class Decoder, std::size_t kColours>
HWY_INLINE void PairAlphaAs(const std::uint8_t* even, const std::uint8_t* odd, std::size_t width,
                            std::int16_t* HWY_RESTRICT pair_row, std::size_t plane) {
  const Decoder decode;
  ForEachVector<kColours + 1>(
      even, odd, width, RoundUp(width, kBlock),
      [&](const std::uint8_t* e, const std::uint8_t* o, std::size_t x) {
        const AlphaPixels<Decoder, kColours> above(decode, e), below(decode, o);
        for (std::size_t p = 0; p <= kColours; ++p) {
          StorePairs(above.planes[p], below.planes[p], pair_row + p * plane + 2 * x);
        }
      });
}

template <class Decoder, std::size_t kColours>
HWY_INLINE void HalveAlphaAs(const std::uint8_t* even, const std::uint8_t* odd, std::size_t width,
                             std::int16_t* HWY_RESTRICT half_row, std::size_t plane) {
  const Decoder decode;
  ForEachVector<kColours + 1>(even, odd, width, RoundUp(width, 2 * kBlock),
                              [&](const std::uint8_t* e, const std::uint8_t* o, std::size_t x) {
                                const AlphaPixels<Decoder, kColours> above(decode, e),
                                    below(decode, o);
                                for (std::size_t p = 0; p <= kColours; ++p) {
                                  hn::Store(AverageOf(above.planes[p], below.planes[p]), Words(),
                                            half_row + p * plane + x / 2);
                                }
                              });
}

template <std::size_t kColours>
HWY_INLINE void PairAlpha(const std::uint8_t* even, const std::uint8_t* odd, std::size_t width,
                          Light light, std::int16_t* pair_row, std::size_t plane) {
  if (light == Light::kLinear) {
    PairAlphaAs<LinearDecoder, kColours>(even, odd, width, pair_row, plane);
  } else {
    PairAlphaAs<GammaDecoder, kColours>(even, odd, width, pair_row, plane);
  }
}
void PairGreyAlpha(const std::uint8_t* even, const std::uint8_t* odd, std::size_t width,
                   Light light, std::int16_t* pair_row, std::size_t plane) {
  PairAlpha<1>(even, odd, width, light, pair_row, plane);
}
void PairRgba(const std::uint8_t* even, const std::uint8_t* odd, std::size_t width, Light light,
              std::int16_t* pair_row, std::size_t plane) {
  PairAlpha<3>(even, odd, width, light, pair_row, plane);
}

template <std::size_t kColours>
HWY_INLINE void HalveAlpha(const std::uint8_t* even, const std::uint8_t* odd, std::size_t width,
                           Light light, std::int16_t* half_row, std::size_t plane) {
  if (light == Light::kLinear) {
    HalveAlphaAs<LinearDecoder, kColours>(even, odd, width, half_row, plane);
  } else {
    HalveAlphaAs<GammaDecoder, kColours>(even, odd, width, half_row, plane);
  }
}
void HalveGreyAlpha(const std::uint8_t* even, const std::uint8_t* odd, std::size_t width,
                    Light light, std::int16_t* half_row, std::size_t plane) {
  HalveAlpha<1>(even, odd, width, light, half_row, plane);
}
void HalveRgba(const std::uint8_t* even, const std::uint8_t* odd, std::size_t width, Light light,
               std::int16_t* half_row, std::size_t plane) {
  HalveAlpha<3>(even, odd, width, light, half_row, plane);
}

// One division and one multiplication, each rounded as IEEE 754 has it.
void Unpremultiply(std::int16_t* HWY_RESTRICT planes, std::size_t plane, std::size_t colours) {
  const hn::CappedTag<float, kGroupRows> floats;
  const hn::RebindToSigned<decltype(floats)> ints;
  const hn::Rebind<std::int16_t, decltype(floats)> words;
  const auto one = hn::Set(ints, kOne);
  const auto half = hn::Set(floats, 0.5F);
  std::int16_t* HWY_RESTRICT alphas = planes + colours * plane;
  for (std::size_t i = 0; i < plane; i += hn::Lanes(floats)) {
    const auto alpha = hn::PromoteTo(ints, hn::Load(words, alphas + i));
    const auto shown = hn::Gt(alpha, hn::Set(ints, kLeastAlpha - 1));
    const auto divisor = hn::ConvertTo(floats, hn::Max(alpha, hn::Set(ints, kLeastAlpha)));
    const auto scale = hn::Div(hn::Set(floats, float{kOne}), divisor);
    for (std::size_t c = 0; c < colours; ++c) {
      std::int16_t* HWY_RESTRICT at = planes + c * plane + i;
      const auto colour = hn::ConvertTo(floats, hn::PromoteTo(ints, hn::Load(words, at)));
      // The conversion drops the fraction. At most 32767 * kOne / kLeastAlpha, which fits.
      const auto whole = hn::ConvertTo(ints, hn::Add(hn::Mul(colour, scale), half));
      const auto result = hn::IfThenElseZero(shown, hn::Min(whole, one));
      hn::Store(hn::DemoteTo(words, result), words, at);
    }
    hn::Store(hn::DemoteTo(words, hn::Min(alpha, one)), words, alphas + i);
  }
}

}  // namespace whittle::pixel::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif  // include guard per target
