#include "pipeline/frame_effects.h"

#include <algorithm>
#include <cstddef>

#include "effect/blur.h"
#include "effect/saliency.h"
#include "effect/sharpen.h"

namespace whittle::pipeline {
namespace {

Expected<pixel::RowSpan> Window(pixel::RowSpan picture, Size size, bool attention,
                                const std::stop_token& stop) {
  const int width = static_cast<int>(size.width);
  const int height = static_cast<int>(size.height);
  WHITTLE_TRY(const effect::CropOffset at, attention
                                               ? effect::AttentionCrop(picture, width, height, stop)
                                               : effect::EntropyCrop(picture, width, height, stop));
  pixel::RowSpan window = picture.Slice(at.top, height);
  window.data += static_cast<std::size_t>(at.left) *
                 static_cast<std::size_t>(pixel::PixelBytes(picture.format));
  window.width = width;
  return window;
}

}  // namespace

Expected<pixel::RowSpan> ApplyEffects(pixel::RowSpan picture, const Plan& plan,
                                      const std::stop_token& stop) {
  const FrameEffects& effects = plan.effects;
  if (plan.layout.window) {
    WHITTLE_TRY(picture, Window(picture, *plan.layout.window, effects.attention, stop));
  }
  if (effects.box_blur) WHITTLE_CHECK(effect::BoxBlur3(picture, stop));
  if (effects.blur) WHITTLE_CHECK(effect::GaussianBlur(picture, *effects.blur, stop));
  if (effects.sharpen) {
    WHITTLE_CHECK(effect::Sharpen(picture, (*effects.sharpen)[0], (*effects.sharpen)[1], stop));
  }
  return picture;
}

std::uint64_t EffectBytes(const Plan& plan) {
  const FrameEffects& effects = plan.effects;
  const int width = static_cast<int>(plan.result.width);
  std::uint64_t most = 0;
  if (effects.box_blur) most = effect::BoxBlur3BytesNeeded(width, plan.working);
  if (effects.blur) {
    most = std::max(most, effect::GaussianBlurBytesNeeded(width, plan.working, *effects.blur));
  }
  if (effects.sharpen) {
    most = std::max(most, effect::SharpenBytesNeeded(width, plan.working, (*effects.sharpen)[0]));
  }
  return most;
}

}  // namespace whittle::pipeline
