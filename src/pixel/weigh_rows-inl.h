// Kernels that weigh and add samples, down the columns and along the rows, and the turn between the
// two, for the target being compiled. Included by kernels.cc only, once per target; see kernels.h
// for the layouts and decode-inl.h for where lane order comes from.
#if defined(WHITTLE_PIXEL_WEIGH_ROWS_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef WHITTLE_PIXEL_WEIGH_ROWS_INL_H_
#undef WHITTLE_PIXEL_WEIGH_ROWS_INL_H_
#else
#define WHITTLE_PIXEL_WEIGH_ROWS_INL_H_
#endif

#include <algorithm>
#include <cstddef>
#include <cstdint>

#include "hwy/highway.h"
#include "pixel/decode-inl.h"
#include "pixel/kernels.h"

HWY_BEFORE_NAMESPACE();
namespace whittle::pixel::HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

HWY_INLINE WordVec Broadcast(std::int32_t weight_pair) {
  return hn::BitCast(Words(), hn::Set(Sums(), weight_pair));
}

// Shifts right by `bits`, rounding halves up.
class RoundingShift {
 public:
  explicit HWY_INLINE RoundingShift(int bits)
      : half_(hn::Set(Sums(), bits > 0 ? 1 << (bits - 1) : 0)), bits_(bits) {}
  HWY_INLINE SumVec operator()(SumVec sum) const {
    return hn::ShiftRightSame(hn::Add(sum, half_), bits_);
  }

 private:
  SumVec half_;
  int bits_;
};

// Vectors that WeighBlock handles together: one vector of bytes became so many vectors of pairs.
constexpr std::size_t kUnroll = 4;

// The weighed sums of kUnroll vectors at sample x, with `early` applied where the filter needs it.
template <bool kEarly>
HWY_INLINE void WeighBlock(const WeighedRows& in, std::size_t x, const RoundingShift& early,
                           SumVec& s0, SumVec& s1, SumVec& s2, SumVec& s3) {
  const Words words;
  const std::size_t lanes = hn::Lanes(words);
  PairSum p0, p1, p2, p3;
  for (int i = 0; i < in.pairs; ++i) {
    const WordVec weight = Broadcast(in.weights[i]);
    const std::int16_t* HWY_RESTRICT row = in.rows[i] + 2 * x;
    p0.Add(hn::Load(words, row), weight);
    p1.Add(hn::Load(words, row + lanes), weight);
    p2.Add(hn::Load(words, row + 2 * lanes), weight);
    p3.Add(hn::Load(words, row + 3 * lanes), weight);
  }
  if constexpr (kEarly) {
    s0 = early(p0.Get()), s1 = early(p1.Get()), s2 = early(p2.Get()), s3 = early(p3.Get());
  } else {
    s0 = p0.Get(), s1 = p1.Get(), s2 = p2.Get(), s3 = p3.Get();
  }
}

template <bool kEarly>
HWY_INLINE void WeighRowsAs(const WeighedRows& in, std::size_t samples, bool fresh, int early_bits,
                            std::int32_t* HWY_RESTRICT sums) {
  const Sums d;
  const std::size_t lanes = hn::Lanes(d);
  const RoundingShift early(early_bits);
  for (std::size_t x = 0; x < samples; x += kUnroll * lanes) {
    SumVec s0, s1, s2, s3;
    WeighBlock<kEarly>(in, x, early, s0, s1, s2, s3);
    std::int32_t* HWY_RESTRICT to = sums + x;
    if (!fresh) {
      s0 = hn::Add(s0, hn::Load(d, to));
      s1 = hn::Add(s1, hn::Load(d, to + lanes));
      s2 = hn::Add(s2, hn::Load(d, to + 2 * lanes));
      s3 = hn::Add(s3, hn::Load(d, to + 3 * lanes));
    }
    hn::Store(s0, d, to);
    hn::Store(s1, d, to + lanes);
    hn::Store(s2, d, to + 2 * lanes);
    hn::Store(s3, d, to + 3 * lanes);
  }
}

void WeighRows(const WeighedRows& in, std::size_t samples, bool fresh, int early_bits,
               std::int32_t* sums) {
  if (early_bits > 0) {
    WeighRowsAs<true>(in, samples, fresh, early_bits, sums);
  } else {
    WeighRowsAs<false>(in, samples, fresh, early_bits, sums);
  }
}

template <bool kEarly>
HWY_INLINE void FinishRowAs(const WeighedRows& in, std::size_t samples,
                            const std::int32_t* HWY_RESTRICT sums, int early_bits, int late_bits,
                            std::int16_t* HWY_RESTRICT lane_row) {
  const Sums d;
  const Words words;
  const std::size_t lanes = hn::Lanes(d);
  const RoundingShift early(early_bits);
  const RoundingShift late(late_bits);
  for (std::size_t x = 0; x < samples; x += kUnroll * lanes) {
    SumVec s0, s1, s2, s3;
    WeighBlock<kEarly>(in, x, early, s0, s1, s2, s3);
    if (sums != nullptr) {
      s0 = hn::Add(s0, hn::Load(d, sums + x));
      s1 = hn::Add(s1, hn::Load(d, sums + x + lanes));
      s2 = hn::Add(s2, hn::Load(d, sums + x + 2 * lanes));
      s3 = hn::Add(s3, hn::Load(d, sums + x + 3 * lanes));
    }
    // The demotion is the exact inverse of the interleaving of two rows.
    hn::Store(hn::ReorderDemote2To(words, late(s0), late(s1)), words, lane_row + x);
    hn::Store(hn::ReorderDemote2To(words, late(s2), late(s3)), words, lane_row + x + 2 * lanes);
  }
}

void FinishRow(const WeighedRows& in, std::size_t samples, const std::int32_t* sums, int early_bits,
               int late_bits, std::int16_t* lane_row) {
  if (early_bits > 0) {
    FinishRowAs<true>(in, samples, sums, early_bits, late_bits, lane_row);
  } else {
    FinishRowAs<false>(in, samples, sums, early_bits, late_bits, lane_row);
  }
}

// Turns 4 rows of 4 values of 32 bits: load(i) gives row i, store(i, values) takes column i.
template <class Load, class Store>
HWY_INLINE void TurnTile(const Load& load, const Store& store) {
  const hn::Full128<std::int32_t> d;
  const hn::Full128<std::int64_t> d64;
  const auto r0 = load(0), r1 = load(1), r2 = load(2), r3 = load(3);
  const auto r01_low = hn::BitCast(d64, hn::InterleaveLower(d, r0, r1));
  const auto r01_high = hn::BitCast(d64, hn::InterleaveUpper(d, r0, r1));
  const auto r23_low = hn::BitCast(d64, hn::InterleaveLower(d, r2, r3));
  const auto r23_high = hn::BitCast(d64, hn::InterleaveUpper(d, r2, r3));
  store(0, hn::BitCast(d, hn::InterleaveLower(d64, r01_low, r23_low)));
  store(1, hn::BitCast(d, hn::InterleaveUpper(d64, r01_low, r23_low)));
  store(2, hn::BitCast(d, hn::InterleaveLower(d64, r01_high, r23_high)));
  store(3, hn::BitCast(d, hn::InterleaveUpper(d64, r01_high, r23_high)));
}

// The same for 4 pairs of each row, from sample `at`; `columns` is at the first row of the first
// pair.
HWY_INLINE void TurnPairs(const std::int16_t* const* lane_rows, std::size_t at,
                          std::int32_t* HWY_RESTRICT columns) {
  const hn::Full128<std::int32_t> d;
  TurnTile(
      [&](std::size_t row) {
        return hn::BitCast(d, hn::Load(hn::Full128<std::int16_t>(), lane_rows[row] + at));
      },
      [&](std::size_t pair, auto rows) { hn::Store(rows, d, columns + pair * kGroupRows); });
}

void Turn(const std::int16_t* const* lane_rows, std::size_t samples, Order order,
          std::int32_t* columns) {
  // Unpacked, each run of as many samples as a vector has bytes is stored as the lower halves of
  // all its 16-sample blocks, then the upper halves. In place is the same with runs of one block.
  const std::size_t run = order == Order::kUnpacked ? hn::Lanes(Bytes()) : 16;
  for (std::size_t x = 0; x < samples; x += 16) {
    const std::size_t begin = x / run * run;
    const std::size_t lower = begin + (x - begin) / 2;
    for (int row = 0; row < kGroupRows; row += 4) {
      std::int32_t* to = columns + x / 2 * kGroupRows + row;
      TurnPairs(lane_rows + row, lower, to);
      TurnPairs(lane_rows + row, lower + run / 2, to + std::ptrdiff_t{4} * kGroupRows);
    }
  }
}

template <bool kEarly>
HWY_INLINE SumVec WeighColumn(const std::int32_t* HWY_RESTRICT column,
                              const std::int32_t* HWY_RESTRICT weights, int pairs,
                              const RoundingShift& early) {
  const Words words;
  SumVec total = hn::Zero(Sums());
  for (int i = 0; i < pairs;) {
    PairSum sum;
    const int end = kEarly ? std::min(pairs, i + kEarlyPairs) : pairs;
    for (; i < end; ++i) {
      const SumVec samples = hn::Load(Sums(), column + std::ptrdiff_t{i} * kGroupRows);
      sum.Add(hn::BitCast(words, samples), Broadcast(weights[i]));
    }
    total = hn::Add(total, kEarly ? early(sum.Get()) : sum.Get());
  }
  return total;
}

template <bool kEarly>
HWY_INLINE void WeighColumnsAs(const Filter& filter, const std::int32_t* HWY_RESTRICT columns,
                               std::int16_t most, std::int16_t* HWY_RESTRICT out) {
  const Sums d;
  const hn::Rebind<std::int16_t, Sums> d16;
  const std::size_t lanes = hn::Lanes(d);
  const RoundingShift early(filter.early_bits());
  const RoundingShift late(filter.late_bits());
  const auto zero = hn::Zero(d16);
  const auto limit = hn::Set(d16, most);
  for (int i = 0; i < filter.size(); ++i) {
    const Filter::Window window = filter.window(i);
    const std::int32_t* column = columns + static_cast<std::size_t>(window.begin) * kGroupRows;
    for (std::size_t row = 0; row < kGroupRows; row += lanes) {
      const SumVec sum = WeighColumn<kEarly>(column + row, filter.weights(i), window.pairs, early);
      const auto value = hn::Min(hn::Max(hn::DemoteTo(d16, late(sum)), zero), limit);
      hn::Store(value, d16, out + static_cast<std::size_t>(i) * kGroupRows + row);
    }
  }
}

void WeighColumns(const Filter& filter, const std::int32_t* columns, std::int16_t most,
                  std::int16_t* out) {
  if (filter.early_bits() > 0) {
    WeighColumnsAs<true>(filter, columns, most, out);
  } else {
    WeighColumnsAs<false>(filter, columns, most, out);
  }
}

}  // namespace whittle::pixel::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif  // include guard per target
