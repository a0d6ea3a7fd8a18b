// The forward transform for the target being compiled. Included by fdct.cc only, once per target.
//
// Every 128 bits of a vector belong to one block, so N blocks go through together and no value ever
// crosses them: a block's rows are held as two vectors of four columns each.
#if defined(WHITTLE_JPEG_FDCT_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef WHITTLE_JPEG_FDCT_INL_H_
#undef WHITTLE_JPEG_FDCT_INL_H_
#else
#define WHITTLE_JPEG_FDCT_INL_H_
#endif

#include <array>
#include <cstring>

#include "hwy/highway.h"
#include "jpeg/fdct.h"

HWY_BEFORE_NAMESPACE();
namespace whittle::jpeg::HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

using Floats = HWY_CAPPED(float, 4 * kBlockGroup);
using FloatVec = hn::Vec<Floats>;
using Ints = hn::RebindToSigned<Floats>;
using Shorts = hn::Repartition<std::int16_t, Floats>;
using ShortVec = hn::Vec<Shorts>;
inline constexpr std::size_t kTogether = hn::MaxLanes(Floats()) / 4;  // blocks in a vector

// Arai, Agui and Nakajima's DCT of eight values: 5 multiplications, results scaled as QuantiserOf
// knows.
HWY_INLINE void Dct8(FloatVec* HWY_RESTRICT d) {
  const Floats f;
  const FloatVec s0 = hn::Add(d[0], d[7]), d0 = hn::Sub(d[0], d[7]);
  const FloatVec s1 = hn::Add(d[1], d[6]), d1 = hn::Sub(d[1], d[6]);
  const FloatVec s2 = hn::Add(d[2], d[5]), d2 = hn::Sub(d[2], d[5]);
  const FloatVec s3 = hn::Add(d[3], d[4]), d3 = hn::Sub(d[3], d[4]);

  const FloatVec e0 = hn::Add(s0, s3), e3 = hn::Sub(s0, s3);
  const FloatVec e1 = hn::Add(s1, s2), e2 = hn::Sub(s1, s2);
  const FloatVec turn = hn::Mul(hn::Add(e2, e3), hn::Set(f, 0.707106781F));  // cos(pi/4)
  d[0] = hn::Add(e0, e1);
  d[4] = hn::Sub(e0, e1);
  d[2] = hn::Add(e3, turn);
  d[6] = hn::Sub(e3, turn);

  const FloatVec o0 = hn::Add(d3, d2), o1 = hn::Add(d2, d1), o2 = hn::Add(d1, d0);
  const FloatVec common = hn::Mul(hn::Sub(o0, o2), hn::Set(f, 0.382683433F));  // cos(3pi/8)
  const FloatVec a = hn::Add(hn::Mul(o0, hn::Set(f, 0.541196100F)), common);   // c(1/8) - c(3/8)
  const FloatVec b = hn::Add(hn::Mul(o2, hn::Set(f, 1.306562965F)), common);   // c(1/8) + c(3/8)
  const FloatVec half = hn::Mul(o1, hn::Set(f, 0.707106781F));
  const FloatVec p = hn::Add(d0, half), m = hn::Sub(d0, half);
  d[5] = hn::Add(m, a);
  d[3] = hn::Sub(m, a);
  d[1] = hn::Add(p, b);
  d[7] = hn::Sub(p, b);
}

// Rows and columns of 4x4 values exchanged, inside each 128 bits.
HWY_INLINE void Turn4(const FloatVec* HWY_RESTRICT in, FloatVec* HWY_RESTRICT out) {
  const Floats f;
  const hn::Repartition<double, Floats> pairs;
  const auto a = hn::BitCast(pairs, hn::InterleaveLower(f, in[0], in[1]));
  const auto b = hn::BitCast(pairs, hn::InterleaveLower(f, in[2], in[3]));
  const auto c = hn::BitCast(pairs, hn::InterleaveUpper(f, in[0], in[1]));
  const auto d = hn::BitCast(pairs, hn::InterleaveUpper(f, in[2], in[3]));
  out[0] = hn::BitCast(f, hn::InterleaveLower(pairs, a, b));
  out[1] = hn::BitCast(f, hn::InterleaveUpper(pairs, a, b));
  out[2] = hn::BitCast(f, hn::InterleaveLower(pairs, c, d));
  out[3] = hn::BitCast(f, hn::InterleaveUpper(pairs, c, d));
}

// A row of kTogether blocks: the left four columns of each, and the right ones.
HWY_INLINE void LoadRow(const std::uint8_t* HWY_RESTRICT samples, FloatVec& left, FloatVec& right) {
  const hn::Rebind<std::uint8_t, Floats> bytes;
  const hn::Repartition<std::uint32_t, decltype(bytes)> halves;
  const hn::Rebind<std::uint64_t, decltype(halves)> wholes;
  const Ints ints;
  const Floats f;
  const auto row =
      hn::BitCast(wholes, hn::LoadU(hn::Repartition<std::uint8_t, decltype(wholes)>(), samples));
  const auto four = [&](auto whole) {
    const auto codes = hn::BitCast(bytes, hn::TruncateTo(halves, whole));
    return hn::Sub(hn::ConvertTo(f, hn::PromoteTo(ints, codes)), hn::Set(f, 128.0F));
  };
  left = four(row);
  right = four(hn::ShiftRight<32>(row));
}

// For each eight of a block's coefficients in zigzag order: which bytes of which column hold them.
// The order is known when this is compiled, so only columns that matter are looked at.
struct ZigzagShuffle {
  // [row of eight][column of the block][byte]; 0x80 gives 0.
  alignas(16) std::array<std::array<std::array<std::uint8_t, 16>, kBlockSide>, kBlockSide> bytes{};
  std::array<std::array<bool, kBlockSide>, kBlockSide> used{};

  constexpr ZigzagShuffle() {
    for (auto& row : bytes) {
      for (auto& column : row) column.fill(0x80);
    }
    for (std::size_t k = 0; k < kBlockSize; ++k) {
      const std::size_t v = kZigzag[k] / kBlockSide, u = kZigzag[k] % kBlockSide;
      bytes[k / 8][u][k % 8 * 2] = static_cast<std::uint8_t>(v * 2);
      bytes[k / 8][u][k % 8 * 2 + 1] = static_cast<std::uint8_t>(v * 2 + 1);
      used[k / 8][u] = true;
    }
  }
};
inline constexpr ZigzagShuffle kShuffle;

template <std::size_t kRow, std::size_t kColumn>
HWY_INLINE void Gather(const ShortVec* HWY_RESTRICT columns, ShortVec& row) {
  if constexpr (kColumn < kBlockSide) {
    if constexpr (kShuffle.used[kRow][kColumn]) {
      const hn::Repartition<std::uint8_t, Shorts> bytes;
      const auto where = hn::LoadDup128(bytes, kShuffle.bytes[kRow][kColumn].data());
      const auto part = hn::TableLookupBytesOr0(hn::BitCast(bytes, columns[kColumn]), where);
      row = hn::Or(row, hn::BitCast(Shorts(), part));
    }
    Gather<kRow, kColumn + 1>(columns, row);
  }
}

// Writes each 128 bits of `v` to the next block.
template <class D>
HWY_INLINE void Scatter(D d, hn::Vec<D> v, std::int16_t* HWY_RESTRICT to) {
  if constexpr (hn::MaxLanes(D()) <= 8) {
    hn::StoreU(v, d, to);
  } else {
    const hn::Half<D> half;
    Scatter(half, hn::LowerHalf(half, v), to);
    Scatter(half, hn::UpperHalf(half, v), to + hn::MaxLanes(half) / 8 * kBlockSize);
  }
}

// One bit per coefficient, gathered from a byte per row of eight and block.
HWY_INLINE std::uint64_t Gathered(const std::uint8_t* HWY_RESTRICT bits, std::size_t block) {
  std::uint64_t all = 0;
  for (std::size_t row = 0; row < kBlockSide; ++row) {
    all |= std::uint64_t{bits[row * kTogether + block]} << (8 * row);
  }
  return all;
}

// A byte of each mask for each row of eight and block; vectors store up to 8 bytes beyond.
struct MaskBytes {
  using Rows = std::uint8_t[kBlockSide * kTogether + 8];
  Rows nonzero, large, weak;
};

template <std::size_t kRow = 0>
HWY_INLINE void StoreZigzag(const ShortVec* HWY_RESTRICT columns, std::int16_t* HWY_RESTRICT to,
                            std::int16_t* HWY_RESTRICT parts, MaskBytes& masks) {
  if constexpr (kRow < kBlockSide) {
    const Shorts shorts;
    ShortVec row = hn::Zero(shorts);
    Gather<kRow, 0>(columns, row);
    Scatter(shorts, row, parts + kRow * kBlockSide);
    const ShortVec size = hn::Abs(row);
    const ShortVec level = hn::ShiftRight<4>(hn::Add(size, hn::Set(shorts, kParts / 2)));
    const ShortVec sign = hn::BroadcastSignBit(row);
    Scatter(shorts, hn::Sub(hn::Xor(level, sign), sign), to + kRow * kBlockSide);
    const auto nonzero = hn::Gt(size, hn::Set(shorts, kParts / 2 - 1));
    constexpr std::size_t kAt = kRow * kTogether;
    hn::StoreMaskBits(shorts, nonzero, masks.nonzero + kAt);
    hn::StoreMaskBits(shorts, hn::Gt(level, hn::Set(shorts, 1)), masks.large + kAt);
    hn::StoreMaskBits(shorts, hn::And(nonzero, hn::Lt(size, hn::Set(shorts, 13))),
                      masks.weak + kAt);
    StoreZigzag<kRow + 1>(columns, to, parts, masks);
  }
}

HWY_INLINE void TransformTogether(const std::uint8_t* HWY_RESTRICT samples, std::size_t stride,
                                  const Quantiser& quantiser, const BlockRow& to,
                                  const Remainders& rest) {
  static_assert(kParts == 16);
  const Floats f;
  const Ints ints;
  FloatVec left[kBlockSide], right[kBlockSide];  // rows, then vertical frequencies
  for (std::size_t y = 0; y < kBlockSide; ++y) LoadRow(samples + y * stride, left[y], right[y]);
  Dct8(left);
  Dct8(right);
  FloatVec upper[kBlockSide], lower[kBlockSide];  // columns of frequencies 0..3, and 4..7
  Turn4(left, upper);
  Turn4(right, upper + 4);
  Turn4(left + 4, lower);
  Turn4(right + 4, lower + 4);
  Dct8(upper);
  Dct8(lower);

  ShortVec columns[kBlockSide];
  for (std::size_t u = 0; u < kBlockSide; ++u) {
    const float* factors = quantiser.factors.data() + u * kBlockSide;
    // Cut off, not rounded: a half is then still told from what is below it.
    columns[u] = hn::ReorderDemote2To(
        Shorts(), hn::ConvertTo(ints, hn::Mul(upper[u], hn::LoadDup128(f, factors))),
        hn::ConvertTo(ints, hn::Mul(lower[u], hn::LoadDup128(f, factors + 4))));
  }
  MaskBytes masks;  // NOLINT(cppcoreguidelines-pro-type-member-init): filled by the next line
  StoreZigzag(columns, to.coefficients, rest.parts, masks);
  for (std::size_t block = 0; block < kTogether; ++block) {
    to.nonzero[block] = Gathered(masks.nonzero, block);
    to.large[block] = Gathered(masks.large, block);
    rest.weak[block] = Gathered(masks.weak, block);
  }
}

void Transform(const std::uint8_t* samples, std::size_t stride, std::size_t blocks,
               const Quantiser& quantiser, const BlockRow& to, const Remainders& rest) {
  for (std::size_t x = 0; x < blocks; x += kTogether) {
    TransformTogether(samples + x * kBlockSide, stride, quantiser,
                      {to.coefficients + x * kBlockSize, to.nonzero + x, to.large + x},
                      {rest.parts + x * kBlockSize, rest.weak + x});
  }
}

}  // namespace whittle::jpeg::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();
#endif
