// The colour of one ray: what it hits, how that is lit, and the air in between.
#pragma once

#include "light.h"
#include "shot.h"
#include "world.h"

namespace render {

class Painter {
 public:
  Painter(const Shot& shot, const World& world, const Light& light)
      : shot_(shot), world_(world), light_(light) {}

  // Linear light along a ray. `spread` is the growth of a pixel per metre, `dice` a fresh random
  // number in [0, 1). Sets `distance` to where the ray ended, for the depth of field.
  Vec Along(Vec from, Vec direction, float spread, float dice, float& distance) const;

 private:
  Vec Land(Vec point, Vec direction, float footprint) const;
  Vec Lake(Vec point, Vec direction, float distance, float spread, float dice) const;

  const Shot& shot_;
  const World& world_;
  const Light& light_;
};

}  // namespace render
