// Gaussian blur: blur=<sigma>.
#include "effect/blur.h"

#include "pipeline/operation.h"
#include "pipeline/plan.h"

namespace whittle::pipeline {
namespace {

// The dearest kernel, the coarsest grid.
constexpr std::string_view kExamples[] = {"blur=7.9", "blur=300"};

bool Active(const Plan& plan) { return plan.params.blur.has_value(); }

std::uint64_t Bytes(const Plan& plan) {
  return effect::GaussianBlurBytesNeeded(static_cast<int>(plan.result.width), plan.working,
                                         *plan.params.blur);
}

Expected<pixel::RowSpan> Blur(pixel::RowSpan picture, const Plan& plan,
                              const std::stop_token& stop) {
  WHITTLE_CHECK(effect::GaussianBlur(picture, *plan.params.blur, stop));
  return picture;
}

}  // namespace

extern const Operation kBlur;
const Operation kBlur = {
    .name = "blur",
    .examples = kExamples,
    .result_ns = 30,
    .active = Active,
    .bytes = Bytes,
    .on_picture = Blur,
};

}  // namespace whittle::pipeline
