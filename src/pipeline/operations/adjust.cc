// Colours of single pixels: brightness, saturation, hue, greyscale, tint, contrast, gamma, in the
// order of effect/adjust.h.
#include "effect/adjust.h"

#include "pipeline/operation.h"
#include "pipeline/plan.h"

namespace whittle::pipeline {
namespace {

constexpr std::string_view kExamples[] = {
    "brightness=1.1&contrast=1.1&saturation=1.2&hue=40&gamma=1.1", "greyscale", "tint=c86432",
    "greyscale&tint=c86432"};

effect::Adjustment AdjustmentOf(const Plan& plan) {
  const Transform::Params& params = plan.params;
  return {.brightness = params.brightness,
          .saturation = params.saturation,
          .hue = params.hue,
          .greyscale = params.greyscale,
          .tint = params.tint,
          .contrast = params.contrast,
          .gamma = params.gamma};
}

bool Active(const Plan& plan) { return !AdjustmentOf(plan).is_identity(); }

// Greyscale, tint, saturation and hue need no table.
std::uint64_t Bytes(const Plan& plan) {
  const Transform::Params& params = plan.params;
  const bool curves = params.brightness != 1 || params.contrast != 1 || params.gamma != 1;
  return curves ? effect::Adjuster::kBytes : 0;
}

RowChange Adjust(const Plan& plan, pixel::PixelFormat format) {
  return [adjuster = effect::Adjuster(AdjustmentOf(plan), format)](pixel::RowSpan rows) {
    adjuster.Apply(rows);
  };
}

pixel::PixelFormat Gives(const Plan& plan, pixel::PixelFormat taken) {
  const bool grey = (plan.params.greyscale || IsGrey(taken)) && !plan.params.tint;
  return pixel::FormatWith(grey, HasAlpha(taken), IsWide(taken));
}

}  // namespace

extern const Operation kAdjust;
const Operation kAdjust = {
    .name = "adjust",
    .examples = kExamples,
    .result_ns = 10,
    .active = Active,
    .bytes = Bytes,
    .on_rows = Adjust,
    .gives = Gives,
};

}  // namespace whittle::pipeline
