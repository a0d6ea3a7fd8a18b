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

Expected<void> Workspace::Prepare(const Plan& plan) {
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
  return decoded.bytes() + converted.bytes() + resized.bytes() + frame.bytes() + turned.bytes() +
         resizer.buffer_bytes();
}

std::uint64_t Workspace::BytesNeeded(const Plan& plan) {
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
