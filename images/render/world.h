// The valley: ground, trees and shore stones as one height above the plane, and rays against it.
//
// Heights are metres above the lake, which is the plane y = 0. Building a World takes about a
// second and 30 MB; afterwards it is read only and any number of threads may trace in it.
#pragma once

#include <cstdint>
#include <vector>

#include "noise.h"
#include "vec.h"

namespace render {

// What stands on the ground at one place.
struct Cover {
  float height = 0;    // above the ground, 0 where it is bare
  float share = 0;     // height as a share of the whole tree or stone, 0 foot .. 1 top
  float tint = 0;      // 0..1, another for each tree or stone
  bool stone = false;  // else a tree
  bool leafy = false;  // a round tree, which turns yellow; else a conifer
};

class World {
 public:
  explicit World(uint32_t seed, float autumn);

  // Bare ground. `footprint` is the size of a pixel there: smaller detail is left out.
  float Ground(float x, float z, float footprint) const;
  Cover CoverAt(float x, float z) const;
  float Top(float x, float z, float footprint) const {
    return Ground(x, z, footprint) + CoverAt(x, z).height;
  }
  Vec GroundNormal(float x, float z, float footprint) const;

  // Distance to the first thing hit, or `far` if nothing is nearer. `spread` is the growth of a
  // pixel per metre of distance.
  float Trace(Vec from, Vec direction, float far, float spread) const;

  // Light from the sun that reaches a point, 0..1, with a soft edge.
  float SunReaching(Vec point, Vec to_sun, float footprint) const;

  const Noise& noise() const { return noise_; }

 private:
  struct Cell {
    float height = 0;
    float forest = 0;  // share of places with a tree, 0..1
  };

  Cell Rough(float x, float z) const;  // read from the grid, within a few metres of Ground()
  float ForestShare(int column, int row) const;

  Noise noise_;
  uint32_t seed_;
  float autumn_;
  std::vector<Cell> grid_;
};

}  // namespace render
