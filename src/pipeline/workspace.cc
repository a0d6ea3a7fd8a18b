#include "pipeline/workspace.h"

#include "base/checked.h"
#include "pipeline/plan.h"

namespace whittle::pipeline {
namespace {

pixel::ResizeSpec SpecOf(const Plan& plan) {
  return {.geometry = pixel::Geometry::Whole(
              static_cast<int>(plan.stored.width), static_cast<int>(plan.stored.height),
              static_cast<int>(plan.resized.width), static_cast<int>(plan.resized.height)),
          .format = plan.working};
}

// A plane of the result is as the luma plane for luma, and half of that, rounded up, for chroma.
int PlaneSide(std::uint32_t side, std::size_t plane) {
  return static_cast<int>(plane == 0 ? side : (side + 1) / 2);
}
int PlaneRows(std::size_t plane) {
  return plane == 0 ? Workspace::kPlaneRows : Workspace::kPlaneRows / 2;
}

// What of an axis `side` samples long (in luma) the `dst` samples of a plane show. In luma they
// cover `dst` * step of the result's samples, which for an odd result is half a sample more than
// the picture; `coarse` luma samples are one of the source plane's.
double Covered(std::uint32_t side, std::uint32_t result_side, std::size_t plane, int coarse) {
  const int step = plane == 0 ? 1 : 2;
  const double covered = static_cast<double>(PlaneSide(result_side, plane)) * step;
  return covered * side / result_side / coarse;
}

pixel::ResizeSpec SpecOfPlane(const Plan& plan, std::size_t p) {
  const codec::PlaneShape& from = (*plan.planes)[p];
  return {.geometry = {.src_width = from.width,
                       .src_height = from.height,
                       .dst_width = PlaneSide(plan.result.width, p),
                       .dst_height = PlaneSide(plan.result.height, p),
                       .right = Covered(plan.stored.width, plan.result.width, p, from.across),
                       .bottom = Covered(plan.stored.height, plan.result.height, p, from.down)},
          .format = pixel::PixelFormat::kGray8,
          .light = p == 0 ? pixel::Light::kLinear : pixel::Light::kGamma};
}

}  // namespace

void RowBuffer::Shape(int width, int rows, pixel::PixelFormat format) {
  const pixel::RowSpan shape{nullptr, 0, width, rows, format};
  const std::size_t stride = pixel::RowStride(shape.row_bytes());
  storage_.Resize(stride * static_cast<std::size_t>(rows));
  rows_ = {storage_.data(), stride, width, rows, format};
}

std::uint64_t RowBuffer::BytesNeeded(std::uint64_t width, std::uint64_t rows,
                                     pixel::PixelFormat format) {
  return pixel::RowStride(width * static_cast<std::uint64_t>(pixel::Channels(format))) * rows;
}

Expected<void> Workspace::PreparePlanes(const Plan& plan) {
  for (std::size_t p = 0; p < codec::kPlanes; ++p) {
    const pixel::ResizeSpec spec = SpecOfPlane(plan, p);
    WHITTLE_CHECK(plane_resizers[p].Configure(spec));
    plane_rows[p].Shape(spec.geometry.dst_width, PlaneRows(p), spec.format);
  }
  return {};
}

Expected<void> Workspace::Prepare(const Plan& plan) {
  if (plan.planes) return PreparePlanes(plan);
  const int stored_width = static_cast<int>(plan.stored.width);
  decoded.Shape(stored_width, kBatchRows, plan.decoded);
  if (plan.decoded != plan.working) converted.Shape(stored_width, kBatchRows, plan.working);
  if (plan.resizes()) {
    resized.Shape(static_cast<int>(plan.resized.width), kBatchRows, plan.working);
    WHITTLE_CHECK(resizer.Configure(SpecOf(plan)));
  }
  if (plan.holds_result()) {
    frame.Shape(static_cast<int>(plan.resized.width), static_cast<int>(plan.resized.height),
                plan.working);
  }
  if (plan.turns()) {
    turned.Shape(static_cast<int>(plan.result.width), kBatchRows, plan.working);
  }
  return {};
}

std::size_t Workspace::bytes() const {
  std::size_t sum = decoded.bytes() + converted.bytes() + resized.bytes() + frame.bytes() +
                    turned.bytes() + resizer.buffer_bytes();
  for (const auto& plane : plane_resizers) sum += plane.buffer_bytes();
  for (const auto& rows : plane_rows) sum += rows.bytes();
  return sum;
}

std::uint64_t Workspace::BytesNeeded(const Plan& plan) {
  if (plan.planes) {
    std::uint64_t planes = 0;
    for (std::size_t p = 0; p < codec::kPlanes; ++p) {
      const pixel::ResizeSpec spec = SpecOfPlane(plan, p);
      planes = SaturatingAdd(planes, std::uint64_t{pixel::Resizer::BytesNeeded(spec)});
      planes += RowBuffer::BytesNeeded(static_cast<std::uint64_t>(spec.geometry.dst_width),
                                       static_cast<std::uint64_t>(PlaneRows(p)), spec.format);
    }
    return planes;
  }
  std::uint64_t sum = RowBuffer::BytesNeeded(plan.stored.width, kBatchRows, plan.decoded);
  if (plan.decoded != plan.working) {
    sum += RowBuffer::BytesNeeded(plan.stored.width, kBatchRows, plan.working);
  }
  if (plan.resizes()) {
    sum += RowBuffer::BytesNeeded(plan.resized.width, kBatchRows, plan.working);
    sum = SaturatingAdd(sum, std::uint64_t{pixel::Resizer::BytesNeeded(SpecOf(plan))});
  }
  if (plan.holds_result()) {
    sum += RowBuffer::BytesNeeded(plan.resized.width, plan.resized.height, plan.working);
  }
  if (plan.turns()) sum += RowBuffer::BytesNeeded(plan.result.width, kBatchRows, plan.working);
  return sum;
}

}  // namespace whittle::pipeline
