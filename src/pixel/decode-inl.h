// Vectors of 8-bit codes to 16-bit fixed point, for the target being compiled. Included by the
// kernels only, once per target; see transfer.h for the numbers.
#if defined(WHITTLE_PIXEL_DECODE_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef WHITTLE_PIXEL_DECODE_INL_H_
#undef WHITTLE_PIXEL_DECODE_INL_H_
#else
#define WHITTLE_PIXEL_DECODE_INL_H_
#endif

#include <array>
#include <cstddef>
#include <cstdint>

#include "hwy/highway.h"
#include "pixel/kernels.h"

HWY_BEFORE_NAMESPACE();
namespace whittle::pixel::HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

using Bytes = HWY_CAPPED(std::uint8_t, kBlock);
using Words = hn::Repartition<std::int16_t, Bytes>;
using ByteVec = hn::Vec<Bytes>;
using WordVec = hn::Vec<Words>;

using Sums = hn::Repartition<std::int32_t, Words>;
using SumVec = hn::Vec<Sums>;

// A sum of products of pairs. Some targets keep it in two parts; on x86 the second stays 0 and
// costs nothing, and Add is one pmaddwd and one paddd.
class PairSum {
 public:
  HWY_INLINE PairSum() : even_(hn::Zero(Sums())), odd_(hn::Zero(Sums())) {}
  HWY_INLINE void Add(WordVec samples, WordVec weights) {
    even_ = hn::ReorderWidenMulAccumulate(Sums(), samples, weights, even_, odd_);
  }
  HWY_INLINE SumVec Get() const { return hn::RearrangeToOddPlusEven(even_, odd_); }

 private:
  SumVec even_;
  SumVec odd_;
};

// 16-bit values of one vector of bytes, as InterleaveLower and InterleaveUpper order them.
struct Unpacked {
  WordVec lower, upper;
};

HWY_INLINE Unpacked Interleave(ByteVec low, ByteVec high) {
  const Words words;
  return {hn::BitCast(words, hn::InterleaveLower(low, high)),
          hn::BitCast(words, hn::InterleaveUpper(Bytes(), low, high))};
}

// Of 2x2 values 0..kOne each; in place. The demotion is the exact inverse of the interleaving that
// unpacked the bytes.
HWY_INLINE SumVec Quarter(WordVec even, WordVec odd) {
  const WordVec ones = hn::Set(Words(), 1);
  PairSum four;
  four.Add(even, ones);
  four.Add(odd, ones);
  return hn::ShiftRight<2>(hn::Add(four.Get(), hn::Set(Sums(), 2)));
}
HWY_INLINE WordVec AverageOf(const Unpacked& even, const Unpacked& odd) {
  return hn::ReorderDemote2To(Words(), Quarter(even.lower, odd.lower),
                              Quarter(even.upper, odd.upper));
}

// The codes as they stand.
struct GammaDecoder {
  HWY_INLINE Unpacked operator()(ByteVec codes) const {
    const WordVec step = hn::Set(Words(), kGammaStep);
    const Unpacked wide = Interleave(codes, hn::Zero(Bytes()));
    return {hn::Mul(wide.lower, step), hn::Mul(wide.upper, step)};
  }

  // Of 2x2 codes each; in place.
  HWY_INLINE WordVec Average(ByteVec even, ByteVec odd) const {
    const Words words;
    const WordVec four = hn::Add(PairsOf(even), PairsOf(odd));
    // four * kGammaStep / 4 would pass 16 bits on its way.
    static_assert(kGammaStep % 4 == 1);
    return hn::Add(hn::Mul(four, hn::Set(words, kGammaStep / 4)),
                   hn::ShiftRight<2>(hn::Add(four, hn::Set(words, 2))));
  }

 private:
  // Sums of neighbours.
  static HWY_INLINE WordVec PairsOf(ByteVec codes) {
    const hn::Repartition<std::uint16_t, Bytes> wide;
    const auto both = hn::BitCast(wide, codes);
    return hn::BitCast(Words(),
                       hn::Add(hn::And(both, hn::Set(wide, 0xFF)), hn::ShiftRight<8>(both)));
  }
};

#if HWY_TARGET == HWY_AVX3_DL

// sRGB's transfer function as a table of all codes, in the two bytes of each value. Eight registers
// hold it, and one instruction looks up 64 codes in two of them.
class LinearDecoder {
 public:
  HWY_INLINE LinearDecoder() : low_(kDecodeTable.low), high_(kDecodeTable.high) {}

  HWY_INLINE Unpacked operator()(ByteVec codes) const {
    return Interleave(Look(low_, codes), Look(high_, codes));
  }

  // Of 2x2 codes each; in place. The bytes are added up on their own: 4 high ones, times 256 / 4,
  // fit 16 bits, where 4 values would not.
  HWY_INLINE WordVec Average(ByteVec even, ByteVec odd) const {
    const Words words;
    const WordVec low = hn::Add(WeighPairs(Look(low_, even), 1), WeighPairs(Look(low_, odd), 1));
    const WordVec high =
        hn::Add(WeighPairs(Look(high_, even), 64), WeighPairs(Look(high_, odd), 64));
    return hn::Add(high, hn::ShiftRight<2>(hn::Add(low, hn::Set(words, 2))));
  }

 private:
  struct Table {
    ByteVec part[4];  // 64 codes each
    explicit HWY_INLINE Table(const std::array<std::uint8_t, 256>& bytes) {
      for (std::size_t i = 0; i < 4; ++i) part[i] = hn::Load(Bytes(), bytes.data() + 64 * i);
    }
  };

  static HWY_INLINE ByteVec Look(const Table& table, ByteVec codes) {
    const auto in = [&](std::size_t half) {
      return ByteVec{_mm512_permutex2var_epi8(table.part[2 * half].raw, codes.raw,
                                              table.part[2 * half + 1].raw)};
    };
    return hn::IfThenElse(hn::MaskFromVec(codes), in(1), in(0));
  }
  // Sums of neighbours, times `weight`.
  static HWY_INLINE WordVec WeighPairs(ByteVec bytes, std::int8_t weight) {
    return WordVec{_mm512_maddubs_epi16(bytes.raw, _mm512_set1_epi8(weight))};
  }

  Table low_, high_;
};

#else

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

  // Of 2x2 codes each; in place.
  HWY_INLINE WordVec Average(ByteVec even, ByteVec odd) const {
    return AverageOf((*this)(even), (*this)(odd));
  }

 private:
  static constexpr SplitTable<16> kValue{kDecodePieces.value};
  static constexpr SplitTable<16> kSlope{kDecodePieces.slope};
  static constexpr SplitTable<16> kCurve{kDecodePieces.curve};

  static HWY_INLINE ByteVec Look(const std::array<std::uint8_t, 16>& table, ByteVec index) {
    return hn::TableLookupBytes(hn::LoadDup128(Bytes(), table.data()), index);
  }
  static HWY_INLINE WordVec Evaluate(WordVec value, WordVec slope, WordVec curve, WordVec x) {
    const WordVec tangent = hn::Add(slope, hn::MulFixedPoint15(curve, x));
    return hn::Add(value, hn::MulFixedPoint15(tangent, x));
  }
};

#endif  // HWY_TARGET

}  // namespace whittle::pixel::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif  // include guard per target
