// Kernels that turn two rows of 8-bit samples into pair rows, for the target being compiled.
// Included by kernels.cc only, once per target; see kernels.h for the layouts.
#if defined(WHITTLE_PIXEL_PAIR_ROWS_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef WHITTLE_PIXEL_PAIR_ROWS_INL_H_
#undef WHITTLE_PIXEL_PAIR_ROWS_INL_H_
#else
#define WHITTLE_PIXEL_PAIR_ROWS_INL_H_
#endif

#include <cstddef>
#include <cstdint>
#include <cstring>

#include "base/checked.h"
#include "hwy/highway.h"
#include "pixel/decode-inl.h"
#include "pixel/kernels.h"

HWY_BEFORE_NAMESPACE();
namespace whittle::pixel::HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

// Four vectors of pairs (even row, odd row) for one vector of bytes of each row.
HWY_INLINE void StorePairs(Unpacked even, Unpacked odd, std::int16_t* HWY_RESTRICT to) {
  const Words words;
  const std::size_t lanes = hn::Lanes(words);
  hn::Store(hn::InterleaveLower(words, even.lower, odd.lower), words, to);
  hn::Store(hn::InterleaveUpper(words, even.lower, odd.lower), words, to + lanes);
  hn::Store(hn::InterleaveLower(words, even.upper, odd.upper), words, to + 2 * lanes);
  hn::Store(hn::InterleaveUpper(words, even.upper, odd.upper), words, to + 3 * lanes);
}

// Calls body(even, odd, x) for each vector of pixels, x = 0, lanes, ... up to `padded`. The
// caller's rows are never read past their end: the last pixels come from a copy that goes on with
// the last pixel once more and then with zeros.
template <std::size_t kChannels, class Body>
HWY_INLINE void ForEachVector(const std::uint8_t* HWY_RESTRICT even,
                              const std::uint8_t* HWY_RESTRICT odd, std::size_t width,
                              std::size_t padded, const Body& body) {
  const std::size_t lanes = hn::Lanes(Bytes());
  std::size_t x = 0;
  for (; x + lanes <= width; x += lanes) body(even + x * kChannels, odd + x * kChannels, x);
  for (; x < padded; x += lanes) {
    std::uint8_t even_tail[kChannels * kBlock] = {};
    std::uint8_t odd_tail[kChannels * kBlock] = {};
    if (x < width) {
      const auto copy = [&](const std::uint8_t* row, std::uint8_t* tail) {
        const std::size_t left = (width - x) * kChannels;
        std::memcpy(tail, row + x * kChannels, left);
        std::memcpy(tail + left, row + (width - 1) * kChannels, kChannels);
      };
      copy(even, even_tail);
      copy(odd, odd_tail);
    }
    body(even_tail, odd_tail, x);
  }
}

template <class Decoder>
HWY_INLINE void PairGreyAs(const std::uint8_t* even, const std::uint8_t* odd, std::size_t width,
                           std::int16_t* HWY_RESTRICT pair_row) {
  const Decoder decode;
  ForEachVector<1>(even, odd, width, RoundUp(width, kBlock),
                   [&](const std::uint8_t* e, const std::uint8_t* o, std::size_t x) {
                     StorePairs(decode(hn::LoadU(Bytes(), e)), decode(hn::LoadU(Bytes(), o)),
                                pair_row + 2 * x);
                   });
}

template <class Decoder>
HWY_INLINE void PairRgbAs(const std::uint8_t* even, const std::uint8_t* odd, std::size_t width,
                          std::int16_t* HWY_RESTRICT pair_row, std::size_t plane) {
  const Decoder decode;
  ForEachVector<3>(even, odd, width, RoundUp(width, kBlock),
                   [&](const std::uint8_t* e, const std::uint8_t* o, std::size_t x) {
                     ByteVec er, eg, eb, odd_r, odd_g, odd_b;
                     hn::LoadInterleaved3(Bytes(), e, er, eg, eb);
                     hn::LoadInterleaved3(Bytes(), o, odd_r, odd_g, odd_b);
                     std::int16_t* to = pair_row + 2 * x;
                     StorePairs(decode(er), decode(odd_r), to);
                     StorePairs(decode(eg), decode(odd_g), to + plane);
                     StorePairs(decode(eb), decode(odd_b), to + 2 * plane);
                   });
}

void PairGrey(const std::uint8_t* even, const std::uint8_t* odd, std::size_t width, Light light,
              std::int16_t* pair_row) {
  if (light == Light::kLinear) {
    PairGreyAs<LinearDecoder>(even, odd, width, pair_row);
  } else {
    PairGreyAs<GammaDecoder>(even, odd, width, pair_row);
  }
}

void PairRgb(const std::uint8_t* even, const std::uint8_t* odd, std::size_t width, Light light,
             std::int16_t* pair_row, std::size_t plane) {
  if (light == Light::kLinear) {
    PairRgbAs<LinearDecoder>(even, odd, width, pair_row, plane);
  } else {
    PairRgbAs<GammaDecoder>(even, odd, width, pair_row, plane);
  }
}

}  // namespace whittle::pixel::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif  // include guard per target
