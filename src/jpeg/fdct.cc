// Compiled once per instruction set by foreach_target.h, which includes this file again and again.
#include "jpeg/fdct.h"

#include <cmath>
#include <numbers>

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "jpeg/fdct.cc"
#include "hwy/foreach_target.h"
#include "hwy/highway.h"
#include "jpeg/fdct-inl.h"

HWY_BEFORE_NAMESPACE();
namespace whittle::jpeg::HWY_NAMESPACE {

const FdctKernels* TargetFdct() {
  static const FdctKernels kKernels = {
      .target = hwy::TargetName(HWY_TARGET),
      .transform = Transform,
  };
  return &kKernels;
}

}  // namespace whittle::jpeg::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace whittle::jpeg {

HWY_EXPORT(TargetFdct);

const FdctKernels& FdctForThisCpu() { return *HWY_DYNAMIC_DISPATCH(TargetFdct)(); }

// The transform leaves its result 8 * scale(u) * scale(v) times too large.
Quantiser QuantiserOf(const QuantTable& table) {
  const auto scale = [](std::size_t k) {
    return k == 0 ? 1
                  : std::numbers::sqrt2 * std::cos(static_cast<double>(k) * std::numbers::pi / 16);
  };
  Quantiser quantiser{};
  for (std::size_t v = 0; v < kBlockSide; ++v) {
    for (std::size_t u = 0; u < kBlockSide; ++u) {
      quantiser.factors[u * kBlockSide + v] =
          static_cast<float>(kParts / (8 * scale(u) * scale(v) * table[v * kBlockSide + u]));
    }
  }
  return quantiser;
}

}  // namespace whittle::jpeg
#endif
