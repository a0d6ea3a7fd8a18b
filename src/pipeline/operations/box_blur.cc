// The mean of 3x3 pixels: blur without a value.
#include "effect/blur.h"
#include "pipeline/operation.h"
#include "pipeline/plan.h"

namespace whittle::pipeline {
namespace {

constexpr std::string_view kExamples[] = {"blur"};

bool Active(const Plan& plan) { return plan.params.box_blur; }

std::uint64_t Bytes(const Plan& plan) {
  return effect::BoxBlur3BytesNeeded(static_cast<int>(plan.result.width), plan.working);
}

Expected<pixel::RowSpan> Blur(pixel::RowSpan picture, const Plan&, const std::stop_token& stop) {
  WHITTLE_CHECK(effect::BoxBlur3(picture, stop));
  return picture;
}

}  // namespace

extern const Operation kBoxBlur;
const Operation kBoxBlur = {
    .name = "box blur",
    .examples = kExamples,
    .result_ns = 6,
    .active = Active,
    .bytes = Bytes,
    .on_picture = Blur,
};

}  // namespace whittle::pipeline
