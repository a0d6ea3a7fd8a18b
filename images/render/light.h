// Sun, sky, clouds and the air between the camera and what it sees.
#pragma once

#include "noise.h"
#include "shot.h"
#include "vec.h"

namespace render {

class Light {
 public:
  Light(const Shot& shot, const Noise& noise);

  Vec to_sun() const { return to_sun_; }
  Vec sun() const { return sun_; }  // colour of direct light

  // Clear sky in a direction (y >= 0), without the bright ring around the sun.
  Vec Sky(Vec direction) const;

  // Sky with its clouds, seen from a point near the ground.
  // `dice` in [0, 1) moves the slices that clouds are made of, so that no slice shows as a line.
  Vec CloudySky(Vec from, Vec direction, float dice) const;

  // Light of the whole sky on a surface with this normal.
  Vec Ambient(Vec normal) const;

  // `color` seen through `distance` metres of air and lake mist.
  Vec ThroughAir(Vec color, Vec from, Vec direction, float distance) const;

 private:
  float CloudAt(float x, float z, float level) const;

  const Noise& noise_;
  float clouds_, mist_, haze_;
  Vec to_sun_, sun_, glow_;
};

}  // namespace render
