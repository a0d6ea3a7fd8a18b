// What fit=cover leaves of a picture, where a look at it decides: the window that has most entropy,
// or attracts most attention. Which size it has, the layout says.
#include <cstddef>

#include "effect/saliency.h"
#include "pipeline/operation.h"
#include "pipeline/plan.h"

namespace whittle::pipeline {
namespace {

constexpr std::string_view kExamples[] = {"fit=cover&position=entropy",
                                          "fit=cover&position=attention"};

bool Active(const Plan& plan) { return plan.layout.window.has_value(); }

std::uint64_t Bytes(const Plan& plan) {
  if (plan.params.position != Position::kAttention) return 0;
  return effect::AttentionCropBytesNeeded(static_cast<int>(plan.result.width),
                                          static_cast<int>(plan.result.height));
}

Expected<pixel::RowSpan> Cut(pixel::RowSpan picture, const Plan& plan,
                             const std::stop_token& stop) {
  const int width = static_cast<int>(plan.layout.window->width);
  const int height = static_cast<int>(plan.layout.window->height);
  const auto where =
      plan.params.position == Position::kAttention ? effect::AttentionCrop : effect::EntropyCrop;
  WHITTLE_TRY(const effect::CropOffset at, where(picture, width, height, stop));
  pixel::RowSpan window = picture.Slice(at.top, height);
  window.data += static_cast<std::size_t>(at.left) *
                 static_cast<std::size_t>(pixel::PixelBytes(picture.format));
  window.width = width;
  return window;
}

}  // namespace

extern const Operation kWindow;
const Operation kWindow = {
    .name = "window",
    .examples = kExamples,
    .result_ns = 8,
    .active = Active,
    .bytes = Bytes,
    .on_picture = Cut,
};

}  // namespace whittle::pipeline
