// What is done to a picture that is whole and upright: the window that is cut from it, blur,
// sharpen.
//
// One job, one thread.
#pragma once

#include <cstdint>
#include <stop_token>

#include "pipeline/plan.h"

namespace whittle::pipeline {

/// Works in place and returns what is left of `picture`. Error: kCancelled.
Expected<pixel::RowSpan> ApplyEffects(pixel::RowSpan picture, const Plan& plan,
                                      const std::stop_token& stop);

/// Bytes that the plan's effects hold beside the picture.
std::uint64_t EffectBytes(const Plan& plan);

}  // namespace whittle::pipeline
