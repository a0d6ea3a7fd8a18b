#include "pipeline/result_planes.h"

#include "codec/codec.h"
#include "pixel/average_blocks.h"
#include "pixel/orient.h"

namespace whittle::pipeline {
namespace {

struct Interval {
  double from = 0;
  double to = 0;
};

// What `samples` samples of the result's plane show of the source's, along one axis, where the
// picture shows the source's pixels of `shown`. They may cover
// half a sample more than the picture has, at that end which is right or below when displayed.
Interval Shown(Interval shown, std::uint32_t resized, std::uint32_t samples, int step, int coarse,
               bool mirrored) {
  const double pixels = static_cast<double>(samples) * step;  // of the result
  const double scale = (shown.to - shown.from) / resized / coarse;
  const double from = shown.from / coarse + (mirrored ? (resized - pixels) * scale : 0);
  return {from, from + pixels * scale};
}

// Whether the stored picture's first column, or row, is the last when displayed (or the last row or
// column, where the two change places).
bool MirrorsAcross(int orientation) {
  return orientation == 2 || orientation == 3 || orientation == 7 || orientation == 8;
}
bool MirrorsDown(int orientation) {
  return orientation == 3 || orientation == 4 || orientation == 6 || orientation == 7;
}

}  // namespace

int StepOf(const Plan& plan, std::size_t p) {
  return p > 0 && plan.subsampling == codec::Subsampling::k420 ? 2 : 1;
}

Size PlaneSize(const Plan& plan, std::size_t p) {
  const auto step = static_cast<std::uint32_t>(StepOf(plan, p));
  return {(plan.result.width + step - 1) / step, (plan.result.height + step - 1) / step};
}

bool WeighsChroma(const Plan& plan) {
  const codec::PlaneShapes& shapes = *plan.planes;
  return shapes.count == codec::kPlanes && shapes[1] == shapes[2];
}

pixel::ResizeSpec ResizeOf(const Plan& plan, std::size_t p) {
  const codec::PlaneShape& from = (*plan.planes)[p];
  const int step = StepOf(plan, p);
  Size to = PlaneSize(plan, p);
  if (pixel::Transposes(plan.orientation)) to = to.Transposed();
  const Interval across = Shown({plan.shown.left, plan.shown.right}, plan.resized.width, to.width,
                                step, from.across, MirrorsAcross(plan.orientation));
  const Interval down = Shown({plan.shown.top, plan.shown.bottom}, plan.resized.height, to.height,
                              step, from.down, MirrorsDown(plan.orientation));
  return {.geometry = {.src_width = from.width,
                       .src_height = from.height,
                       .dst_width = static_cast<int>(to.width),
                       .dst_height = static_cast<int>(to.height),
                       .left = across.from,
                       .top = down.from,
                       .right = across.to,
                       .bottom = down.to},
          .format = pixel::PixelFormat::kGrey8,
          .light = p == 0 ? pixel::Light::kLinear : pixel::Light::kGamma,
          .studio_output = plan.output.codec->plane_range == codec::Range::kStudio};
}

pixel::ConstRowSpan LumaOfChroma(const Plan& plan, const pixel::ConstRowSpan& luma,
                                 const pixel::RowSpan& coarse) {
  const codec::PlaneShape& chroma = (*plan.planes)[1];
  if (chroma.across == 1 && chroma.down == 1) return luma;
  pixel::AverageBlocks(luma, chroma.across, chroma.down, coarse);
  return coarse;
}

}  // namespace whittle::pipeline
