// The inverse DCT for the target being compiled. Included by idct.cc only, once per target; see
// idct.h for the layout.
#if defined(WHITTLE_JPEG_IDCT_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef WHITTLE_JPEG_IDCT_INL_H_
#undef WHITTLE_JPEG_IDCT_INL_H_
#else
#define WHITTLE_JPEG_IDCT_INL_H_
#endif

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <cstring>

#include "hwy/highway.h"
#include "jpeg/idct.h"

HWY_BEFORE_NAMESPACE();
namespace whittle::jpeg::HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

// A row of kMaxLanes blocks, or of fewer where vectors are shorter.
using Words = hn::CappedTag<std::int16_t, kBlockSide * kMaxLanes>;
using Sums = hn::Repartition<std::int32_t, Words>;
using Quads = hn::Repartition<std::uint64_t, Words>;
using Octets = hn::Repartition<std::uint8_t, Words>;
using WordVec = hn::Vec<Words>;
using SumVec = hn::Vec<Sums>;

constexpr std::size_t kLaneCount = hn::MaxLanes(Words()) / kBlockSide;
static_assert(kLaneCount == 1 || kLaneCount == 2 || kLaneCount == 4);

// Fractions of 2^13, the square root of 2 times cosines and their sums.
// NOLINTBEGIN(readability-identifier-naming): a line in a number is its decimal point
constexpr int kConstBits = 13;
constexpr int kPass1Bits = 2;  // what the first pass keeps beyond whole numbers
constexpr int kF0_298 = 2446;
constexpr int kF0_390 = 3196;
constexpr int kF0_541 = 4433;
constexpr int kF0_765 = 6270;
constexpr int kF0_899 = 7373;
constexpr int kF1_175 = 9633;
constexpr int kF1_501 = 12299;
constexpr int kF1_847 = 15137;
constexpr int kF1_961 = 16069;
constexpr int kF2_053 = 16819;
constexpr int kF2_562 = 20995;
constexpr int kF3_072 = 25172;
// NOLINTEND(readability-identifier-naming)

// libjpeg-turbo adds up to two dequantised coefficients of a row in 16 bits; beyond this bound its
// short cut for blocks with one row and the long way differ.
constexpr int kWild = 8191;

// Interleaved 32-bit sums for the lower and the upper half of the words of each block.
struct Wide {
  SumVec lower;
  SumVec upper;
};
HWY_INLINE Wide operator+(const Wide& a, const Wide& b) {
  return {hn::Add(a.lower, b.lower), hn::Add(a.upper, b.upper)};
}
HWY_INLINE Wide operator-(const Wide& a, const Wide& b) {
  return {hn::Sub(a.lower, b.lower), hn::Sub(a.upper, b.upper)};
}

// Two rows word by word in turns, to be multiplied by pairs of factors.
struct Mixed {
  WordVec lower;
  WordVec upper;
};
HWY_INLINE Mixed Mix(WordVec a, WordVec b) {
  return {hn::InterleaveLower(Words(), a, b), hn::InterleaveUpper(Words(), a, b)};
}

HWY_INLINE SumVec PairProduct(WordVec pairs, WordVec factors) {
  SumVec rest = hn::Zero(Sums());
  const SumVec sum = hn::ReorderWidenMulAccumulate(Sums(), pairs, factors, rest, rest);
  return hn::RearrangeToOddPlusEven(sum, rest);
}

// a * fa + b * fb, for the two rows that were mixed.
HWY_INLINE Wide Weighed(const Mixed& mixed, int fa, int fb) {
  const auto pair = static_cast<std::uint32_t>(fa & 0xFFFF) | static_cast<std::uint32_t>(fb) << 16;
  const WordVec factors = hn::BitCast(Words(), hn::Set(Sums(), static_cast<std::int32_t>(pair)));
  return {PairProduct(mixed.lower, factors), PairProduct(mixed.upper, factors)};
}

// a * 2^kConstBits
HWY_INLINE Wide Raised(WordVec a) {
  const Mixed high = Mix(hn::Zero(Words()), a);
  return {hn::ShiftRight<16 - kConstBits>(hn::BitCast(Sums(), high.lower)),
          hn::ShiftRight<16 - kConstBits>(hn::BitCast(Sums(), high.upper))};
}

// Back to words, saturated. The sums carry their rounding already.
template <int kBits>
HWY_INLINE WordVec Lowered(const Wide& sums) {
  return hn::ReorderDemote2To(Words(), hn::ShiftRight<kBits>(sums.lower),
                              hn::ShiftRight<kBits>(sums.upper));
}

// Eight rows; a transform goes along the columns, all of them at once.
struct Block {
  WordVec row[kBlockSide];
};

// One pass of one dimension; `kRows` says how many rows may be other than 0 (4 or 8). Drops kBits.
template <int kBits, int kRows>
HWY_INLINE void Pass(Block& block) {
  WordVec* in = block.row;
  const WordVec none = hn::Zero(Words());
  const SumVec half = hn::Set(Sums(), 1 << (kBits - 1));

  // Even part.
  const Mixed in26 = Mix(in[2], kRows == 8 ? in[6] : none);
  const Wide t2 = Weighed(in26, kF0_541, kF0_541 - kF1_847);
  const Wide t3 = Weighed(in26, kF0_541 + kF0_765, kF0_541);
  Wide t0 = Raised(kRows == 8 ? hn::Add(in[0], in[4]) : in[0]);
  t0 = {hn::Add(t0.lower, half), hn::Add(t0.upper, half)};
  Wide t1 = t0;  // NOLINT(misc-const-correctness): eight rows change it
  if constexpr (kRows == 8) {
    t1 = Raised(hn::Sub(in[0], in[4]));
    t1 = {hn::Add(t1.lower, half), hn::Add(t1.upper, half)};
  }
  const Wide e0 = t0 + t3;
  const Wide e3 = t0 - t3;
  const Wide e1 = t1 + t2;
  const Wide e2 = t1 - t2;

  // Odd part.
  const WordVec in5 = kRows == 8 ? in[5] : none;
  const WordVec in7 = kRows == 8 ? in[7] : none;
  const Mixed z34 =
      Mix(kRows == 8 ? hn::Add(in[3], in7) : in[3], kRows == 8 ? hn::Add(in[1], in5) : in[1]);
  const Wide z3 = Weighed(z34, kF1_175 - kF1_961, kF1_175);
  const Wide z4 = Weighed(z34, kF1_175, kF1_175 - kF0_390);
  const Mixed in71 = Mix(in7, in[1]);
  const Mixed in53 = Mix(in5, in[3]);
  const Wide o0 = Weighed(in71, kF0_298 - kF0_899, -kF0_899) + z3;
  const Wide o3 = Weighed(in71, -kF0_899, kF1_501 - kF0_899) + z4;
  const Wide o1 = Weighed(in53, kF2_053 - kF2_562, -kF2_562) + z4;
  const Wide o2 = Weighed(in53, -kF2_562, kF3_072 - kF2_562) + z3;

  in[0] = Lowered<kBits>(e0 + o3);
  in[7] = Lowered<kBits>(e0 - o3);
  in[1] = Lowered<kBits>(e1 + o2);
  in[6] = Lowered<kBits>(e1 - o2);
  in[2] = Lowered<kBits>(e2 + o1);
  in[5] = Lowered<kBits>(e2 - o1);
  in[3] = Lowered<kBits>(e3 + o0);
  in[4] = Lowered<kBits>(e3 - o0);
}

// Rows become columns in each block.
HWY_INLINE void Transpose(Block& block) {
  WordVec* r = block.row;
  const auto words_lower = [](WordVec a, WordVec b) HWY_ATTR {
    return hn::BitCast(Sums(), hn::InterleaveLower(Words(), a, b));
  };
  const auto words_upper = [](WordVec a, WordVec b) HWY_ATTR {
    return hn::BitCast(Sums(), hn::InterleaveUpper(Words(), a, b));
  };
  const auto pairs_lower = [](SumVec a, SumVec b) HWY_ATTR {
    return hn::BitCast(Quads(), hn::InterleaveLower(Sums(), a, b));
  };
  const auto pairs_upper = [](SumVec a, SumVec b) HWY_ATTR {
    return hn::BitCast(Quads(), hn::InterleaveUpper(Sums(), a, b));
  };
  const SumVec a0 = words_lower(r[0], r[1]), a1 = words_upper(r[0], r[1]);
  const SumVec b0 = words_lower(r[2], r[3]), b1 = words_upper(r[2], r[3]);
  const SumVec c0 = words_lower(r[4], r[5]), c1 = words_upper(r[4], r[5]);
  const SumVec d0 = words_lower(r[6], r[7]), d1 = words_upper(r[6], r[7]);
  const auto ab0 = pairs_lower(a0, b0), ab1 = pairs_upper(a0, b0);
  const auto ab2 = pairs_lower(a1, b1), ab3 = pairs_upper(a1, b1);
  const auto cd0 = pairs_lower(c0, d0), cd1 = pairs_upper(c0, d0);
  const auto cd2 = pairs_lower(c1, d1), cd3 = pairs_upper(c1, d1);
  r[0] = hn::BitCast(Words(), hn::InterleaveLower(Quads(), ab0, cd0));
  r[1] = hn::BitCast(Words(), hn::InterleaveUpper(Quads(), ab0, cd0));
  r[2] = hn::BitCast(Words(), hn::InterleaveLower(Quads(), ab1, cd1));
  r[3] = hn::BitCast(Words(), hn::InterleaveUpper(Quads(), ab1, cd1));
  r[4] = hn::BitCast(Words(), hn::InterleaveLower(Quads(), ab2, cd2));
  r[5] = hn::BitCast(Words(), hn::InterleaveUpper(Quads(), ab2, cd2));
  r[6] = hn::BitCast(Words(), hn::InterleaveLower(Quads(), ab3, cd3));
  r[7] = hn::BitCast(Words(), hn::InterleaveUpper(Quads(), ab3, cd3));
}

// Stores four rows; in each block's part of `a` stand 8 samples of the first and 8 of the second,
// in `b` those of the third and fourth.
HWY_INLINE void StoreRows(SumVec a, SumVec b, std::uint8_t* at, std::size_t stride) {
  const auto first = hn::BitCast(Quads(), a);
  const auto third = hn::BitCast(Quads(), b);
  const auto even = hn::ConcatEven(Quads(), third, first);
  const auto odd = hn::ConcatOdd(Quads(), third, first);
  const hn::Half<Quads> half;
  const auto store = [&](auto row, std::size_t y) HWY_ATTR {
    hn::StoreU(row, half, reinterpret_cast<std::uint64_t*>(at + y * stride));
  };
  store(hn::LowerHalf(half, even), 0);
  store(hn::LowerHalf(half, odd), 1);
  store(hn::UpperHalf(half, even), 2);
  store(hn::UpperHalf(half, odd), 3);
}

// In the lower byte, `value` limited to -128..127, plus 128; the upper byte is of no use.
HWY_INLINE WordVec Limited(WordVec value) {
  constexpr std::int16_t kTop = 0x7F80;  // what lifts 127 to the largest word
  return hn::Max(hn::SaturatedAdd(value, hn::Set(Words(), kTop)), hn::Set(Words(), kTop - 128));
}

// The samples of two columns in turns.
HWY_INLINE WordVec Beside(WordVec left, WordVec right) {
  const auto octets = [](WordVec v) HWY_ATTR { return hn::BitCast(Octets(), v); };
  return hn::BitCast(Words(),
                     hn::OddEven(octets(hn::ShiftLeft<8>(Limited(right))), octets(Limited(left))));
}

// Columns of sample values, around 0, to rows of samples.
HWY_INLINE void StoreColumns(const Block& columns, std::uint8_t* at, std::size_t stride) {
  const WordVec* c = columns.row;
  const WordVec c01 = Beside(c[0], c[1]), c23 = Beside(c[2], c[3]);
  const WordVec c45 = Beside(c[4], c[5]), c67 = Beside(c[6], c[7]);
  const auto fours = [](WordVec v) HWY_ATTR { return hn::BitCast(Sums(), v); };
  const SumVec left0 = fours(hn::InterleaveLower(Words(), c01, c23));  // rows 0..3
  const SumVec left4 = fours(hn::InterleaveUpper(Words(), c01, c23));  // rows 4..7
  const SumVec right0 = fours(hn::InterleaveLower(Words(), c45, c67));
  const SumVec right4 = fours(hn::InterleaveUpper(Words(), c45, c67));
  StoreRows(hn::InterleaveLower(Sums(), left0, right0), hn::InterleaveUpper(Sums(), left0, right0),
            at, stride);
  StoreRows(hn::InterleaveLower(Sums(), left4, right4), hn::InterleaveUpper(Sums(), left4, right4),
            at + 4 * stride, stride);
}

// Row `r` of a group, dequantised. The group is zeroed on the way.
HWY_INLINE WordVec TakeRow(std::int16_t* group, const LaneQuant& quant, std::size_t r) {
  const std::size_t at = r * kLaneCount * kBlockSide;
  const WordVec row = hn::Mul(hn::Load(Words(), group + at), hn::Load(Words(), quant.data() + at));
  hn::Store(hn::Zero(Words()), Words(), group + at);
  return row;
}

template <int kRows>
HWY_INLINE void TransformGroup(std::int16_t* group, const LaneQuant& quant, WordVec& most,
                               std::uint8_t* at, std::size_t stride) {
  Block block;
  for (std::size_t r = 0; r < kBlockSide; ++r) {
    block.row[r] = r < kRows ? TakeRow(group, quant, r) : hn::Zero(Words());
  }
  most = hn::Max(most, hn::Max(block.row[0], hn::SaturatedSub(hn::Zero(Words()), block.row[0])));
  Pass<kConstBits - kPass1Bits, kRows>(block);
  Transpose(block);
  Pass<kConstBits + kPass1Bits + 3, kRows>(block);
  StoreColumns(block, at, stride);
}

// Blocks with nothing but a mean.
HWY_INLINE void FillGroup(std::int16_t* group, const LaneQuant& quant, WordVec& most,
                          std::uint8_t* at, std::size_t stride) {
  for (std::size_t b = 0; b < kLaneCount; ++b) {
    std::int16_t& dc = group[b * kBlockSide];
    const int mean = static_cast<std::int16_t>(dc * quant[0]);
    dc = 0;
    most =
        hn::Max(most, hn::Set(Words(), static_cast<std::int16_t>(std::min(std::abs(mean), 32767))));
    const auto sample =
        static_cast<std::uint8_t>(std::clamp((mean * 4 + 16) >> 5, -128, 127) + 128);
    const std::uint64_t eight = sample * 0x0101010101010101ULL;
    for (std::size_t y = 0; y < kBlockSide; ++y) {
      std::memcpy(at + y * stride + b * kBlockSide, &eight, sizeof eight);
    }
  }
}

bool Transform(const BlockRow& row) {
  // Coefficients up to the fourth diagonal lie in the first four rows and columns.
  constexpr unsigned kFourRows = 10;
  WordVec most = hn::Zero(Words());
  for (std::size_t b = 0; b < row.blocks; b += kLaneCount) {
    std::int16_t* group = row.coefficients + b * kBlockSize;
    std::uint8_t* at = row.samples + b * kBlockSide;
    unsigned extent = 0;
    for (std::size_t i = 0; i < kLaneCount; ++i) {
      extent = std::max(extent, unsigned{row.extents[b + i]});
    }
    if (extent <= 1) {
      FillGroup(group, *row.quant, most, at, row.stride);
    } else if (extent <= kFourRows) {
      TransformGroup<4>(group, *row.quant, most, at, row.stride);
    } else {
      TransformGroup<8>(group, *row.quant, most, at, row.stride);
    }
  }
  return hn::AllFalse(Words(), hn::Gt(most, hn::Set(Words(), kWild)));
}

const IdctKernel* TargetIdct() {
  static const IdctKernel kKernel = {
      .target = hwy::TargetName(HWY_TARGET), .lanes = kLaneCount, .transform = Transform};
  return &kKernel;
}

}  // namespace whittle::jpeg::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif  // per-target include guard
