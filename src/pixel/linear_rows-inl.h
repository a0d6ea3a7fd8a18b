// Kernels that turn two rows of 8-bit samples into pair rows, for the target being compiled.
// Included by kernels.cc only, once per target; see kernels.h for the layouts.
#if defined(WHITTLE_PIXEL_LINEAR_ROWS_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef WHITTLE_PIXEL_LINEAR_ROWS_INL_H_
#undef WHITTLE_PIXEL_LINEAR_ROWS_INL_H_
#else
#define WHITTLE_PIXEL_LINEAR_ROWS_INL_H_
#endif

#include <algorithm>
#include <array>
#include <cstring>

#include "base/checked.h"
#include "hwy/highway.h"
#include "pixel/kernels.h"

HWY_BEFORE_NAMESPACE();
namespace whittle::pixel::HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

using Bytes = HWY_CAPPED(std::uint8_t, kBlock);
using Words = hn::Repartition<std::int16_t, Bytes>;
using ByteVec = hn::Vec<Bytes>;
using WordVec = hn::Vec<Words>;

// 16-bit values of one vector of bytes, as InterleaveLower and InterleaveUpper order them.
struct Unpacked {
  WordVec lower, upper;
};

HWY_INLINE Unpacked Interleave(ByteVec low, ByteVec high) {
  const Words words;
  return {hn::BitCast(words, hn::InterleaveLower(low, high)),
          hn::BitCast(words, hn::InterleaveUpper(Bytes(), low, high))};
}

struct GammaDecoder {
  HWY_INLINE Unpacked operator()(ByteVec codes) const {
    const WordVec step = hn::Set(Words(), kGammaStep);
    const Unpacked wide = Interleave(codes, hn::Zero(Bytes()));
    return {hn::Mul(wide.lower, step), hn::Mul(wide.upper, step)};
  }
};

// A table of 16-bit values as two tables of bytes.
struct SplitTable {
  alignas(16) std::array<std::uint8_t, 16> low, high;

  explicit constexpr SplitTable(const std::array<std::int16_t, 16>& table) : low{}, high{} {
    for (std::size_t i = 0; i < 16; ++i) {
      low[i] = static_cast<std::uint8_t>(table[i] & 0xFF);
      high[i] = static_cast<std::uint8_t>(table[i] >> 8);
    }
  }
};

// sRGB's transfer function by kDecodePieces.
class LinearDecoder {
 public:
  HWY_INLINE Unpacked operator()(ByteVec codes) const {
    const Bytes bytes;
    const ByteVec nibble = hn::Set(bytes, 0x0F);
    const ByteVec piece = hn::And(
        hn::BitCast(bytes,
                    hn::ShiftRight<4>(hn::BitCast(hn::Repartition<std::uint16_t, Bytes>(), codes))),
        nibble);
    // Codes from 16 get bit 7 set by the addition and look up 0.
    const ByteVec if_dark =
        hn::And(hn::SaturatedAdd(codes, hn::Set(bytes, 0x70)), hn::Set(bytes, 0x8F));
    const ByteVec darkest =
        hn::TableLookupBytesOr0(hn::LoadDup128(bytes, kDecodeDarkest.data()), if_dark);
    const Unpacked x =
        Interleave(hn::Set(bytes, kDecodeOffset), hn::And(codes, nibble));  // 256 l + offset
    const Unpacked value =
        Interleave(hn::Or(Look(kValue.low, piece), darkest), Look(kValue.high, piece));
    const Unpacked slope = Interleave(Look(kSlope.low, piece), Look(kSlope.high, piece));
    const Unpacked curve = Interleave(Look(kCurve.low, piece), Look(kCurve.high, piece));
    return {Evaluate(value.lower, slope.lower, curve.lower, x.lower),
            Evaluate(value.upper, slope.upper, curve.upper, x.upper)};
  }

 private:
  static constexpr SplitTable kValue{kDecodePieces.value};
  static constexpr SplitTable kSlope{kDecodePieces.slope};
  static constexpr SplitTable kCurve{kDecodePieces.curve};

  static HWY_INLINE ByteVec Look(const std::array<std::uint8_t, 16>& table, ByteVec index) {
    return hn::TableLookupBytes(hn::LoadDup128(Bytes(), table.data()), index);
  }
  static HWY_INLINE WordVec Evaluate(WordVec value, WordVec slope, WordVec curve, WordVec x) {
    const WordVec tangent = hn::Add(slope, hn::MulFixedPoint15(curve, x));
    return hn::Add(value, hn::MulFixedPoint15(tangent, x));
  }
};

// Four vectors of pairs (even row, odd row) for one vector of bytes of each row.
HWY_INLINE void StorePairs(Unpacked even, Unpacked odd, std::int16_t* HWY_RESTRICT to) {
  const Words words;
  const std::size_t lanes = hn::Lanes(words);
  hn::Store(hn::InterleaveLower(words, even.lower, odd.lower), words, to);
  hn::Store(hn::InterleaveUpper(words, even.lower, odd.lower), words, to + lanes);
  hn::Store(hn::InterleaveLower(words, even.upper, odd.upper), words, to + 2 * lanes);
  hn::Store(hn::InterleaveUpper(words, even.upper, odd.upper), words, to + 3 * lanes);
}

// Calls body(even, odd, x) for each vector of pixels, x = 0, lanes, ... up to the padded width. The
// caller's rows are never read past their end: the last pixels come from a zero-padded copy.
template <std::size_t kChannels, class Body>
HWY_INLINE void ForEachVector(const std::uint8_t* HWY_RESTRICT even,
                              const std::uint8_t* HWY_RESTRICT odd, std::size_t width,
                              const Body& body) {
  const std::size_t lanes = hn::Lanes(Bytes());
  std::size_t x = 0;
  for (; x + lanes <= width; x += lanes) body(even + x * kChannels, odd + x * kChannels, x);
  for (; x < RoundUp(width, kBlock); x += lanes) {
    std::uint8_t even_tail[kChannels * kBlock] = {};
    std::uint8_t odd_tail[kChannels * kBlock] = {};
    const std::size_t left = width - std::min(x, width);
    std::memcpy(even_tail, even + (width - left) * kChannels, left * kChannels);
    std::memcpy(odd_tail, odd + (width - left) * kChannels, left * kChannels);
    body(even_tail, odd_tail, x);
  }
}

template <class Decoder>
HWY_INLINE void PairGrayAs(const std::uint8_t* even, const std::uint8_t* odd, std::size_t width,
                           std::int16_t* HWY_RESTRICT pair_row) {
  const Decoder decode;
  ForEachVector<1>(
      even, odd, width, [&](const std::uint8_t* e, const std::uint8_t* o, std::size_t x) {
        StorePairs(decode(hn::LoadU(Bytes(), e)), decode(hn::LoadU(Bytes(), o)), pair_row + 2 * x);
      });
}

template <class Decoder>
HWY_INLINE void PairRgbAs(const std::uint8_t* even, const std::uint8_t* odd, std::size_t width,
                          std::int16_t* HWY_RESTRICT pair_row, std::size_t plane) {
  const Decoder decode;
  ForEachVector<3>(even, odd, width,
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

void PairGray(const std::uint8_t* even, const std::uint8_t* odd, std::size_t width, Light light,
              std::int16_t* pair_row) {
  if (light == Light::kLinear) {
    PairGrayAs<LinearDecoder>(even, odd, width, pair_row);
  } else {
    PairGrayAs<GammaDecoder>(even, odd, width, pair_row);
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
