// Compiled once per instruction set by foreach_target.h, which includes this file again and again.
#include "effect/likeness_rows.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "effect/likeness_rows.cc"
#include "hwy/foreach_target.h"
#include "hwy/highway.h"

HWY_BEFORE_NAMESPACE();
namespace whittle::effect::HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

using Floats = HWY_CAPPED(float, kRowMargin);
using Vector = hn::Vec<Floats>;

// A Gaussian of sigma 1.5, from the middle outwards; both sides together sum to 1.
constexpr float kWeights[kReach + 1] = {0.270682F, 0.216745F, 0.111281F, 0.036633F};

HWY_INLINE Vector WeighWindow(const Vector* taps) {
  const Floats f;
  auto sum = hn::Mul(hn::Set(f, kWeights[0]), taps[kReach]);
  for (int k = 1; k <= kReach; ++k) {
    const auto pair = hn::Add(taps[kReach - k], taps[kReach + k]);
    sum = hn::Add(sum, hn::Mul(hn::Set(f, kWeights[k]), pair));
  }
  return sum;
}

HWY_INLINE Vector WeighAlong(const float* middle) {
  const Floats f;
  Vector taps[kWindow];
  for (int k = -kReach; k <= kReach; ++k) taps[k + kReach] = hn::LoadU(f, middle + k);
  return WeighWindow(taps);
}

void SumColumns(const float* const* a, const float* const* b, std::size_t count,
                const ColumnSums& sums) {
  const Floats f;
  const std::size_t lanes = hn::Lanes(f);
  const std::size_t end = (count + kRowMargin - 1) / kRowMargin * kRowMargin;
  for (std::size_t i = 0; i < end; i += lanes) {
    Vector va[kWindow], vb[kWindow], product[kWindow];
    for (std::size_t k = 0; k < kWindow; ++k) {
      va[k] = hn::LoadU(f, a[k] + i);
      vb[k] = hn::LoadU(f, b[k] + i);
      product[k] = hn::Mul(va[k], vb[k]);
    }
    hn::StoreU(WeighWindow(product), f, sums[4] + i);
    hn::StoreU(WeighWindow(va), f, sums[0] + i);
    hn::StoreU(WeighWindow(vb), f, sums[1] + i);
    for (std::size_t k = 0; k < kWindow; ++k) product[k] = hn::Mul(va[k], va[k]);
    hn::StoreU(WeighWindow(product), f, sums[2] + i);
    for (std::size_t k = 0; k < kWindow; ++k) product[k] = hn::Mul(vb[k], vb[k]);
    hn::StoreU(WeighWindow(product), f, sums[3] + i);
  }
}

HWY_INLINE Vector FourthPower(Vector v) {
  const auto square = hn::Mul(v, v);
  return hn::Mul(square, square);
}

void DifferRow(const float* a, const float* b, const ColumnSums& sums, std::size_t count,
               RowDifference& to) {
  const Floats f;
  const std::size_t lanes = hn::Lanes(f);
  const auto zero = hn::Zero(f);
  const auto one = hn::Set(f, 1.0F);
  const auto two = hn::Set(f, 2.0F);
  const auto floor = hn::Set(f, 0.0009F);  // of variance: what is flatter counts as so flat
  // As many sums of each kind as the widest vector has lanes, whatever this one has.
  HWY_ALIGN float d_sums[kRowMargin] = {}, d4_sums[kRowMargin] = {}, ring_sums[kRowMargin] = {},
                  blur_sums[kRowMargin] = {};
  for (std::size_t i = 0; i < count; i += kRowMargin) {
    for (std::size_t part = 0; part < kRowMargin; part += lanes) {
      const std::size_t at = i + part;
      if (at >= count) break;
      const auto inside = hn::FirstN(f, count - at);
      const auto mean_a = WeighAlong(sums[0] + at);
      const auto mean_b = WeighAlong(sums[1] + at);
      const auto mean_ab = hn::Mul(mean_a, mean_b);
      const auto covariance = hn::Sub(WeighAlong(sums[4] + at), mean_ab);
      const auto variance_a = hn::Sub(WeighAlong(sums[2] + at), hn::Mul(mean_a, mean_a));
      const auto variance_b = hn::Sub(WeighAlong(sums[3] + at), hn::Mul(mean_b, mean_b));
      const auto off = hn::Sub(mean_a, mean_b);
      const auto level = hn::Sub(one, hn::Mul(off, off));
      const auto shared = hn::Add(hn::Mul(two, covariance), floor);
      const auto both = hn::Add(hn::Add(variance_a, variance_b), floor);
      auto d = hn::Max(hn::Sub(one, hn::Div(hn::Mul(level, shared), both)), zero);
      const auto edge_a = hn::Add(one, hn::Abs(hn::Sub(hn::LoadU(f, a + at), mean_a)));
      const auto edge_b = hn::Add(one, hn::Abs(hn::Sub(hn::LoadU(f, b + at), mean_b)));
      auto edge = hn::Sub(hn::Div(edge_b, edge_a), one);
      d = hn::IfThenElseZero(inside, d);
      edge = hn::IfThenElseZero(inside, edge);
      const auto add = [&](float* total, Vector v) {
        hn::Store(hn::Add(hn::Load(f, total + part), v), f, total + part);
      };
      add(d_sums, d);
      add(d4_sums, FourthPower(d));
      add(ring_sums, FourthPower(hn::Max(edge, zero)));
      add(blur_sums, FourthPower(hn::Min(edge, zero)));
    }
  }
  for (std::size_t i = 0; i < kRowMargin; ++i) {
    to.d += static_cast<double>(d_sums[i]);
    to.d4 += static_cast<double>(d4_sums[i]);
    to.ring4 += static_cast<double>(ring_sums[i]);
    to.blur4 += static_cast<double>(blur_sums[i]);
  }
}

}  // namespace whittle::effect::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace whittle::effect {

HWY_EXPORT(SumColumns);
HWY_EXPORT(DifferRow);

void SumColumns(const float* const* a, const float* const* b, std::size_t count,
                const ColumnSums& sums) {
  HWY_DYNAMIC_DISPATCH(SumColumns)(a, b, count, sums);
}

void DifferRow(const float* a, const float* b, const ColumnSums& sums, std::size_t count,
               RowDifference& to) {
  HWY_DYNAMIC_DISPATCH(DifferRow)(a, b, sums, count, to);
}

}  // namespace whittle::effect
#endif
