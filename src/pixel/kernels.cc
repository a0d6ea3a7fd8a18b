// Compiled once per instruction set by foreach_target.h, which includes this file again and again.
// AVX-512 with byte permutations (Ice Lake, Zen 4 and later), which Highway leaves out by default.
#define HWY_WANT_AVX3_DL

#include "pixel/kernels.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "pixel/kernels.cc"
#include "hwy/foreach_target.h"
#include "hwy/highway.h"
#include "pixel/alpha_rows-inl.h"
#include "pixel/chroma_rows-inl.h"
#include "pixel/halve_rows-inl.h"
#include "pixel/pair_rows-inl.h"
#include "pixel/weigh_rows-inl.h"
#include "pixel/wide_rows-inl.h"

HWY_BEFORE_NAMESPACE();
namespace whittle::pixel::HWY_NAMESPACE {

const Kernels* TargetKernels() {
  static const Kernels kKernels = {
      .target = hwy::TargetName(HWY_TARGET),
      .pair_grey = PairGrey,
      .pair_rgb = PairRgb,
      .pair_grey_alpha = PairGreyAlpha,
      .pair_rgba = PairRgba,
      .halve_grey = HalveGrey,
      .halve_rgb = HalveRgb,
      .halve_grey_alpha = HalveGreyAlpha,
      .halve_rgba = HalveRgba,
      .unpremultiply = Unpremultiply,
      .weigh_chroma = WeighChroma,
      .unweigh_chroma = UnweighChroma,
      .average_codes = AverageCodes,
      .halve = Halve,
      .pair_halves = PairHalves,
      .weigh_rows = WeighRows,
      .finish_row = FinishRow,
      .turn = Turn,
      .weigh_columns = WeighColumns,
      .weigh_wide_rows = WeighWideRows,
      .turn_wide = TurnWide,
      .weigh_wide_columns = WeighWideColumns,
  };
  return &kKernels;
}

}  // namespace whittle::pixel::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace whittle::pixel {

HWY_EXPORT(TargetKernels);

const Kernels& KernelsForThisCpu() { return *HWY_DYNAMIC_DISPATCH(TargetKernels)(); }

}  // namespace whittle::pixel
#endif
