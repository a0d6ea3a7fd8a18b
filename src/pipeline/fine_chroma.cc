#include "pipeline/fine_chroma.h"

#include "pipeline/result_planes.h"
#include "pipeline/upright.h"

namespace whittle::pipeline {
namespace {

using pixel::PixelFormat;

// As if the result's chroma were not halved, in full range.
pixel::Geometry FineGeometry(const Plan& plan) {
  Plan fine = plan;
  fine.subsampling = codec::Subsampling::k444;
  return ResizeOf(fine, 1).geometry;
}

}  // namespace

Expected<void> FineChroma::Prepare(const Plan& plan) {
  const pixel::Geometry geometry = FineGeometry(plan);
  WHITTLE_CHECK(resizer_.Configure(geometry));
  for (RowBuffer* plane : {&cb_, &cr_}) {
    plane->Shape(geometry.dst_width, geometry.dst_height, PixelFormat::kGrey8);
  }
  filled_ = 0;
  return {};
}

int FineChroma::Push(const pixel::ChromaResizer::Rows& rows) {
  const int taken = resizer_.Push(rows);
  const pixel::RowSpan cb = cb_.rows(), cr = cr_.rows();
  while (filled_ < cb.rows) {
    const int left = cb.rows - filled_;
    const int count = resizer_.Pull(cb.Slice(filled_, left), cr.Slice(filled_, left));
    if (count == 0) break;
    filled_ += count;
  }
  return taken;
}

Expected<void> FineChroma::Finish(const Plan& plan, effect::LikenessPlanes& compared) {
  if (filled_ != cb_.rows().rows) return Fail(ErrorKind::kInternal, "chroma's rows are missing");
  compared.cb = cb_.rows();
  compared.cr = cr_.rows();
  if (!plan.turns()) return {};
  const int width = compared.luma.width, height = compared.luma.rows;
  upright_cb_.Shape(width, height, PixelFormat::kGrey8);
  upright_cr_.Shape(width, height, PixelFormat::kGrey8);
  UprightRows(cb_.rows(), plan.orientation, 0, upright_cb_.rows());
  UprightRows(cr_.rows(), plan.orientation, 0, upright_cr_.rows());
  compared.cb = upright_cb_.rows();
  compared.cr = upright_cr_.rows();
  return {};
}

std::uint64_t FineChroma::BytesNeeded(const Plan& plan) {
  const std::uint64_t plane =
      RowBuffer::BytesNeeded(plan.resized.width, plan.resized.height, PixelFormat::kGrey8) +
      RowBuffer::BytesNeeded(plan.resized.height, plan.resized.width, PixelFormat::kGrey8);
  return 2 * plane + pixel::ChromaResizer::BytesNeeded(FineGeometry(plan));
}

}  // namespace whittle::pipeline
