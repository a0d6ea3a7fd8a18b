// The exact Gaussian blur in double precision, slow and plain: what effects are compared with.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <vector>

namespace whittle::effect {

/// A plane of values.
struct Plane {
  int width, height;
  std::vector<double> values;
  double& at(int x, int y) { return values[static_cast<std::size_t>(y * width + x)]; }
  double at(int x, int y) const { return values[static_cast<std::size_t>(y * width + x)]; }
};

/// Beyond the edges lies the edges' own value. The kernel is cut where it is below 1e-7.
inline Plane PlainBlur(const Plane& plane, double sigma) {
  const int radius = static_cast<int>(std::ceil(6 * sigma));
  std::vector<double> kernel;
  double total = 0;
  for (int i = -radius; i <= radius; ++i) {
    kernel.push_back(std::exp(-0.5 * i * i / (sigma * sigma)));
    total += kernel.back();
  }
  Plane across = plane, both = plane;
  for (int y = 0; y < plane.height; ++y) {
    for (int x = 0; x < plane.width; ++x) {
      double sum = 0;
      for (int i = -radius; i <= radius; ++i) {
        sum += kernel[static_cast<std::size_t>(i + radius)] *
               plane.at(std::clamp(x + i, 0, plane.width - 1), y);
      }
      across.at(x, y) = sum / total;
    }
  }
  for (int y = 0; y < plane.height; ++y) {
    for (int x = 0; x < plane.width; ++x) {
      double sum = 0;
      for (int i = -radius; i <= radius; ++i) {
        sum += kernel[static_cast<std::size_t>(i + radius)] *
               across.at(x, std::clamp(y + i, 0, plane.height - 1));
      }
      both.at(x, y) = sum / total;
    }
  }
  return both;
}

}  // namespace whittle::effect
