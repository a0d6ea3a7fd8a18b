// What effect/likeness.h estimates, written down as formulas in double precision: the plain
// reference of its tests and of those of q=auto.
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <vector>

namespace whittle::test {

struct PlainPlane {
  int width = 0, height = 0;
  std::vector<double> values;
  PlainPlane() = default;
  PlainPlane(int w, int h)
      : width(w), height(h), values(static_cast<std::size_t>(w) * static_cast<std::size_t>(h)) {}
  double& at(int x, int y) { return values[static_cast<std::size_t>(y * width + x)]; }
  double at(int x, int y) const { return values[static_cast<std::size_t>(y * width + x)]; }
  double or_zero(int x, int y) const {
    return x < 0 || y < 0 || x >= width || y >= height ? 0 : at(x, y);
  }
};
using PlainColours = std::array<PlainPlane, 3>;

inline double PlainLight(double code) {
  const double value = std::clamp(code, 0.0, 255.0) / 255;
  return value <= 0.04045 ? value / 12.92 : std::pow((value + 0.055) / 1.055, 2.4);
}
inline double PlainCode(double light) {
  return 255 * (light <= 0.0031308 ? light * 12.92 : 1.055 * std::pow(light, 1 / 2.4) - 0.055);
}
inline double PlainResponse(double light) {
  constexpr double kBias = 0.0037930732552754493;
  return std::cbrt(light + kBias) - std::cbrt(kBias);
}

template <class Function>
PlainPlane PlainMapped(const PlainPlane& plane, const Function& function) {
  PlainPlane mapped = plane;
  for (double& value : mapped.values) value = function(value);
  return mapped;
}

// Means of 2x2 samples, the last column and row repeated.
inline PlainPlane PlainHalved(const PlainPlane& plane) {
  PlainPlane half((plane.width + 1) / 2, (plane.height + 1) / 2);
  for (int y = 0; y < half.height; ++y) {
    for (int x = 0; x < half.width; ++x) {
      const int right = std::min(2 * x + 1, plane.width - 1);
      const int below = std::min(2 * y + 1, plane.height - 1);
      half.at(x, y) = (plane.at(2 * x, 2 * y) + plane.at(right, 2 * y) + plane.at(2 * x, below) +
                       plane.at(right, below)) /
                      4;
    }
  }
  return half;
}

struct PlainDifference {
  double d = 0, d4 = 0, ring4 = 0, blur4 = 0;
};

inline PlainDifference PlainDiffer(const PlainPlane& a, const PlainPlane& b, int first, int step) {
  std::array<double, 4> weights;
  for (int k = 0; k <= 3; ++k) weights[static_cast<std::size_t>(k)] = std::exp(-k * k / 4.5);
  const double whole = weights[0] + 2 * (weights[1] + weights[2] + weights[3]);
  PlainDifference sum;
  int count = 0;
  for (int y = std::min(first, a.height - 1); y < a.height; y += step) {
    for (int x = 0; x < a.width; ++x, ++count) {
      double ma = 0, mb = 0, aa = 0, bb = 0, ab = 0;
      for (int dy = -3; dy <= 3; ++dy) {
        for (int dx = -3; dx <= 3; ++dx) {
          const double weight = weights[static_cast<std::size_t>(std::abs(dx))] *
                                weights[static_cast<std::size_t>(std::abs(dy))] / (whole * whole);
          const double va = a.or_zero(x + dx, y + dy), vb = b.or_zero(x + dx, y + dy);
          ma += weight * va;
          mb += weight * vb;
          aa += weight * va * va;
          bb += weight * vb * vb;
          ab += weight * va * vb;
        }
      }
      const double same = (1 - (ma - mb) * (ma - mb)) * (2 * (ab - ma * mb) + 0.0009) /
                          (aa - ma * ma + bb - mb * mb + 0.0009);
      const double d = std::max(1 - same, 0.0);
      const double edge = (1 + std::abs(b.at(x, y) - mb)) / (1 + std::abs(a.at(x, y) - ma)) - 1;
      sum.d += d;
      sum.d4 += std::pow(d, 4);
      sum.ring4 += std::pow(std::max(edge, 0.0), 4);
      sum.blur4 += std::pow(std::max(-edge, 0.0), 4);
    }
  }
  return {sum.d / count, std::pow(sum.d4 / count, 0.25), std::pow(sum.ring4 / count, 0.25),
          std::pow(sum.blur4 / count, 0.25)};
}

// Light of red, green and blue, from codes of luma, Cb and Cr; chroma may have half the resolution.
inline PlainColours PlainLightOf(const PlainColours& ycc) {
  PlainColours light = {ycc[0], ycc[0], ycc[0]};
  const int step = ycc[1].width < ycc[0].width || ycc[1].height < ycc[0].height ? 2 : 1;
  for (int y = 0; y < ycc[0].height; ++y) {
    for (int x = 0; x < ycc[0].width; ++x) {
      const double luma = ycc[0].at(x, y);
      const double cb = ycc[1].at(x / step, y / step) - 128;
      const double cr = ycc[2].at(x / step, y / step) - 128;
      light[0].at(x, y) = PlainLight(luma + 1.402 * cr);
      light[1].at(x, y) = PlainLight(luma - 0.344136 * cb - 0.714136 * cr);
      light[2].at(x, y) = PlainLight(luma + 1.772 * cb);
    }
  }
  return light;
}

inline PlainColours PlainXyb(const PlainColours& light) {
  PlainColours xyb = light;
  for (std::size_t i = 0; i < light[0].values.size(); ++i) {
    const double r = light[0].values[i], g = light[1].values[i], b = light[2].values[i];
    const double l = PlainResponse(0.3 * r + 0.622 * g + 0.078 * b);
    const double m = PlainResponse(0.23 * r + 0.692 * g + 0.078 * b);
    const double s = PlainResponse(0.24342269 * r + 0.20476744 * g + 0.55180987 * b);
    xyb[0].values[i] = 7 * (l - m) + 0.42;
    xyb[1].values[i] = (l + m) / 2 + 0.01;
    xyb[2].values[i] = s - (l + m) / 2 + 0.55;
  }
  return xyb;
}

/// `a` and `b` are codes of luma, Cb and Cr, the latter of the same or half the resolution.
inline double PlainLikeness(const PlainColours& a, const PlainColours& b) {
  const auto response = [](double code) { return PlainResponse(PlainLight(code)); };
  const PlainDifference fine =
      PlainDiffer(PlainMapped(a[0], response), PlainMapped(b[0], response), 2, 4);
  double sum = 7.467 * fine.d4 + 17.446 * fine.blur4;
  const auto half = [](const PlainPlane& luma) {
    return PlainMapped(PlainHalved(PlainMapped(luma, PlainLight)), PlainResponse);
  };
  const PlainDifference halves = PlainDiffer(half(a[0]), half(b[0]), 0, 1);
  sum += 6.684 * halves.d4 + 1.028 * halves.blur4;

  PlainColours light_a = PlainLightOf(a), light_b = PlainLightOf(b);
  for (std::size_t c = 0; c < 3; ++c) {
    light_a[c] = PlainHalved(light_a[c]);
    light_b[c] = PlainHalved(light_b[c]);
  }
  for (int level = 2; level <= 4; ++level) {
    for (std::size_t c = 0; c < 3; ++c) {
      light_a[c] = PlainHalved(light_a[c]);
      light_b[c] = PlainHalved(light_b[c]);
    }
    if (std::min(light_a[0].width, light_a[0].height) < 8) break;
    const PlainColours xyb_a = PlainXyb(light_a), xyb_b = PlainXyb(light_b);
    const auto by = [&](std::size_t c) { return PlainDiffer(xyb_a[c], xyb_b[c], 0, 1); };
    const PlainDifference x = by(0), y = by(1), blue = by(2);
    if (level == 2) sum += 1.842 * x.d4 + 11.441 * x.ring4 + 225.205 * y.d + 19.213 * y.d4;
    if (level == 3) {
      sum += 1.879 * x.d4 + 10.949 * x.ring4 + 176.393 * y.d + 24.433 * y.d4 + 0.285 * y.ring4 +
             8.827 * blue.d4 + 23.192 * blue.ring4;
    }
    if (level == 4) {
      sum += 0.998 * x.ring4 + 34.779 * y.d4 + 44.836 * y.ring4 + 95.108 * blue.d +
             171.267 * blue.ring4;
    }
  }
  sum *= 0.9562382616834844;
  const double bent = 2.326765642916932 * sum - 0.020884521182843837 * sum * sum +
                      6.248496625763138e-05 * sum * sum * sum;
  return 100 - 10 * std::pow(std::max(bent, 0.0), 0.6276336467831387);
}

}  // namespace whittle::test
