#include "pipeline/workspace.h"

#include "base/checked.h"
#include "pipeline/plan.h"
#include "pipeline/result_planes.h"
#include "pipeline/shared_planes.h"

namespace whittle::pipeline {
namespace {

pixel::ResizeSpec SpecOf(const Plan& plan) {
  return {.geometry = plan.geometry(), .format = plan.working, .kernel = plan.kernel};
}

// Whether the canvas takes rows other than those that the picture has.
bool NeedsCanvas(const Plan& plan) { return plan.pads() || plan.written != plan.working; }

// Rows of `turned`: all where an operation works on them.
std::uint32_t TurnedRows(const Plan& plan) {
  return plan.operations.on_picture ? plan.result.height : Workspace::kBatchRows;
}

// Rows of plane `p` that are kept, as stored: all of a picture that is turned.
int PlaneRows(const Plan& plan, const pixel::ResizeSpec& spec, std::size_t p) {
  return plan.turns() ? spec.geometry.dst_height : Workspace::kPlaneRows / StepOf(plan, p);
}
int PlaneBandRows(const Plan& plan, std::size_t p) {
  return codec::PlaneSink::kBandRows / StepOf(plan, p);
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
  return pixel::RowStride(width * static_cast<std::uint64_t>(pixel::PixelBytes(format))) * rows;
}

Expected<void> Workspace::PreparePlanes(const Plan& plan, const SharedPlanes* shared) {
  for (std::size_t p = 0; p < plan.planes->count; ++p) {
    const pixel::ResizeSpec spec = ResizeOf(plan, p);
    if (p == 0) {
      WHITTLE_CHECK(plane_resizers[0].Configure(spec, shared ? shared->LumaFor(plan) : nullptr));
    } else if (!WeighsChroma(plan)) {
      WHITTLE_CHECK(plane_resizers[p].Configure(spec));
    }
    plane_rows[p].Shape(spec.geometry.dst_width, PlaneRows(plan, spec, p), spec.format);
    if (plan.turns()) {
      plane_bands[p].Shape(static_cast<int>(PlaneSize(plan, p).width), PlaneBandRows(plan, p),
                           spec.format);
    }
  }
  if (WeighsChroma(plan)) {
    const pixel::ResizeSpec spec = ResizeOf(plan, 1);
    WHITTLE_CHECK(chroma_resizer.Configure(
        spec.geometry, spec.studio_output ? pixel::CodeRange::kStudio : pixel::CodeRange::kFull,
        shared ? shared->ChromaFor(plan) : nullptr));
    chroma_luma.Shape(spec.geometry.src_width, kChromaRows, spec.format);
  }
  return {};
}

void Workspace::PrepareToDecode(const Plan& plan) {
  if (plan.planes) return;
  const int stored_width = static_cast<int>(plan.stored.width);
  decoded.Shape(stored_width, kBatchRows, plan.decoded);
  if (plan.decoded != plan.working) converted.Shape(stored_width, kBatchRows, plan.working);
}

Expected<void> Workspace::Prepare(const Plan& plan, const SharedPlanes* shared) {
  if (plan.planes) return PreparePlanes(plan, shared);
  PrepareToDecode(plan);
  if (plan.resizes()) {
    resized.Shape(static_cast<int>(plan.resized.width), kBatchRows, plan.working);
    if (IsWide(plan.working)) {
      WHITTLE_CHECK(wide_resizer.Configure(SpecOf(plan)));
    } else {
      WHITTLE_CHECK(resizer.Configure(SpecOf(plan)));
    }
  }
  if (plan.holds_result()) {
    frame.Shape(static_cast<int>(plan.resized.width), static_cast<int>(plan.resized.height),
                plan.working);
  }
  if (plan.turns()) {
    turned.Shape(static_cast<int>(plan.result.width), static_cast<int>(TurnedRows(plan)),
                 plan.working);
  }
  if (NeedsCanvas(plan)) {
    canvas.Shape(static_cast<int>(plan.layout.canvas.width), kBatchRows, plan.written);
  }
  return {};
}

std::size_t Workspace::bytes() const {
  std::size_t sum = decoded.bytes() + converted.bytes() + resized.bytes() + frame.bytes() +
                    turned.bytes() + canvas.bytes() + kept.bytes() + resizer.buffer_bytes() +
                    wide_resizer.buffer_bytes() + chroma_resizer.buffer_bytes() +
                    chroma_luma.bytes();
  for (const auto& plane : plane_resizers) sum += plane.buffer_bytes();
  for (const auto& rows : plane_rows) sum += rows.bytes();
  for (const auto& rows : plane_bands) sum += rows.bytes();
  for (const auto& rows : plane_codes) sum += rows.bytes();
  return sum;
}

std::uint64_t Workspace::PlaneBytesNeeded(const Plan& plan) {
  std::uint64_t sum = 0;
  for (std::size_t p = 0; p < plan.planes->count; ++p) {
    if (plan.planes->range == codec::Range::kStudio) {
      const codec::PlaneShape& shape = (*plan.planes)[p];
      sum += RowBuffer::BytesNeeded(static_cast<std::uint64_t>(shape.width),
                                    static_cast<std::uint64_t>(kStudioRows / shape.down),
                                    pixel::PixelFormat::kGrey8);
    }
    const pixel::ResizeSpec spec = ResizeOf(plan, p);
    if (p == 0 || !WeighsChroma(plan)) {
      sum = SaturatingAdd(sum, std::uint64_t{pixel::Resizer::BytesNeeded(spec)});
    }
    sum +=
        RowBuffer::BytesNeeded(static_cast<std::uint64_t>(spec.geometry.dst_width),
                               static_cast<std::uint64_t>(PlaneRows(plan, spec, p)), spec.format);
    if (plan.turns()) {
      sum +=
          RowBuffer::BytesNeeded(PlaneSize(plan, p).width,
                                 static_cast<std::uint64_t>(PlaneBandRows(plan, p)), spec.format);
    }
  }
  if (WeighsChroma(plan)) {
    const pixel::ResizeSpec spec = ResizeOf(plan, 1);
    sum = SaturatingAdd(sum, std::uint64_t{pixel::ChromaResizer::BytesNeeded(spec.geometry)});
    sum += RowBuffer::BytesNeeded(static_cast<std::uint64_t>(spec.geometry.src_width), kChromaRows,
                                  spec.format);
  }
  return sum;
}

std::uint64_t Workspace::BytesNeeded(const Plan& plan) {
  if (plan.planes) return PlaneBytesNeeded(plan);
  std::uint64_t sum = RowBuffer::BytesNeeded(plan.stored.width, kBatchRows, plan.decoded);
  if (plan.decoded != plan.working) {
    sum += RowBuffer::BytesNeeded(plan.stored.width, kBatchRows, plan.working);
  }
  if (plan.resizes()) {
    sum += RowBuffer::BytesNeeded(plan.resized.width, kBatchRows, plan.working);
    const std::size_t resizer_bytes = IsWide(plan.working)
                                          ? pixel::WideResizer::BytesNeeded(SpecOf(plan))
                                          : pixel::Resizer::BytesNeeded(SpecOf(plan));
    sum = SaturatingAdd(sum, std::uint64_t{resizer_bytes});
  }
  if (plan.holds_result()) {
    sum += RowBuffer::BytesNeeded(plan.resized.width, plan.resized.height, plan.working);
  }
  if (plan.turns()) {
    sum += RowBuffer::BytesNeeded(plan.result.width, TurnedRows(plan), plan.working);
  }
  if (NeedsCanvas(plan)) {
    sum += RowBuffer::BytesNeeded(plan.layout.canvas.width, kBatchRows, plan.written);
  }
  if (plan.keeps_canvas || plan.output.animated) {
    sum +=
        RowBuffer::BytesNeeded(plan.layout.canvas.width, plan.layout.canvas.height, plan.written);
  }
  return sum;
}

}  // namespace whittle::pipeline
