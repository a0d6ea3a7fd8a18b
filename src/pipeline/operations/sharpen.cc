// Unsharp masking: sharpen=<sigma>,<amount>.
#include "effect/sharpen.h"

#include "pipeline/operation.h"
#include "pipeline/plan.h"

namespace whittle::pipeline {
namespace {

constexpr std::string_view kExamples[] = {"sharpen=2,1", "sharpen=8,1"};

bool Active(const Plan& plan) { return plan.params.sharpen.has_value(); }

std::uint64_t Bytes(const Plan& plan) {
  return effect::SharpenBytesNeeded(static_cast<int>(plan.result.width), plan.working,
                                    (*plan.params.sharpen)[0]);
}

Expected<pixel::RowSpan> Sharpen(pixel::RowSpan picture, const Plan& plan,
                                 const std::stop_token& stop) {
  const auto [sigma, amount] = *plan.params.sharpen;
  WHITTLE_CHECK(effect::Sharpen(picture, sigma, amount, stop));
  return picture;
}

}  // namespace

extern const Operation kSharpen;
const Operation kSharpen = {
    .name = "sharpen",
    .examples = kExamples,
    .result_ns = 15,
    .active = Active,
    .bytes = Bytes,
    .on_picture = Sharpen,
};

}  // namespace whittle::pipeline
