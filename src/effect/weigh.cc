// Compiled once per instruction set by foreach_target.h, which includes this file again and again.
#include "effect/weigh.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "effect/weigh.cc"
#include "hwy/foreach_target.h"
#include "hwy/highway.h"

HWY_BEFORE_NAMESPACE();
namespace whittle::effect::HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

// Four vectors together keep the sums in registers and hide the latency of addition.
void WeighRows(const float* const* taps, const float* weights, std::size_t tap_count,
               std::size_t count, float* to) {
  using Floats = HWY_CAPPED(float, kFloatSlack / 4);
  const Floats f;
  const std::size_t lanes = hn::Lanes(f);
  for (std::size_t i = 0; i < count; i += 4 * lanes) {
    auto weight = hn::Set(f, weights[0]);
    const float* tap = taps[0] + i;
    auto a = hn::Mul(weight, hn::LoadU(f, tap));
    auto b = hn::Mul(weight, hn::LoadU(f, tap + lanes));
    auto c = hn::Mul(weight, hn::LoadU(f, tap + 2 * lanes));
    auto d = hn::Mul(weight, hn::LoadU(f, tap + 3 * lanes));
    for (std::size_t k = 1; k < tap_count; ++k) {
      weight = hn::Set(f, weights[k]);
      tap = taps[k] + i;
      a = hn::Add(a, hn::Mul(weight, hn::LoadU(f, tap)));
      b = hn::Add(b, hn::Mul(weight, hn::LoadU(f, tap + lanes)));
      c = hn::Add(c, hn::Mul(weight, hn::LoadU(f, tap + 2 * lanes)));
      d = hn::Add(d, hn::Mul(weight, hn::LoadU(f, tap + 3 * lanes)));
    }
    hn::StoreU(a, f, to + i);
    hn::StoreU(b, f, to + i + lanes);
    hn::StoreU(c, f, to + i + 2 * lanes);
    hn::StoreU(d, f, to + i + 3 * lanes);
  }
}

}  // namespace whittle::effect::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace whittle::effect {

HWY_EXPORT(WeighRows);

void Weigh(const float* const* taps, const float* weights, std::size_t tap_count, std::size_t count,
           float* to) {
  HWY_DYNAMIC_DISPATCH(WeighRows)(taps, weights, tap_count, count, to);
}

}  // namespace whittle::effect
#endif
